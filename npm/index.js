// For browsers, their workers and bundlers: the wasm is fetched from beside this file.
import start from './engine.js';

await start();

export { Cluster } from './cluster.js';
