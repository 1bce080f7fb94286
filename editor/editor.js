// The YAML editor of the page: CodeMirror behind a small interface that speaks lines and UTF-16 columns, both 1-based.
//
// It knows nothing of Kubernetes or of the simulator: what to complete, what to say on hover, what is wrong, all comes from the
// caller (README.md). The page works without this file; it is fetched when an editor is first shown.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Annotation, EditorState, Prec } from '@codemirror/state';
import {
  EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, hoverTooltip, keymap, lineNumbers,
} from '@codemirror/view';
import { completions } from './src/complete.js';
import { fixes } from './src/diagnostics.js';
import { lineHighlights, setHighlight } from './src/lines.js';
import { offset, place } from './src/place.js';
import { theme } from './src/theme.js';

// Marks a change that the page made itself: it is not reported back as typing.
const fromOutside = Annotation.define();

/**
 * Puts an editor into `parent`. See README.md for the options and the handle.
 */
export function create(parent, options = {}) {
  const view = new EditorView({ parent, state: state(options.doc ?? '') });
  let live = 0;

  function state(doc) {
    return EditorState.create({ doc, extensions: extensions(options, changed) });
  }

  function changed(text) {
    options.onChange?.(text);
    if (!options.onLive) return;
    clearTimeout(live);
    live = setTimeout(() => options.onLive(text), options.liveDelay ?? 400);
  }

  return {
    /** Another text: an undo step of the same document, or with `fresh` another document with an empty history. */
    setDoc(text, fresh = false) {
      clearTimeout(live);
      if (fresh) return view.setState(state(text));
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: smallest(view.state.doc.toString(), text), annotations: fromOutside.of(true) });
    },
    getDoc: () => view.state.doc.toString(),
    setDiagnostics(list) {
      const doc = view.state.doc;
      const found = list.map((it) => {
        const from = offset(doc, it.fromLine, it.fromCol);
        const to = Math.max(from, offset(doc, it.toLine ?? it.fromLine, it.toCol ?? Infinity));
        return { from, to, severity: it.severity ?? 'error', message: it.message, source: it.source, actions: fixes(it.fixes) };
      });
      view.dispatch(setDiagnostics(view.state, found));
    },
    highlightLine: (line, className = 'cm-mark') => view.dispatch({ effects: setHighlight.of({ line, className }) }),
    clearHighlights: () => view.dispatch({ effects: setHighlight.of(null) }),
    revealLine(line) {
      const at = offset(view.state.doc, line, 1);
      view.dispatch({ effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    },
    /** Puts the cursor there and scrolls to it. */
    select(line, col = 1) {
      const at = offset(view.state.doc, line, col);
      view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
    },
    cursor: () => place(view.state.doc, view.state.selection.main.head),
    focus: () => view.focus(),
    destroy() {
      clearTimeout(live);
      view.destroy();
    },
  };
}

function extensions(options, changed) {
  let cursorLine = 1;
  const apply = () => {
    if (!options.onApply) return false;
    options.onApply();
    return true;
  };
  return [
    // Before CodeMirror's own Mod-Enter, which inserts a line.
    Prec.highest(keymap.of([{ key: 'Mod-Enter', run: apply }])),
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    history(),
    foldGutter(),
    lintGutter(),
    drawSelection(),
    EditorState.tabSize.of(2),
    indentUnit.of('  '),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    yaml(),
    theme,
    lineHighlights,
    autocompletion({
      // Every line would have the same sign.
      icons: false,
      override: options.complete ? [completions(options.complete, options.describe)] : [],
      // What ends in a space or on a new line asks for more: the next list opens by itself.
      activateOnCompletion: (it) => /\s$/.test(it.apply),
    }),
    options.hover ? hoverTooltip(hover(options.hover, options.describe)) : [],
    // Tab indents; Esc then Tab leaves the editor: CodeMirror lets the key after Esc pass.
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
    EditorView.contentAttributes.of({ 'aria-label': options.label ?? 'YAML', tabindex: '0' }),
    EditorState.readOnly.of(Boolean(options.readonly)),
    EditorView.updateListener.of((update) => {
      if (options.onCursor && update.selectionSet) {
        const { line } = place(update.state.doc, update.state.selection.main.head);
        if (line !== cursorLine) options.onCursor((cursorLine = line));
      }
      if (update.docChanged && !update.transactions.some((it) => it.annotation(fromOutside))) changed(update.state.doc.toString());
    }),
  ];
}

// The caller's text on the thing under the pointer, as plain text: it never becomes HTML.
function hover(ask, describe) {
  return async (view, pos) => {
    const { line, col } = place(view.state.doc, pos);
    const answer = await ask(line, col, view.state.doc.toString());
    if (!answer) return null;
    const description = answer.about && describe ? await describe(answer.about) : '';
    const text = [answer.text ?? answer, description].filter(Boolean).join('\n\n');
    const word = view.state.wordAt(pos);
    return {
      pos: word?.from ?? pos,
      end: word?.to ?? pos,
      above: true,
      create() {
        const dom = document.createElement('div');
        dom.className = 'cm-hover';
        dom.textContent = text;
        return { dom };
      },
    };
  };
}

// The part in which two texts differ, so that cursor, folds and marks elsewhere stay.
function smallest(before, after) {
  let from = 0;
  const most = Math.min(before.length, after.length);
  while (from < most && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  let end = 0;
  while (end < most - from && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
