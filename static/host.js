// What the page borrows from the browser where plain JavaScript is shorter than wasm: files in and out, the clipboard, descriptions.
//
// It decides nothing and keeps nothing but the descriptions, once they were fetched.
(function () {
  'use strict';
  var descriptions = null;
  var MOST_BYTES = 3 << 20;

  function save(name, text) {
    var link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  }

  // Files that are no text have a zero byte; nobody means those.
  function read(files) {
    var fit = Array.from(files).filter(function (file) { return file.size <= MOST_BYTES; }).slice(0, 200);
    return Promise.all(fit.map(function (file) {
      return file.text().then(function (text) { return [file.webkitRelativePath || file.name, text]; });
    })).then(function (all) { return all.filter(function (it) { return it[1].indexOf('\0') < 0; }); });
  }

  function pick(folder) {
    return new Promise(function (resolve) {
      var input = document.createElement('input');
      input.type = 'file';
      input.multiple = true;
      input.webkitdirectory = folder;
      input.addEventListener('change', function () { resolve(read(input.files)); });
      input.addEventListener('cancel', function () { resolve([]); });
      input.click();
    });
  }

  // `ServicePort.port` is a field, `Service.` the type itself.
  function describe(about) {
    var meta = document.querySelector('meta[name=descriptions]');
    if (!descriptions && meta) {
      descriptions = fetch(new URL(meta.content, document.baseURI)).then(function (answer) {
        if (!answer.ok) throw new Error(answer.statusText);
        return answer.json();
      });
      // Without them there is the type; the next question asks again.
      descriptions.catch(function () { descriptions = null; });
    }
    if (!descriptions) return Promise.resolve('');
    var dot = about.lastIndexOf('.');
    return descriptions.then(
      function (all) { return (all[about.slice(0, dot)] || {})[about.slice(dot + 1)] || ''; },
      function () { return ''; });
  }

  window.playgroundHost = {
    save: save,
    pick: pick,
    dropped: function (event) { return read(event.dataTransfer.files); },
    describe: describe,
    // All of them as text, for programs of the terminal; empty where they cannot be had.
    descriptions: function () {
      var meta = document.querySelector('meta[name=descriptions]');
      if (!meta) return Promise.resolve('');
      return fetch(new URL(meta.content, document.baseURI)).then(
        function (answer) { return answer.ok ? answer.text() : ''; },
        function () { return ''; });
    },
    copy: function (text) {
      return navigator.clipboard.writeText(text).then(function () { return true; }, function () { return false; });
    },
    print: function () { window.print(); },
  };
})();
