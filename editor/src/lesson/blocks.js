// Markdown as blocks: plain lists `[tag, …children]` and strings, never HTML. The build does this for the lessons of the site, so that
// nobody downloads a Markdown parser for them; the page does it for what it meets later.
//
// What stands in angle brackets is text, links lead to http(s) only, images are their words. `[[pod:sleep-1]]`, or `[[pod:sleep-1|the pod]]`
// in other words, points at something on the page: ['ref', target, words].
import { Lexer } from 'marked';

const REFERENCE = /\[\[([a-z]+(?::[^\]|]+)?)(?:\|([^\]]+))?\]\]/g;

/** The blocks of a text. */
export function blocks(text) {
  return new Lexer({ gfm: true }).lex(text).flatMap(block);
}

function block(token) {
  switch (token.type) {
    case 'space': case 'def': return [];
    case 'hr': return [['hr']];
    case 'code': return [['pre', token.text]];
    case 'heading': return [[token.depth < 3 ? 'h3' : 'h4', ...inline(token.tokens)]];
    case 'blockquote': return [['blockquote', ...token.tokens.flatMap(block)]];
    case 'list': return [[token.ordered ? 'ol' : 'ul', ...token.items.map((item) => ['li', ...item.tokens.flatMap(block)])]];
    case 'table': return [['table',
      ['tr', ...token.header.map((cell) => ['th', ...inline(cell.tokens)])],
      ...token.rows.map((row) => ['tr', ...row.map((cell) => ['td', ...inline(cell.tokens)])])]];
    case 'text': return token.tokens ? inline(token.tokens) : [token.text];
    case 'paragraph': return [['p', ...inline(token.tokens)]];
    default: return [['p', token.raw.trim()]];
  }
}

function inline(tokens) {
  const out = [];
  let text = '';
  const flush = () => { out.push(...references(text)); text = ''; };
  for (const token of tokens) {
    const made = piece(token);
    if (typeof made === 'string') text += made;
    else { flush(); out.push(made); }
  }
  flush();
  return out;
}

/** A string, to be joined with its neighbours, or a list. */
function piece(token) {
  switch (token.type) {
    case 'strong': case 'em': case 'del': return [token.type, ...inline(token.tokens)];
    case 'codespan': return ['code', token.text];
    case 'br': return ['br'];
    case 'link': return /^https?:\/\//.test(token.href) ? ['a', token.href, ...inline(token.tokens)] : plain(token.tokens);
    case 'image': case 'escape': return token.text;
    case 'text': return token.tokens ? plain(token.tokens) : token.text;
    default: return token.raw;
  }
}

const plain = (tokens) => tokens.map((token) => token.text ?? token.raw).join('');

function references(text) {
  const out = [];
  let from = 0;
  for (const found of text.matchAll(REFERENCE)) {
    const [whole, target, words] = found;
    out.push(text.slice(from, found.index), ['ref', target, words ?? target.slice(target.indexOf(':') + 1)]);
    from = found.index + whole.length;
  }
  out.push(text.slice(from));
  return out.filter((it) => it !== '');
}
