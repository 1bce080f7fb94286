// What the browser tests share: a Chromium, a server for dist/, pages that fail on any error in the console.
//
// Every test gets a fresh browser context, so that nothing kept by one is seen by another.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';
import { serve } from './server.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
export const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
export const SHOTS = join(here, 'shots');
export const WIDTHS = [1280, 704, 360];
export const THEMES = ['light', 'dark'];
const HEIGHT = { 1280: 800, 704: 900, 360: 740 };

let browser;
let server;

/** The browser of this test file; it is closed after the last test. */
export async function theBrowser() {
  browser ??= chromium.launch({
    executablePath: findChromium(),
    headless: true,
    // No sandbox: containers and CI machines run tests as root, where Chromium has none. The pages are our own.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
  });
  return browser;
}

/** The address of the built site: at the root, or below `under` such as '/assets/playground/'. */
export async function siteUrl(under = '/') {
  server ??= serve(DIST);
  const { port } = await server;
  return `http://127.0.0.1:${port}${under}`;
}

/**
 * Opens the built page and waits until it has mounted.
 *
 * `query` such as '?theme=dark', `width`, `height`, `theme` (what the system prefers), `under` (a subpath), `context` (options of
 * Playwright's newContext), `mounted: false` not to wait. Returns Playwright's page with `page.problems`, the console's errors.
 */
export async function openPage(options = {}) {
  const width = options.width ?? 1280;
  const context = await (await theBrowser()).newContext({
    viewport: { width, height: options.height ?? HEIGHT[width] ?? 800 },
    colorScheme: options.theme ?? 'light',
    reducedMotion: options.motion ? 'no-preference' : 'reduce',
    ...options.context,
  });
  const page = await context.newPage();
  page.problems = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') page.problems.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => page.problems.push(`exception: ${error.stack ?? error}`));
  await options.before?.(page);
  await page.goto((await siteUrl(options.under)) + (options.query ?? ''));
  if (options.mounted !== false) await mounted(page);
  return page;
}

/** Waits until the wasm has replaced the start text; says what stands there when it does not. */
export async function mounted(page) {
  const end = await page.waitForFunction(
    () => document.querySelector('.boot-error')?.innerText ?? (document.getElementById('boot') ? null : 'mounted'),
    undefined,
    { timeout: 30000 },
  );
  assert.equal(await end.jsonValue(), 'mounted', page.problems.join('\n'));
}

/** No error and no warning was written to the console. */
export function assertQuiet(page) {
  assert.deepEqual(page.problems, []);
}

/** WCAG 2.2 AA as far as axe finds it by itself. `exclude`: selectors not to look at. */
export async function assertAccessible(page, { exclude = [] } = {}) {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(source);
  const found = await page.evaluate(
    async (skip) => {
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
      const result = await globalThis.axe.run({ exclude: skip.map((it) => [it]) }, { runOnly: tags });
      return result.violations.map((it) => `${it.id}: ${it.help}\n${it.nodes.map((n) => `  ${n.target}: ${n.failureSummary}`).join('\n')}`);
    },
    exclude,
  );
  assert.deepEqual(found, [], found.join('\n'));
}

/** Nothing is wider than the window. */
export async function assertNoSideways(page) {
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(inner <= outer, `the page is ${inner} px wide in a window of ${outer} px`);
}

/** Writes shots/NAME-WIDTH-THEME.png and returns its path. */
export async function shot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  const theme = await page.evaluate(() => document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  const path = join(SHOTS, `${name}-${page.viewportSize().width}-${theme}.png`);
  await page.screenshot({ path });
  return path;
}

/** The same at every width in both themes, of one page as it stands; nothing may be wider than the window. */
export async function shots(page, name) {
  const before = page.viewportSize();
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: HEIGHT[width] });
      // The diagram is laid out anew in the frame after the one that knows the width.
      await page.evaluate(() => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 250)));
      await assertNoSideways(page);
      await shot(page, name);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(before);
}

/** Calls `look(page, {width, theme})` at every width in both themes, each in a new page that is closed afterwards. */
export async function everywhere(options, look) {
  for (const theme of THEMES) {
    for (const width of WIDTHS) {
      const page = await openPage({ ...options, width, theme });
      await look(page, { width, theme });
      await page.context().close();
    }
  }
}

/** Closes what this file opened. Tests need not call it. */
export async function close() {
  await (await browser)?.close();
  (await server)?.close();
  browser = server = undefined;
}

// A script that is no test closes by itself; Node would print a test report for it.
if (process.argv[1]?.endsWith('.test.mjs')) after(close);
