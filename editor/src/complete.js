// Completion: the caller says what fits at a place, this file says which characters it replaces.
import { place } from './place.js';

/**
 * `ask(line, col, text)` returns, or promises, `[{label, insert?, detail?, info?, about?, kind?, boost?}]` or
 * `{from: column, items: [...]}` where the replaced part does not begin at the word. `describe(about)` promises an item's text
 * when it is looked at.
 */
export function completions(ask, describe) {
  return async (context) => {
    const word = context.matchBefore(/[\w.\/-]*/);
    if (!context.explicit && word.from === word.to && !/[:\-] $/.test(before(context))) return null;
    const { line, col } = place(context.state.doc, context.pos);
    const answer = await ask(line, col, context.state.doc.toString());
    const items = Array.isArray(answer) ? answer : answer?.items;
    if (!items?.length) return null;
    const from = Array.isArray(answer) ? word.from : context.state.doc.line(line).from + answer.from - 1;
    return {
      from,
      options: items.map((it) => ({
        label: it.label,
        apply: it.insert ?? it.label,
        detail: it.detail,
        info: it.info ?? (it.about && describe ? () => describe(it.about).then(words) : undefined),
        type: it.kind ?? 'property',
        boost: it.boost,
      })),
      validFor: /^[\w.\/-]*$/,
    };
  };
}

function words(text) {
  if (!text) return null;
  const dom = document.createElement('div');
  dom.textContent = text;
  return dom;
}

function before(context) {
  const line = context.state.doc.lineAt(context.pos);
  return line.text.slice(0, context.pos - line.from);
}
