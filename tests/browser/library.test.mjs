// The npm package where it is not Node: in a page and in a worker of it. scripts/build-npm builds what is looked at.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { theBrowser } from './harness.mjs';
import { serve } from './server.mjs';

const PACKAGE = fileURLToPath(new URL('../../npm', import.meta.url));
const LINE = 'kubectl create deployment web --image=nginx';
let server;
let page;

before(async () => {
  server = await serve(PACKAGE);
  page = await (await theBrowser()).newPage();
  // Any file of the package does: modules and workers need an origin.
  await page.goto(`http://127.0.0.1:${server.port}/package.json`);
});
after(() => server?.close());

test('in a page', async () => {
  const printed = await page.evaluate(async (line) => {
    const { Cluster } = await import('/index.js');
    return new Cluster().run(line).stdout;
  }, LINE);
  assert.equal(printed, 'deployment.apps/web created\n');
});

test('in a worker', async () => {
  const printed = await page.evaluate((line) => new Promise((resolve, reject) => {
    const code = `import { Cluster } from '${location.origin}/index.js'; postMessage(new Cluster().run(${JSON.stringify(line)}).stdout);`;
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' });
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = (event) => reject(new Error(event.message));
  }), LINE);
  assert.equal(printed, 'deployment.apps/web created\n');
});
