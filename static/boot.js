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

  var theme = new URLSearchParams(location.search).get('theme');
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
  import(new URL(script.dataset.js, document.baseURI).href)
    .then(function (page) {
      return ready.then(function () {
        return page.default({ module_or_path: new URL(script.dataset.wasm, document.baseURI).href });
      });
    })
    .then(function () {
      var boot = document.getElementById('boot');
      if (boot) boot.remove();
    })
    .catch(failed);

  function isTrap(error) {
    return typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError;
  }

  function died(error) {
    show('The simulator stopped', 'A defect in the simulator ended it; your browser is fine. Load the page again to go on.', details(error));
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

  function show(title, advice, text) {
    ready.then(function () {
      if (document.querySelector('.boot-error')) return; // the first failure is the cause of the others
      var boot = document.getElementById('boot');
      if (boot) boot.remove();
      var pane = element('div', '', 'boot-error');
      pane.setAttribute('role', 'alert');
      var box = element('div', '', 'boot');
      var again = element('button', 'Load again', '');
      again.type = 'button';
      again.addEventListener('click', function () { location.reload(); });
      box.append(element('h1', title, ''), element('p', advice, ''), again);
      if (text) {
        var more = element('details', '', '');
        more.append(element('summary', 'Technical details', ''), element('pre', text, ''));
        box.append(more);
      }
      pane.append(box);
      document.body.append(pane);
      again.focus();
    });
  }

  function element(name, text, className) {
    var it = document.createElement(name);
    if (text) it.textContent = text;
    if (className) it.className = className;
    return it;
  }
})();
