// Prints the first free port on loopback from the given one on: node scripts/lib/free-port.mjs 8080
import { createServer } from 'node:net';

const first = Number(process.argv[2]);
for (let port = first; port < first + 50; port++) {
  if (await free(port)) {
    console.log(port);
    process.exit();
  }
}
console.error(`error: no free port from ${first} to ${first + 49}: set PORT`);
process.exitCode = 1;

function free(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
