// The class that index.d.ts describes: objects outside, JSON to and from the engine inside.
import { Engine } from './engine.js';

export class Cluster {
  #engine;

  constructor(options = {}) {
    this.#engine = new Engine(JSON.stringify(options));
  }

  get now() {
    return this.#engine.now();
  }

  apply(yaml) {
    return JSON.parse(this.#engine.apply(text(yaml, 'yaml')));
  }

  run(line, { hold = false } = {}) {
    return JSON.parse(this.#engine.run(text(line, 'line'), Boolean(hold)));
  }

  request(request) {
    return JSON.parse(this.#engine.request(JSON.stringify(request)));
  }

  advance(milliseconds) {
    this.#engine.advance(Number(milliseconds));
  }

  snapshot() {
    return JSON.parse(this.#engine.snapshot());
  }

  free() {
    this.#engine.free();
  }
}

function text(value, name) {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  return value;
}
