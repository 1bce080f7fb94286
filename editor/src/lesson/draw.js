// Draws Markdown into an element as real nodes.
const known = new Map();
const TAGS = new Set(['p', 'h3', 'h4', 'ul', 'ol', 'li', 'pre', 'code', 'em', 'strong', 'del', 'blockquote', 'br', 'hr', 'table', 'tr', 'th', 'td']);

/** Takes over what the build has made of texts already. */
export function learn(texts) {
  for (const [text, blocks] of Object.entries(texts ?? {})) known.set(text, blocks);
}

/** Draws `text` into `element`; `onref(target)` when somebody follows a reference to something on the page. */
export function draw(element, text, onref) {
  const blocks = known.get(text);
  if (blocks) {
    fill(element, blocks, onref);
    return;
  }
  element.textContent = text;
  const address = document.querySelector('meta[name=markdown]')?.content;
  if (!address) return;
  import(new URL(address, document.baseURI).href).then(
    (parser) => {
      known.set(text, parser.blocks(text));
      // Another text may stand there by now.
      if (element.textContent === text) fill(element, known.get(text), onref);
    },
    () => {}, // The plain text stays: it can be read as it is.
  );
}

function fill(element, blocks, onref) {
  element.replaceChildren(...nodes(blocks, onref));
}

function nodes(list, onref) {
  return Array.isArray(list) ? list.map((it) => node(it, onref)) : [];
}

function node(it, onref) {
  if (!Array.isArray(it)) return document.createTextNode(String(it));
  const [tag, ...rest] = it;
  if (tag === 'ref') return reference(String(rest[0]), String(rest[1]), onref);
  if (tag === 'a') return link(String(rest[0]), rest.slice(1), onref);
  if (!TAGS.has(tag)) return document.createTextNode('');
  const made = document.createElement(tag);
  made.append(...nodes(rest, onref));
  if (tag === 'pre') made.tabIndex = 0; // It may scroll, and then by keyboard too.
  return made;
}

function reference(target, words, onref) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'ref';
  button.textContent = words;
  button.title = 'Show it';
  button.addEventListener('click', () => onref(target));
  return button;
}

function link(address, children, onref) {
  if (!/^https?:\/\//.test(address)) return document.createTextNode('');
  const a = document.createElement('a');
  a.href = address;
  a.target = '_blank';
  a.rel = 'noopener noreferrer';
  a.append(...nodes(children, onref));
  return a;
}
