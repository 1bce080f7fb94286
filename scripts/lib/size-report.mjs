// The bytes of every file of dist/, raw and compressed as a host would send them.
//
//   node scripts/lib/size-report.mjs              prints the table
//   node scripts/lib/size-report.mjs --write FILE keeps it in FILE as well
//
// Fails when a part is over its budget, so that a change cannot worsen it silently. Hashes are left out of the names: they would
// make every report differ. Where $WASM is the file that cargo wrote, with its functions' names, the rooms' shares are reported as well.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { rooms } from './rooms.mjs';

const KiB = 1024;
// The page is meant to come down to 300 KiB (ARCHITECTURE.md, Size); until then this holds what it weighs, so that it cannot grow unseen.
const BUDGETS = [
  { name: 'page without editor and scenarios', most: 1208 * KiB, holds: (name) => !/^(editor|descriptions|lesson|scenarios)\//.test(name) },
  { name: 'descriptions of fields, fetched when one is looked at', most: 112 * KiB, holds: (name) => name.startsWith('descriptions/') },
  { name: 'editor', most: 140 * KiB, holds: (name) => name.startsWith('editor/') },
  { name: 'reader of lessons', most: 3 * KiB, holds: (name) => name.startsWith('lesson/lesson') },
  { name: 'Markdown parser for lessons from elsewhere', most: 16 * KiB, holds: (name) => name.startsWith('lesson/markdown') },
];

const files = walk('dist').map(measure).sort((a, b) => (a.name < b.name ? -1 : 1));
const sums = BUDGETS.map((it) => ({ ...it, brotli: sum(files.filter((file) => it.holds(file.name)), 'brotli') }));
const text = report();
process.stdout.write(`\n${text}`);
if (process.argv[2] === '--write') {
  // What follows the site's part is written by others, such as library-size.mjs.
  const before = existsSync(process.argv[3]) ? readFileSync(process.argv[3], 'utf8') : '';
  const others = before.indexOf('\n## ');
  writeFileSync(process.argv[3], text + (others < 0 ? '' : before.slice(others)));
}

const over = sums.filter((it) => it.brotli > it.most);
for (const it of over) console.error(`error: ${it.name}: ${it.brotli} bytes of brotli, at most ${it.most} allowed`);
process.exitCode = over.length ? 1 : 0;

function walk(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((it) => {
    if (it.name.startsWith('.') || /\.(br|gz)$/.test(it.name)) return []; // compressed copies are measured here as well
    const path = join(dir, it.name);
    return it.isDirectory() ? walk(path) : [path];
  });
}

function measure(path) {
  const bytes = readFileSync(path);
  return {
    name: relative('dist', path).split(sep).join('/').replace(/-[0-9a-f]{16}(?=[._])/, ''),
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length,
  };
}

function report() {
  const row = (name, it) => `| ${name} | ${it.raw} | ${it.gzip} | ${it.brotli} |`;
  const total = { raw: sum(files, 'raw'), gzip: sum(files, 'gzip'), brotli: sum(files, 'brotli') };
  return [
    '# Size of the site',
    '',
    'Written by `scripts/build`. Bytes; gzip 9 and brotli 11.',
    '',
    '| file | raw | gzip | brotli |',
    '| --- | ---: | ---: | ---: |',
    ...files.map((it) => row(it.name, it)),
    row('**all**', total),
    '',
    ...sums.map((it) => `- ${it.name}: ${(it.brotli / KiB).toFixed(1)} KiB of brotli, at most ${it.most / KiB} KiB`),
    '',
    ...shares(),
  ].join('\n');
}

function shares() {
  const found = existsSync(process.env.WASM ?? '') ? rooms(process.env.WASM) : [];
  if (!found.length) return [];
  const all = found.reduce((total, [, bytes]) => total + bytes, 0);
  const schema = measure('src/manifest/schema/fields.txt');
  return [
    '### What the wasm is made of',
    '',
    'Code by room (ARCHITECTURE.md), before wasm-opt makes it smaller. Copies of generic code count to where they are defined.',
    '',
    '| room | bytes | share |',
    '| --- | ---: | ---: |',
    ...found.map(([room, bytes]) => `| ${room} | ${bytes} | ${((bytes / all) * 100).toFixed(1)} % |`),
    '',
    `Beside the code: the schema of all fields, ${schema.raw} bytes, ${schema.brotli} of brotli.`,
    '',
  ];
}

function sum(list, key) {
  return list.reduce((all, it) => all + it[key], 0);
}
