// Bundles the editor into editor/out/editor.js. Writes only what changed: `trunk serve` would otherwise build for ever.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, 'out', 'editor.js');

const result = await build({
  absWorkingDir: here,
  entryPoints: ['editor.js'],
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  write: false,
  legalComments: 'none',
  banner: { js: '/*! CodeMirror 6 and Lezer: MIT, Copyright (C) Marijn Haverbeke and others */' },
});
const text = result.outputFiles[0].text;

let before = '';
try {
  before = readFileSync(out, 'utf8');
} catch {
  // The first build.
}
if (text !== before) {
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, text);
}
