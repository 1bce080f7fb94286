// A diagnostic's fixes: edits given by place, which become buttons in its tooltip.
import { offset } from './place.js';

/** `fix.edits` are `{fromLine, fromCol, toLine, toCol, insert}`, all against the text the diagnostic was made for. */
export function fixes(list = []) {
  return list.map((fix) => ({
    name: fix.label,
    apply(view) {
      const doc = view.state.doc;
      const edits = fix.edits ?? [fix];
      view.dispatch({
        changes: edits.map((it) => {
          const from = offset(doc, it.fromLine, it.fromCol);
          return { from, to: Math.max(from, offset(doc, it.toLine ?? it.fromLine, it.toCol ?? it.fromCol)), insert: it.insert ?? '' };
        }),
        userEvent: 'input.fix',
      });
      view.focus();
    },
  }));
}
