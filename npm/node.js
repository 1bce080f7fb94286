// For Node: the wasm is read from beside this file.
import { readFileSync } from 'node:fs';
import { initSync } from './engine.js';

initSync({ module: readFileSync(new URL('engine_bg.wasm', import.meta.url)) });

export { Cluster } from './cluster.js';
