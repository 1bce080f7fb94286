// <cluster-playground>: the playground in a post. What it takes and says: docs/embedding.md.
(() => {
'use strict';
const NS = 'cluster-playground', here = document.currentScript?.src, root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme:dark)');
const all = new Set();
let active, helper;

const CSS = `:host{--ink:light-dark(#1b1d21,#e8eaee);--line:1px solid light-dark(#e2e1dc,#2b3039);--go:light-dark(#2559c7,#7aa5ff);display:block;margin:1.5rem 0;font:14px system-ui,sans-serif;color:var(--ink)}
:host([hidden]){display:none}
.box{border:var(--line);border-radius:10px;overflow:hidden;background:light-dark(#fff,#1a1d23);display:flex;flex-direction:column}
.stage{position:relative;flex:1;min-height:0;overflow:hidden;display:grid;background:light-dark(#f6f6f3,#121418)}
iframe{position:absolute;inset:0;width:100%;height:100%;border:0}
slot{display:block;overflow:hidden}
::slotted(*){display:block;height:100%}
.start{position:absolute;inset:0;display:grid;place-items:end center;border:0;background:none;cursor:pointer}
button{font:inherit;color:inherit;white-space:nowrap}
.start b{margin:22px;padding:11px 22px;border-radius:9px;background:var(--go);color:light-dark(#fff,#0d1220);font-weight:600}
.bar{display:flex;gap:4px;align-items:center;padding:3px 6px 3px 14px;border-top:var(--line);color:light-dark(#5d636e,#9aa3b1);font-size:13px}
.bar span{flex:1;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bar button{border:0;border-radius:6px;background:none;padding:6px 8px;cursor:pointer}
.bar button:hover{color:var(--ink)}
:focus-visible{outline:2px solid var(--go);outline-offset:-3px}
.box:fullscreen{border:0;border-radius:0;height:100%!important}
@media(pointer:coarse){.bar button{min-height:44px}}
@media print{.start,.bar,iframe{display:none}.box{height:auto!important}}`;

const make = (name, props, ...kids) => {
  const it = Object.assign(document.createElement(name), props);
  it.append(...kids);
  return it;
};
const pageTheme = () => [root.dataset.theme, ...root.classList].find((it) => it === 'dark' || it === 'light') ?? (dark.matches ? 'dark' : 'light');
const repaint = () => all.forEach((it) => it.paint());
new MutationObserver(repaint).observe(root, { attributeFilter: ['data-theme', 'class'] });
dark.addEventListener('change', repaint);

// Each element's own; nobody else on the page can reach a port.
const own = new WeakMap();

class Playground extends HTMLElement {
  static observedAttributes = ['theme', 'height', 'title'];
  connectedCallback() {
    if (!own.has(this)) build(this);
    all.add(this);
    this.paint();
    if (this.getAttribute('start') === 'auto') open(this, 'lazy');
    if (this.hasAttribute('run-blocks') && !helper && here) document.head.append(helper = make('script', { src: new URL('embed-run.js', here) }));
  }
  disconnectedCallback() {
    all.delete(this);
    close(this, 'removed');
  }
  attributeChangedCallback() { if (own.has(this)) this.paint(); }
  paint() {
    const my = own.get(this), wish = this.getAttribute('theme'), height = this.getAttribute('height');
    const theme = wish === 'light' || wish === 'dark' ? wish : pageTheme();
    this.style.colorScheme = theme;
    my.box.style.height = `${height === 'auto' ? my.high : Math.min(Math.max(+height || 560, 240), 1600)}px`;
    my.label.textContent = name(this);
    my.start.setAttribute('aria-label', `Start: ${name(this)}`);
    if (my.theme !== theme) post(this, 'theme', { theme: my.theme = theme });
  }
  run(line) { return ask(this, 'run', { line: `${line}` }); }
  apply(yaml) { return ask(this, 'apply', { yaml: `${yaml}` }); }
  load(scenario) { return ask(this, 'load', { scenario: `${scenario}` }); }
  reset() { return ask(this, 'reset', {}); }
}

const name = (el) => el.title || 'Kubernetes playground';

function address(el) {
  const url = new URL(el.getAttribute('src') || './', document.baseURI);
  if (!/^https?:$/.test(url.protocol)) throw new Error('src must be http(s)');
  for (const key of ['scenario', 'view', 'readonly', 'run', 'seed']) if (el.hasAttribute(key)) url.searchParams.set(key, el.getAttribute(key));
  url.searchParams.set('embed', el.id || [...document.querySelectorAll(NS)].indexOf(el));
  return url;
}

function build(el) {
  const my = { high: 560, waiting: new Map(), last: 0 };
  own.set(el, my);
  my.stage = make('div', { className: 'stage' }, my.poster = make('slot', { inert: true }), my.start = make('button', { type: 'button', className: 'start' }, make('b', { textContent: '▶ Start' })));
  my.label = make('span');
  const away = () => void window.open(address(el));
  const again = make('button', { type: 'button', textContent: 'Reset', onclick: () => el.reset().catch(() => {}) });
  const full = make('button', { type: 'button', textContent: 'Full screen', onclick: () => my.box.requestFullscreen?.().catch(away) ?? away() });
  my.box = make('div', { className: 'box' }, my.stage, make('div', { className: 'bar' }, my.label, again, full));
  my.start.onclick = () => { open(el); el.shadowRoot.querySelector('iframe')?.focus(); };
  el.attachShadow({ mode: 'open' }).append(make('style', { textContent: CSS }), my.box);
}

// Loads the page into its frame; resolves when the two have shaken hands.
function open(el, loading = 'eager') {
  const my = own.get(el);
  if (my.ready) {
    my.frame.loading = loading;
    return my.ready;
  }
  const url = address(el);
  url.searchParams.set('theme', my.theme);
  my.frame = make('iframe', { title: name(el), loading, allow: 'clipboard-write; fullscreen', src: url });
  my.ready = new Promise((resolve, reject) => {
    my.fail = reject;
    my.hear = (event) => {
      const { data } = event;
      if (event.source !== my.frame.contentWindow || event.origin !== url.origin || data?.ns !== NS || data.type !== 'ready' || !data.payload?.v?.includes?.(1)) return;
      my.port?.close(); // the frame was loaded again
      const { port1, port2 } = new MessageChannel();
      my.port = port1;
      port1.onmessage = (message) => answer(el, message.data);
      my.frame.contentWindow.postMessage({ ns: NS, v: 1, type: 'init', payload: {} }, url.origin, [port2]);
      post(el, 'theme', { theme: my.theme });
      if (loading === 'eager' || !active) activate(el);
      else post(el, 'pause');
      tell(el, 'ready', {});
      resolve();
    };
  });
  my.ready.catch(() => {});
  addEventListener('message', my.hear);
  my.frame.onload = () => setTimeout(() => my.port || close(el, 'no answer'), 60000);
  my.start.remove();
  my.poster.hidden = true;
  my.stage.append(my.frame);
  return my.ready;
}

function close(el, why) {
  const my = own.get(el), error = new Error(why);
  if (!my.ready) return;
  removeEventListener('message', my.hear);
  my.port?.close();
  my.frame.remove();
  my.poster.hidden = false;
  my.stage.append(my.start);
  my.fail(error);
  my.waiting.forEach(([, reject]) => reject(error));
  my.waiting.clear();
  my.ready = my.port = null;
  if (active === el) active = null;
  if (el.isConnected) tell(el, 'error', { message: why });
}

// One runs, the others stand and keep their state.
function activate(el) {
  if (active && active !== el) post(active, 'pause');
  active = el;
  post(el, 'resume');
}

function post(el, type, payload = {}, id = 0) {
  own.get(el).port?.postMessage({ ns: NS, v: 1, id, type, payload });
}

async function ask(el, type, payload) {
  await open(el);
  activate(el);
  const my = own.get(el), id = ++my.last;
  return new Promise((...ends) => {
    my.waiting.set(id, ends);
    post(el, type, payload, id);
  });
}

function answer(el, { ns, v, id, type, payload } = {}) {
  if (ns !== NS || v !== 1 || !payload) return;
  const my = own.get(el), ends = my.waiting.get(id);
  my.waiting.delete(id);
  if (type === 'height' && payload.height > 0) {
    my.high = Math.min(payload.height + 40, Math.max(560, innerHeight * .9));
    el.paint();
  } else if (type === 'state' && payload.entered) activate(el);
  else if (type === 'result') ends?.[0](payload);
  else if (type === 'error') ends?.[1](new Error(payload.message));
  if (['result', 'exercise-passed', 'error'].includes(type)) tell(el, type, payload);
}

function tell(el, type, detail) {
  el.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
}

if (!customElements.get(NS)) customElements.define(NS, Playground);
})();
