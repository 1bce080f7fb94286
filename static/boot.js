// Starts the wasm, and says what to do when it cannot start or has died.
//
// A plain script, because it must run where the rest does not: it takes the theme before the first paint, loads the page, and
// shows one error pane for everything that ends the page. A trap ends a wasm instance for good, so nothing of the page is asked then.
// It knows nothing of the simulator. The page may fire `playground-panic` with the message as detail before it traps.
(function () {
  'use strict';
  var script = document.currentScript;
  var root = document.documentElement;
  // `import()` is syntax that WebAssembly cannot call: the page borrows it to fetch the editor.
  window.playgroundImport = function (address) { return import(address); };
  var panic = '';

  var query = new URLSearchParams(location.search);
  var theme = query.get('theme');
  if (theme === 'light' || theme === 'dark') root.setAttribute('data-theme', theme);

  var ready = new Promise(function (resolve) {
    if (document.readyState !== 'loading') resolve();
    else document.addEventListener('DOMContentLoaded', function () { resolve(); });
  });

  addEventListener('playground-panic', function (event) { panic = String(event.detail); });
  addEventListener('error', function (event) { if (isTrap(event.error)) died(event.error); });
  addEventListener('unhandledrejection', function (event) { if (isTrap(event.reason)) died(event.reason); });

  if (typeof WebAssembly !== 'object') {
    show('This browser cannot run the simulator',
      'It needs WebAssembly, which this browser does not have or has switched off. A current Firefox, Chrome, Edge or Safari runs it.', '');
    return;
  }
  var keep = window.playgroundKeep;
  if (query.get('start') === 'click') ready.then(offer);
  else start();

  function start() {
    // Both at once; index.html preloads neither, because a frame may wait for a click.
    var wasm = fetch(new URL(script.dataset.wasm, document.baseURI).href);
    wasm.catch(function () {}); // told below, whichever of the two fails first
    // What was kept or linked is read while the page loads.
    var beginning = keep ? keep.begin().then(function (found) { window.playgroundBeginning = found; }) : Promise.resolve();
    import(new URL(script.dataset.js, document.baseURI).href)
      .then(function (page) {
        return Promise.all([ready, beginning]).then(function () {
          return page.default({ module_or_path: wasm });
        });
      })
      .then(function () {
        var boot = document.getElementById('boot');
        if (boot) boot.remove();
      })
      .catch(failed);
  }

  // A frame in a page that brings no script of ours: nothing big is loaded before somebody wants it.
  function offer() {
    var text = document.getElementById('boot-text');
    var bar = document.querySelector('#boot progress');
    var button = element('button', '▶ Start', '');
    button.type = 'button';
    button.addEventListener('click', function () {
      button.replaceWith(bar);
      text.textContent = words;
      start();
    });
    var words = text.textContent;
    text.textContent = 'A simulated Kubernetes cluster, in your browser.';
    bar.replaceWith(button);
  }

  function isTrap(error) {
    return typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError;
  }

  function died(error) {
    var kept = keep && keep.text() !== null;
    if (!kept)
      return show('The simulator stopped', 'A defect in the simulator ended it; your browser is fine. Load the page again to go on.', details(error));
    // During an input the text does not hold it yet; else its last entry is the one to leave out.
    var dropLast = keep.doing !== 'input';
    keep.end();
    show('The simulator stopped', 'A defect in the simulator ended it; your browser is fine. Nothing you did is lost: go on where you were, without the last input.', details(error), [
      ['Go on without the last input', function () { keep.again(dropLast); }],
      ['Copy a report', function (button) { copy(report(error), button); }],
    ]);
  }

  // All that is needed to see the defect again. It holds what was typed, so the person decides where it goes.
  function report(error) {
    return ['cluster-playground stopped', navigator.userAgent, location.href.split('#')[0], details(error), 'While: ' + (keep.doing || 'time passed'), keep.text()].join('\n\n');
  }

  function copy(text, button) {
    var done = function (words) { return function () { button.textContent = words; }; };
    if (!navigator.clipboard) return done('Select the details below and copy them')();
    navigator.clipboard.writeText(text).then(done('Copied'), done('Select the details below and copy them'));
  }

  function failed(error) {
    var title = 'The simulator did not start';
    if (isTrap(error)) return died(error);
    if (location.protocol === 'file:')
      return show(title, 'Browsers do not load WebAssembly from a file. Serve the folder over HTTP: scripts/serve does it and prints the address.', details(error));
    if (error instanceof WebAssembly.CompileError)
      return show(title, 'This browser refused the WebAssembly of the page: it is too old, or a security policy forbids it (script-src needs \'wasm-unsafe-eval\').', details(error));
    show(title, 'A part of the page could not be loaded. Check the connection and load the page again.', details(error));
  }

  function details(error) {
    return [panic, error && (error.stack || error.message || String(error))].filter(Boolean).join('\n\n');
  }

  function show(title, advice, text, ways) {
    ready.then(function () {
      if (document.querySelector('.boot-error')) return; // the first failure is the cause of the others
      var boot = document.getElementById('boot');
      if (boot) boot.remove();
      var pane = element('div', '', 'boot-error');
      pane.setAttribute('role', 'alert');
      var box = element('div', '', 'boot');
      var buttons = (ways || [['Load again', function () { location.reload(); }]]).map(function (way) {
        var button = element('button', way[0], '');
        button.type = 'button';
        button.addEventListener('click', function () { way[1](button); });
        return button;
      });
      box.append(element('h1', title, ''), element('p', advice, ''));
      box.append.apply(box, buttons);
      if (text) {
        var more = element('details', '', '');
        more.append(element('summary', 'Technical details', ''), element('pre', text, ''));
        box.append(more);
      }
      pane.append(box);
      document.body.append(pane);
      buttons[0].focus();
    });
  }

  function element(name, text, className) {
    var it = document.createElement(name);
    if (text) it.textContent = text;
    if (className) it.className = className;
    return it;
  }
})();
