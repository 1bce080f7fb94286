// Trunk's post_build hook: what Trunk leaves undone in its staging folder.
//
// - Files that Trunk only copies get a hash in their name, so that a cached one never meets a newer page.
// - The scripts that posts link keep their names, and lose their comments: a reader of a post downloads them before anything else.
// - The scenarios become data beside the page.
// - The scripts that start the page stand before its styles.
// - The released page gets a Content-Security-Policy. `trunk serve` would not work under it: its reload script is inline.

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeScenarios } from './scenarios.mjs';

const stage = process.env.TRUNK_STAGING_DIR;
const page = join(stage, 'index.html');
let html = readFileSync(page, 'utf8');

for (const file of ['boot.js', 'keep.js', 'host.js', 'descriptions/descriptions.json', 'editor/editor.js', 'lesson/lesson.js', 'lesson/markdown.js']) {
  const hash = createHash('sha256').update(readFileSync(join(stage, file))).digest('hex').slice(0, 16);
  const hashed = file.replace(/\.js(on)?$/, `-${hash}$&`);
  if (!html.includes(`./${file}"`)) throw new Error(`index.html does not mention ${file}`);
  renameSync(join(stage, file), join(stage, hashed));
  html = html.replaceAll(`./${file}"`, `./${hashed}"`);
}

const { transformSync } = createRequire(new URL('../../editor/package.json', import.meta.url))('esbuild');
for (const file of ['embed.js', 'embed-run.js']) {
  const path = join(stage, file);
  // Styles stand in template strings, which a minifier leaves alone; nothing in them needs its line ends.
  const { code } = transformSync(readFileSync(path, 'utf8'), { minify: true, target: 'es2022', format: 'esm' });
  const small = code.replace(/(?<=[};,{])\n(?=[.:@a-z])/g, '');
  if (file === 'embed.js' && small.length > 6000) throw new Error(`embed.js is ${small.length} bytes, more than 6000`);
  writeFileSync(path, small);
}

writeScenarios(stage);

// A script waits for the stylesheets before it; the scripts that fetch the wasm need none of them.
const scripts = html.match(/<script src="[^"]*keep[^]*<\/script>/)?.[0];
if (!scripts) throw new Error('the scripts that start the page are not found');
html = html.replace(scripts, '').replace('<link rel="stylesheet"', () => `${scripts}\n    <link rel="stylesheet"`);

if (process.env.TRUNK_PROFILE === 'release') {
  // Styles may be inline: Yew and CodeMirror set style attributes. Scripts may not.
  const policy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self' https:; worker-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'none'";
  html = html.replace(/<meta charset="utf-8"\s*\/?>/, (meta) => `${meta}\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`);
  if (!html.includes('Content-Security-Policy')) throw new Error('no place found for the security policy');
}
writeFileSync(page, html);
