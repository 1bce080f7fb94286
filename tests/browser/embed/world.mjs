// Two hosts on https with one key made here: a blog and, on another origin, the playground. Counts what is transferred.
import { execFileSync } from 'node:child_process';
import { X509Certificate, createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from '../chromium.mjs';
import { DIST } from '../harness.mjs';
import { find, typeOf } from '../server.mjs';

/** Opens the world: `{browser, blog, play, sent, page(path, options), close}`; `pages` maps a path of the blog to its HTML. */
export async function openWorld(pages) {
  const folder = mkdtempSync(join(tmpdir(), 'playground-key-'));
  const file = (name) => join(folder, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=blog.test',
    '-addext', 'subjectAltName=DNS:blog.test,DNS:play.test', '-keyout', file('key'), '-out', file('cert')], { stdio: 'ignore' });
  const [key, cert] = ['key', 'cert'].map((name) => readFileSync(file(name)));
  rmSync(folder, { recursive: true });
  const spki = createHash('sha256').update(new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })).digest('base64');

  const sent = [];
  const server = createServer({ key, cert }, (request, response) => {
    const url = new URL(request.url, `https://${request.headers.host}`);
    const html = url.hostname === 'blog.test' && pages(url, `https://play.test:${server.address().port}/`);
    if (html) return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
    if (url.pathname === '/favicon.ico') return void response.writeHead(204).end();
    const path = find(DIST, decodeURIComponent(url.pathname));
    if (!path) return void response.writeHead(404).end();
    sent.push(`${url.hostname}${url.pathname}`);
    const cache = /-[0-9a-f]{16}[._]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
    response.writeHead(200, { 'content-type': typeOf(path), 'cache-control': cache }).end(readFileSync(path));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const launch = {
    executablePath: findChromium(),
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage',
      '--host-resolver-rules=MAP *.test 127.0.0.1', `--ignore-certificate-errors-spki-list=${spki}`],
  };
  const browser = await chromium.launch(launch);
  const profiles = [];
  return {
    sent,
    play: `https://play.test:${port}`,
    async page(path, { width = 1280, height = 900, theme = 'light', persistent = false, ...context } = {}) {
      const options = { viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce', ...context };
      // As people browse: with a cache on disk. A context of its own keeps small files only, in memory.
      const profile = persistent && (await chromium.launchPersistentContext('', { ...launch, ...options }));
      if (profile) profiles.push(profile);
      const page = await (profile || (await browser.newContext(options))).newPage();
      page.problems = [];
      page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.problems.push(message.text()));
      page.on('pageerror', (error) => page.problems.push(String(error)));
      await page.goto(`https://blog.test:${port}${path}`);
      return page;
    },
    async close() {
      for (const profile of profiles) await profile.close();
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
