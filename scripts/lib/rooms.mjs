// What each room adds to the wasm: the code of its functions, by the names the linker left in the file that cargo wrote. What is
// compiled into a room from elsewhere (closures, copies of generic functions) counts where its name says it comes from.
import { readFileSync } from 'node:fs';

/** `[[room or crate, bytes of code], …]`, most first; nothing when the file has no names. */
export function rooms(path) {
  const bytes = readFileSync(path);
  const names = new Map();
  const sizes = [];
  let imported = 0;
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const word = () => {
    const length = number();
    return bytes.toString('utf8', at, (at += length));
  };
  const limits = () => {
    const more = bytes[at++] & 1;
    number();
    if (more) number();
  };
  const skipImport = () => {
    word();
    word();
    switch (bytes[at++]) {
      case 0: imported++; number(); break;
      case 1: at++; limits(); break;
      case 2: limits(); break;
      default: at += 2;
    }
  };
  while (at < bytes.length) {
    const section = bytes[at++];
    const length = number();
    const end = at + length;
    if (section === 2) for (let left = number(); left > 0; left--) skipImport();
    else if (section === 10) {
      for (let left = number(); left > 0; left--) {
        const size = number();
        sizes.push(size);
        at += size;
      }
    } else if (section === 0 && word() === 'name') {
      while (at < end) {
        const kind = bytes[at++];
        const next = number() + at;
        if (kind === 1) for (let left = number(); left > 0; left--) names.set(number(), word());
        at = next;
      }
    }
    at = end;
  }
  const sums = new Map();
  sizes.forEach((size, index) => {
    const name = names.get(imported + index) ?? '';
    const room = /cluster_playground(?:\.\.|\d+)([a-z_]+)/.exec(name)?.[1] ?? elsewhere(name);
    sums.set(room, (sums.get(room) ?? 0) + size);
  });
  return names.size ? [...sums].sort(([, a], [, b]) => b - a) : [];
}

function elsewhere(name) {
  const first = /[a-z][a-z_]*(?=\.\.|\d)/.exec(name.replaceAll(/\$\w+\$/g, ' '))?.[0];
  return ['core', 'alloc', 'std'].includes(first) ? 'Rust’s libraries' : 'other crates';
}
