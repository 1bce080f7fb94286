// Keeps a person's work in this browser, and packs it into links.
//
// A plain script, because it must go on when the wasm has died: it holds the last text the page gave it and writes it to local storage.
// It knows nothing of what the text says, but for the log's last entry, which recovery leaves out. Every tab writes to a slot of its own
// as soon as two of them meet, so that none overwrites another.
(function () {
  'use strict';
  var PREFIX = 'cluster-playground/1/';
  var LINK = '#s=';
  var LONGEST = 8 << 20;
  var query = new URLSearchParams(location.search);
  // A post's embeds have their own work each; they never open what a person keeps on the page itself.
  var base = baseOf(query.get('scenario') || '');
  var storage = open('localStorage');
  var tab = open('sessionStorage');
  var slot = tab && tab.getItem(base + 'slot');
  var mine = null; // the stamp of what this tab wrote or read last
  var text = null;
  var waiting = 0;
  var over = false; // the wasm has died: nothing it still says is kept
  var status = storage ? 'kept' : 'blocked';
  var told = function () {};

  function baseOf(scenario) {
    var embed = window.parent !== window ? 'embed ' + (query.get('embed') || '') + ' ' + around() : '';
    return PREFIX + [location.pathname, scenario, embed].join('|') + '|';
  }

  function open(name) {
    try {
      var it = window[name];
      it.getItem(PREFIX);
      return it;
    } catch (_) {
      return null;
    }
  }

  function around() {
    try {
      return new URL(document.referrer).pathname;
    } catch (_) {
      return '';
    }
  }

  function read(at) {
    var whole = null;
    try {
      whole = storage && storage.getItem(base + at);
    } catch (_) {
      status = 'blocked';
    }
    if (!whole) return null;
    var end = whole.indexOf('\n');
    return { stamp: whole.slice(0, end), text: whole.slice(end + 1) };
  }

  function free() {
    for (var at = 0; at < 100; at++) if (!read(String(at))) return String(at);
    return '99';
  }

  function use(at) {
    slot = at;
    try {
      if (tab) tab.setItem(base + 'slot', at);
    } catch (_) {
      // The tab then finds slot 0 after a reload; nothing is overwritten by that.
    }
  }

  function say(next) {
    if (next === status) return;
    status = next;
    told(status);
  }

  function write() {
    clearTimeout(waiting);
    waiting = 0;
    if (text === null || !storage) return;
    var next = 'kept';
    var there = read(slot);
    if (there && there.stamp !== mine) {
      use(free());
      next = 'apart';
    } else if (status === 'apart') {
      next = 'apart';
    }
    var stamp = Date.now() + ' ' + Math.random().toString(36).slice(2);
    try {
      storage.setItem(base + slot, stamp + '\n' + text);
      mine = stamp;
    } catch (error) {
      next = error && (error.name === 'QuotaExceededError' || error.code === 22) ? 'full' : 'blocked';
    }
    say(next);
  }

  function stream(bytes, through) {
    return new Response(new Blob([bytes]).stream().pipeThrough(through)).arrayBuffer();
  }

  function pack(what) {
    var bytes = new TextEncoder().encode(what);
    var packed = typeof CompressionStream === 'function' ? stream(bytes, new CompressionStream('deflate-raw')) : Promise.resolve(null);
    return packed.then(function (made) {
      var all = new Uint8Array(made || bytes);
      var letters = '';
      for (var at = 0; at < all.length; at += 0x8000) letters += String.fromCharCode.apply(null, all.subarray(at, at + 0x8000));
      // The first letter says how it was packed.
      return (made ? 'd' : 'p') + btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    });
  }

  function unpack(packed) {
    return Promise.resolve().then(function () {
      if (packed.length > LONGEST) throw new Error('too long');
      var letters = atob(packed.slice(1).replace(/-/g, '+').replace(/_/g, '/'));
      var bytes = Uint8Array.from(letters, function (letter) { return letter.charCodeAt(0); });
      if (packed[0] === 'p') return new TextDecoder().decode(bytes);
      if (packed[0] !== 'd') throw new Error('packed otherwise');
      return limited(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader());
    });
  }

  // A small link can hold a huge text: reading stops where no session can be.
  function limited(reader) {
    var decoder = new TextDecoder();
    var size = 0;
    var out = '';
    return (function more() {
      return reader.read().then(function (piece) {
        if (piece.done) return out + decoder.decode();
        size += piece.value.length;
        if (size > LONGEST) throw new Error('too long');
        out += decoder.decode(piece.value, { stream: true });
        return more();
      });
    })();
  }

  // What the page begins with: `{text, from}` where something is kept or linked, else `{}`; `problem` where a link cannot be read.
  function begin() {
    var linked = location.hash.indexOf(LINK) === 0 && location.hash.slice(LINK.length);
    var seen = linked && tab && tab.getItem(base + 'link') === linked;
    if (linked && !seen) {
      return unpack(linked).then(
        function (found) {
          use(free());
          if (tab) tab.setItem(base + 'link', linked);
          text = found;
          return { text: found, from: 'link' };
        },
        function () { return Object.assign(resume(), { problem: 'link' }); });
    }
    return Promise.resolve(resume());
  }

  function resume() {
    if (slot === null) use('0');
    var there = read(slot);
    if (!there) return {};
    mine = there.stamp;
    text = there.text;
    return { text: text, from: 'kept' };
  }

  // The address that opens the text elsewhere.
  function link(what) {
    return pack(what).then(function (packed) {
      var url = new URL(location.href);
      // What it ran is in the log.
      url.searchParams.delete('run');
      url.hash = LINK.slice(1) + packed;
      return url.href;
    });
  }

  // What boot.js does after a trap: the text without its last input, or as it is; then the page begins again.
  function again(dropLast) {
    var next = text;
    if (dropLast && next !== null) {
      try {
        var state = JSON.parse(next);
        state.log.pop();
        next = JSON.stringify(state);
      } catch (_) {
        next = null;
      }
    }
    text = next;
    var stored = false;
    if (text === null) {
      try {
        if (storage) storage.removeItem(base + slot);
      } catch (_) { /* It begins anew all the same. */ }
      location.reload();
      return Promise.resolve();
    }
    write();
    stored = status === 'kept' || status === 'apart';
    if (stored) {
      location.reload();
      return Promise.resolve();
    }
    // Nothing can be kept: the address carries it over.
    return pack(text).then(function (packed) {
      location.hash = LINK + packed;
      location.reload();
    });
  }

  addEventListener('pagehide', write);
  document.addEventListener('visibilitychange', function () { if (document.hidden) write(); });

  window.playgroundKeep = {
    // What the page is doing: a trap meanwhile is that input's, which is not in the text yet.
    doing: 'starting',
    begin: begin,
    save: function (what) {
      if (over) return;
      text = what;
      if (!waiting) waiting = setTimeout(write, 300);
    },
    flush: write,
    end: function () {
      write();
      over = true;
    },
    status: function () { return status; },
    onstatus: function (callback) { told = callback; },
    text: function () { return text; },
    link: link,
    again: again,
    // Another scenario was begun on this page, from its start: what is kept from now on is its own.
    scope: function (scenario) {
      write();
      base = baseOf(scenario);
      use('0');
      var there = read('0');
      mine = there ? there.stamp : null;
      text = null;
    },
    // Forgets what is kept for this page, in every slot.
    clear: function () {
      clearTimeout(waiting);
      waiting = 0;
      if (!storage) return;
      try {
        Object.keys(storage).filter(function (key) { return key.indexOf(base) === 0; }).forEach(function (key) { storage.removeItem(key); });
        mine = null;
        use('0');
        say('cleared');
      } catch (_) {
        say('blocked');
      }
    },
  };
})();
