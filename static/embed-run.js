// Run buttons on a post's shell blocks: loaded by embed.js where an embed has `run-blocks`. What is bound: docs/embedding.md.
(() => {
'use strict';
const NS = 'cluster-playground';
const SHELL = /^(shell|bash|sh|zsh|console|shell-session)$/;
const THINK = 700; // between commands, in milliseconds: as long as the quickest of readers, so that controllers can act
const bound = new WeakSet();

const CSS = `:host{display:block;margin:-.5rem 0 1.25rem;font:13px/1.45 system-ui,sans-serif;--ink:light-dark(#1b1d21,#e8eaee);--muted:light-dark(#5d636e,#9aa3b1);--line:light-dark(#e2e1dc,#2b3039);--go:light-dark(#2559c7,#7aa5ff);--ok:light-dark(#00795a,#2fc59b);--bad:light-dark(#b64a00,#ff9a57);color:var(--ink)}
.bar{display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px}
button{font:inherit;font-weight:600;color:var(--go);min-height:30px;padding:3px 12px;border:1px solid var(--line);border-radius:7px;background:light-dark(#fff,#1a1d23);cursor:pointer;white-space:nowrap}
button:hover{border-color:currentColor}
button:focus-visible,pre:focus-visible{outline:2px solid var(--go);outline-offset:1px}
.state{flex:1 1 12ch;min-width:0;color:var(--muted);overflow-wrap:anywhere}
[data-state=ok] .state{color:var(--ok)}[data-state=failed] .state{color:var(--bad)}[data-state=waiting] .run{color:var(--bad)}
.show{font-weight:400;color:var(--muted);border-color:transparent;background:none;padding:3px 4px;text-decoration:underline;text-underline-offset:3px}
pre{margin:8px 0 0;padding:10px 14px;max-height:18rem;overflow:auto;border-radius:8px;background:light-dark(#1f2329,#0e1014);color:#e6e8ec;font:12.5px/1.55 ui-monospace,"DejaVu Sans Mono",monospace;white-space:pre;tab-size:8}
pre i{font-style:normal;color:#8ecbff}pre em{font-style:normal;color:#ffb37d}
[hidden]{display:none!important}
@media(pointer:coarse){button{min-height:44px}}
@media print{:host{display:none}}`;

/** The commands of a block, in order: without comments and prompts, continued lines and here-documents whole. */
function commands(text) {
  const lines = text.replaceAll('\u00a0', ' ').replace(/\r/g, '').split('\n');
  const session = lines.some((line) => /^\s*\$ /.test(line)); // then lines without a prompt are output
  const out = [];
  for (let at = 0; at < lines.length; at++) {
    let line = lines[at].trim();
    if (session && !/^\$ /.test(line)) continue;
    line = line.replace(/^[$%] +/, '');
    if (!line || line.startsWith('#')) continue;
    while (line.endsWith('\\') && at + 1 < lines.length) line += '\n' + lines[++at].trim().replace(/^> /, '');
    const end = /<<(-?)\s*(['"]?)([\w.]+)\2/.exec(line);
    if (end) {
      // A block that is indented as a whole indents its here-documents too.
      const pad = /^\s*/.exec(lines[at])[0];
      const next = () => (lines[++at].startsWith(pad) ? lines[at].slice(pad.length) : lines[at]).replace(session ? /^> / : /^$/, '');
      let body;
      do line += '\n' + (body = at + 1 < lines.length ? next() : end[3]);
      while ((end[1] ? body.trim() : body) !== end[3]);
    }
    out.push(line);
  }
  return out;
}

/** The text of a block without the buttons a theme puts into it. */
function textOf(block) {
  const code = block.querySelector('td.code, .rouge-code, code') ?? block;
  const copy = code.cloneNode(true);
  copy.querySelectorAll('button, .gutter, .lineno').forEach((it) => it.remove());
  return copy.textContent;
}

function isShell(block) {
  if (block.localName === 'd-code') return block.hasAttribute('block') && SHELL.test(block.getAttribute('language') ?? '');
  const code = block.querySelector('code');
  const near = [block, code, block.closest('figure.highlight, .highlighter-rouge')].filter(Boolean);
  return near.some((it) => SHELL.test(it.dataset.lang ?? '') || [...it.classList].some((name) => SHELL.test(name.replace(/^language-/, '')) && name.startsWith('language-')));
}

/** Which embed a block belongs to: the one it names, else the last one before it that takes all. */
function playgroundOf(block) {
  const named = block.closest('[data-run-for]');
  if (named) return document.getElementById(named.dataset.runFor);
  let found = null;
  for (const it of document.querySelectorAll(`${NS}[run-blocks]`)) {
    if (it.compareDocumentPosition(block) & Node.DOCUMENT_POSITION_FOLLOWING) found = it;
  }
  return found?.getAttribute('run-blocks') === 'marked' ? null : found;
}

function bindAll() {
  for (const block of document.querySelectorAll('pre, d-code')) {
    // Tables of line numbers have a pre in a pre; fallback text of an embed is no block of the post.
    if (bound.has(block) || block.closest(NS) || block.parentElement?.closest('pre, d-code')) continue;
    const named = block.closest('[data-run-for]');
    if (!named && !isShell(block)) continue;
    const playground = playgroundOf(block);
    if (playground?.localName !== NS || !commands(textOf(block)).length) continue;
    bound.add(block);
    bind(block, playground);
  }
}

function make(name, props, ...kids) {
  const it = Object.assign(document.createElement(name), props);
  it.append(...kids);
  return it;
}

function bind(block, playground) {
  const host = make('div', { className: `${NS}-run` });
  const run = make('button', { type: 'button', className: 'run' });
  const state = make('span', { className: 'state' });
  state.setAttribute('role', 'status');
  const show = make('button', { type: 'button', className: 'show', textContent: 'Show in the playground', hidden: true });
  const output = make('pre', { hidden: true, tabIndex: 0 });
  output.setAttribute('role', 'region');
  output.setAttribute('aria-label', 'What the commands printed');
  const box = make('div', {}, make('div', { className: 'bar' }, run, state, show), output);
  host.attachShadow({ mode: 'open' }).append(make('style', { textContent: CSS }), box);
  const frame = block.closest('figure.highlight, .highlighter-rouge') ?? block.closest('.code-display-wrapper, div.highlight') ?? block;
  frame.after(host);

  const paint = () => { host.style.colorScheme = playground.style.colorScheme; };
  new MutationObserver(paint).observe(playground, { attributeFilter: ['style'] });
  paint();

  let stop = null;
  const set = (name, button, words) => {
    box.dataset.state = name;
    run.textContent = button;
    state.textContent = words;
  };
  const list = commands(textOf(block)), first = list[0].split('\n')[0];
  const count = list.length === 1 ? first : `${list.length} commands`;
  set('idle', '▶ Run', count);
  run.setAttribute('aria-label', `Run ${count}`);
  show.onclick = () => {
    playground.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion:reduce)').matches ? 'auto' : 'smooth' });
    playground.shadowRoot?.querySelector('iframe')?.focus({ preventScroll: true });
  };
  const label = (words) => (words ? run.setAttribute('aria-label', words) : run.removeAttribute('aria-label'));

  run.onclick = async () => {
    if (stop) return stop();
    const todo = commands(textOf(block)); // what stands there now
    let failed = '', stopped = false;
    output.textContent = '';
    output.hidden = true;
    show.hidden = false;
    stop = () => { stopped = true; playground.run('ctrl-c').catch(() => {}); };
    label('Stop');
    try {
      for (let at = 0; at < todo.length && !stopped; at++) {
        const line = todo[at];
        if (/^(ctrl-c|\^C)$/i.test(line)) continue; // pressed below, while the command before it still runs
        if (at > 0) await new Promise((resolve) => setTimeout(resolve, THINK));
        const held = /^(ctrl-c|\^C)$/i.test(todo[at + 1] ?? '');
        if (held) {
          set('waiting', 'Press Ctrl-C', `${line.split('\n')[0]} keeps running: try it, then stop it`);
          label('Press Ctrl-C: stop the command that runs');
          stop = () => playground.run('ctrl-c').catch(() => {});
        } else set('running', '■ Stop', `${todo.length > 1 ? `${at + 1} of ${todo.length}: ` : ''}${line.split('\n')[0]}`);
        const result = await playground.run(line);
        write(output, line, result);
        if (held) {
          label('Stop');
          stop = () => { stopped = true; playground.run('ctrl-c').catch(() => {}); };
        } else if (result.exit !== 0 && !stopped) failed = `exit status ${result.exit}: ${line.split('\n')[0]}`;
      }
      if (stopped) set('failed', '↻ Run again', 'stopped');
      else if (failed) set('failed', '↻ Run again', `✗ ${failed}`);
      else set('ok', '↻ Run again', '✓ done');
    } catch (error) {
      set('failed', '↻ Run again', `✗ ${error.message}`);
    }
    stop = null;
    label('');
  };
}

/** Adds a command and what it printed: as text, whatever it is. */
function write(output, line, { stdout, stderr }) {
  output.hidden = false;
  const text = (it) => (it && !it.endsWith('\n') ? `${it}\n` : it ?? '');
  output.append(make('i', { textContent: `$ ${line}\n` }), text(stdout));
  if (stderr) output.append(make('em', { textContent: text(stderr) }));
  output.scrollTop = output.scrollHeight;
}

let due = 0;
const soon = () => { due ||= setTimeout(() => { due = 0; bindAll(); }, 50); };
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', soon);
soon();
new MutationObserver(soon).observe(document.documentElement, { childList: true, subtree: true });
})();
