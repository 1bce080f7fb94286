// Writes a .br and a .gz beside every file of dist/ that gets smaller by it, for hosts that send those: node scripts/lib/compress.mjs
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const LEAST = 512; // below it a response's headers weigh more than what is saved
const sums = { raw: 0, gz: 0, br: 0 };

for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isFile()) continue;
  if (/\.(br|gz)$/.test(path)) {
    rmSync(path); // of a build before this one
    continue;
  }
  const bytes = readFileSync(path);
  const packed = {
    br: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
    gz: gzipSync(bytes, { level: 9 }),
  };
  sums.raw += bytes.length;
  for (const [kind, small] of Object.entries(packed)) {
    const smaller = bytes.length >= LEAST && small.length < bytes.length;
    sums[kind] += smaller ? small.length : bytes.length;
    if (smaller) writeFileSync(`${path}.${kind}`, small);
  }
}
console.log(`dist/ compressed: ${sums.raw} bytes, ${sums.gz} as gzip, ${sums.br} as brotli`);
