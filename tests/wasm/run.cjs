// examples/transcript.rs as wasm, with the native one's manners: node run.cjs MODULE SEED < SCRIPT
// CommonJS, because wasm-bindgen's output for Node is; a process a run, because the module runs once, when it is loaded.
const { readFileSync } = require('node:fs');
const { resolve } = require('node:path');

const [module_, seed] = process.argv.slice(2);
globalThis.request = { seed, script: readFileSync(0, 'utf8') };
require(resolve(module_));
process.stdout.write(globalThis.answer);
