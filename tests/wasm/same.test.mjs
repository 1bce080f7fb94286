// The same seed and the same script give the same bytes, natively and in wasm. scripts/test builds both and runs this; by hand:
// TRANSCRIPT_NATIVE=… TRANSCRIPT_WASM=… node --test tests/wasm/same.test.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const { TRANSCRIPT_NATIVE: native, TRANSCRIPT_WASM: wasm } = process.env;
const here = fileURLToPath(new URL('.', import.meta.url));
const SEEDS = ['1', '42', '18446744073709551615'];

for (const name of readdirSync(`${here}scripts`).sort()) {
  const input = readFileSync(`${here}scripts/${name}`);
  const run = (command, ...args) => execFileSync(command, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });

  test(`${name}: native and wasm agree`, () => {
    const seen = new Set();
    for (const seed of SEEDS) {
      const text = run(native, seed);
      assert.equal(run(process.execPath, `${here}run.cjs`, wasm, seed), text);
      assert.equal(run(native, seed), text, 'a second native run differs');
      seen.add(text);
    }
    assert.equal(seen.size, SEEDS.length, 'the seed changes nothing: what is compared here is not the simulation');
  });
}
