// Bundles what the page fetches when it is wanted into editor/out/. Writes only what changed: `trunk serve` would otherwise build for ever.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const FILES = {
  'editor.js': '/*! CodeMirror 6 and Lezer: MIT, Copyright (C) Marijn Haverbeke and others */',
  'lesson.js': '',
  'markdown.js': '/*! marked: MIT, Copyright (c) 2018+, MarkedJS, Copyright (c) 2011-2018, Christopher Jeffrey */',
};

for (const [name, banner] of Object.entries(FILES)) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [name],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    legalComments: 'none',
    banner: { js: banner },
  });
  const out = join(here, 'out', name);
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
}
