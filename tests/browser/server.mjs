// A static server for the built site, on loopback. It answers below any path, as a blog would serve the site from a folder:
// /some/folder/x finds dist/x when dist/some/folder/x is not there.
//
//   node tests/browser/server.mjs [PORT]     serves dist/ until it is stopped

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm',
  '.json': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png', '.md': 'text/markdown', '.yaml': 'text/yaml', '.txt': 'text/plain',
};

/** Serves `root` on a free port, or on `port`; resolves to `{port, close}`. */
export function serve(root, port = 0) {
  const server = createServer((request, response) => {
    const path = find(root, decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    if (!path) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      return;
    }
    // Hashed names never change their content.
    const cache = /-[0-9a-f]{16}[._]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
    response.writeHead(200, { 'content-type': typeOf(path), 'cache-control': cache });
    if (request.method === 'HEAD') response.end();
    else createReadStream(path).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve({ port: server.address().port, close: () => (server.closeAllConnections(), server.close()) });
    });
  });
}

/** The media type of a file. */
export function typeOf(path) {
  return TYPES[extname(path)] ?? 'application/octet-stream';
}

/** The file of `root` that a path asks for, at the root or below any folder; null for none. */
export function find(root, pathname) {
  const parts = normalize(pathname).split(sep).filter((it) => it && it !== '..');
  if (pathname.endsWith('/')) parts.push('index.html');
  for (let skip = 0; skip < parts.length; skip++) {
    const path = join(root, ...parts.slice(skip));
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  }
  return null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { port } = await serve(fileURLToPath(new URL('../../dist', import.meta.url)), Number(process.argv[2] ?? 0));
  console.log(`http://127.0.0.1:${port}/`);
}
