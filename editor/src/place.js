// Between CodeMirror's offsets and the 1-based line and UTF-16 column of the interface. CodeMirror counts UTF-16 as well.

/** The offset of a place; places outside the text are moved to its nearest end, because diagnostics may be older than the text. */
export function offset(doc, line, col) {
  const at = doc.line(Math.min(Math.max(Math.trunc(line) || 1, 1), doc.lines));
  return at.from + Math.min(Math.max(col - 1, 0), at.length);
}

export function place(doc, pos) {
  const line = doc.lineAt(pos);
  return { line: line.number, col: pos - line.from + 1 };
}
