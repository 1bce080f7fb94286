// The page starts: everywhere it should, in both themes, and says so where it cannot.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { THEMES, assertAccessible, assertNoSideways, assertQuiet, everywhere, openPage, shot } from './harness.mjs';

test('the page mounts at every width in both themes, without a word in the console', async () => {
  await everywhere({}, async (page) => {
    assert.match(await page.innerText('main'), /\S/);
    assertQuiet(page);
    await assertNoSideways(page);
    await shot(page, 'start');
  });
});

test('the page mounts below a path', async () => {
  const page = await openPage({ under: '/assets/cluster-playground/' });
  assert.match(await page.innerText('main'), /\S/);
  assertQuiet(page);
});

test('every view fills its frame, and its head lies over nothing', async () => {
  for (const view of ['full', 'split', 'diagram', 'terminal']) {
    const page = await openPage({ width: 760, height: 560, query: `?view=${view}` });
    const boxes = await page.evaluate(() => ['.head', '.main', ...document.querySelectorAll('.main > .pane')]
      .map((it) => (typeof it === 'string' ? document.querySelector(it) : it).getBoundingClientRect())
      .filter((box) => box.width).map(({ top, bottom, width }) => ({ top, bottom, width })));
    assert.ok(boxes.length > 2, `${view} shows a pane`);
    for (const box of boxes) assert.equal(box.width, 760, `${view}: ${JSON.stringify(boxes)}`);
    assert.ok(boxes[0].bottom <= boxes[1].top, `${view}: ${JSON.stringify(boxes)}`);
    await page.context().close();
  }
});

test('every part of the page can be reached from the head', async () => {
  for (const width of [999, 704, 680, 600, 360]) {
    const page = await openPage({ width, query: '?scenario=selector-typo' });
    await page.locator('.lesson h2').waitFor();
    const cut = await page.locator('.head').evaluate((head) => [...head.querySelectorAll('.panes button, .clock')]
      .filter((it) => it.offsetWidth)
      .filter((it) => it.getBoundingClientRect().right > it.parentElement.getBoundingClientRect().right + 1 || it.scrollWidth > it.clientWidth + 1)
      .map((it) => it.textContent));
    assert.deepEqual(cut, [], `${width} px`);
    await page.context().close();
  }
});

test('?theme= wins over what the system prefers', async () => {
  const ink = {};
  for (const theme of THEMES) {
    const page = await openPage({ query: `?theme=${theme}`, theme: theme === 'light' ? 'dark' : 'light' });
    assert.equal(await page.getAttribute('html', 'data-theme'), theme);
    ink[theme] = await page.evaluate(() => getComputedStyle(document.body).color);
  }
  assert.equal(ink.light, 'rgb(27, 29, 33)');
  assert.equal(ink.dark, 'rgb(232, 234, 238)');
});

test('without JavaScript the page says what it is and what it needs', async () => {
  const page = await openPage({ context: { javaScriptEnabled: false }, mounted: false });
  assert.match(await page.innerText('body'), /simulates the network of a Kubernetes cluster[^]*needs JavaScript and WebAssembly/);
  assert.equal(await page.isVisible('#boot'), false);
});

test('without WebAssembly the page says so', async () => {
  const page = await openPage({ mounted: false, before: (it) => it.addInitScript('delete globalThis.WebAssembly') });
  await page.waitForSelector('.boot-error');
  assert.match(await page.innerText('[role=alert]'), /cannot run the simulator[^]*needs WebAssembly/);
  await assertAccessible(page);
});

test('a wasm that does not arrive is said, with a way on', async () => {
  const page = await openPage({ mounted: false, before: (it) => it.route('**/*.wasm', (route) => route.abort()) });
  await page.waitForSelector('.boot-error');
  assert.match(await page.innerText('[role=alert]'), /did not start[^]*could not be loaded/);
  await assertAccessible(page);
  await page.unroute('**/*.wasm');
  await page.click('text=Load again');
  await page.waitForFunction(() => document.querySelector('main') && !document.querySelector('.boot-error'));
});

test('a wasm that is no wasm is said', async () => {
  const page = await openPage({
    mounted: false,
    before: (it) => it.route('**/*.wasm', (route) => route.fulfill({ contentType: 'application/wasm', body: 'not found' })),
  });
  await page.waitForSelector('.boot-error');
  assert.match(await page.innerText('[role=alert]'), /did not start/);
});

test('a security policy that forbids WebAssembly is named', async () => {
  const page = await openPage({
    mounted: false,
    before: (it) =>
      it.route(/\/$/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': "script-src 'self'" } });
      }),
  });
  await page.waitForSelector('.boot-error');
  assert.match(await page.innerText('[role=alert]'), /did not start[^]*wasm-unsafe-eval/);
});

test('a trap ends in the error pane, with what the page said before', async () => {
  const page = await openPage();
  await page.evaluate(() => {
    dispatchEvent(new CustomEvent('playground-panic', { detail: 'panicked at <here>' }));
    setTimeout(() => { throw new WebAssembly.RuntimeError('unreachable'); });
  });
  await page.waitForSelector('.boot-error');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Load again');
  await page.click('.boot-error summary');
  assert.match(await page.innerText('[role=alert]'), /simulator stopped[^]*panicked at <here>[^]*unreachable/);
  await assertAccessible(page);
});

test('nothing jumps while the page loads', async () => {
  const before = (page) => page.addInitScript(() => {
    globalThis.shifted = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) globalThis.shifted += entry.value; }).observe({ type: 'layout-shift', buffered: true });
  });
  for (const width of [1280, 704, 360]) {
    for (const query of ['', '?scenario=ping-a-pod']) {
      const page = await openPage({ width, query, before });
      await page.locator(query ? '.lesson h2' : '.diagram .item').first().waitFor({ state: 'attached' });
      await page.waitForTimeout(500);
      const shifted = await page.evaluate(() => globalThis.shifted);
      // A tenth is what is called good; what there is comes from tabs that a lesson adds.
      assert.ok(shifted < 0.02, `${width} ${query}: ${shifted}`);
      await page.context().close();
    }
  }
});
