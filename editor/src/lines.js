// Whole lines marked by the page, such as the line that decided a packet's fate. Marks move with the text and go when it is replaced.
import { RangeSet, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';
import { offset } from './place.js';

/** `{line, className}` adds a mark, `null` removes all. */
export const setHighlight = StateEffect.define();

export const lineHighlights = StateField.define({
  create: () => RangeSet.empty,
  update(marks, tr) {
    marks = marks.map(tr.changes);
    for (const effect of tr.effects) {
      if (!effect.is(setHighlight)) continue;
      if (effect.value === null) {
        marks = RangeSet.empty;
      } else {
        const { line, className } = effect.value;
        marks = marks.update({ add: [Decoration.line({ class: className }).range(offset(tr.state.doc, line, 1))] });
      }
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});
