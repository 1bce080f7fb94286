// The bytes of the library in npm/, raw and compressed as a host would send them.
//
//   node scripts/lib/library-size.mjs              prints the table
//   node scripts/lib/library-size.mjs --write FILE keeps it in FILE as well, as the part that begins with its heading

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const HEADING = '\n## The library\n';
const FILES = ['cluster.js', 'engine.js', 'engine_bg.wasm', 'index.js'];
const AIM = 200 * 1024;

const rows = FILES.map((name) => {
  const bytes = readFileSync(`npm/${name}`);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  return [name, bytes.length, gzipSync(bytes, { level: 9 }).length, brotli.length];
});
rows.push(['**all**', ...[1, 2, 3].map((at) => rows.reduce((sum, row) => sum + row[at], 0))]);
const all = rows.at(-1)[3];
const text = `${HEADING}
Written by \`scripts/build-npm\`: what a page transfers that uses the npm package.

| file | raw | gzip | brotli |
| --- | ---: | ---: | ---: |
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}

- ${(all / 1024).toFixed(1)} KiB of brotli; the aim is ${AIM / 1024} KiB, ${all > AIM ? 'and is missed: it carries the shell and kubectl with their printers' : 'and is met'}
`;
process.stdout.write(text);
if (process.argv[2] === '--write') {
  const file = process.argv[3];
  const before = existsSync(file) ? readFileSync(file, 'utf8').split(HEADING)[0] : '';
  writeFileSync(file, before + text);
}
