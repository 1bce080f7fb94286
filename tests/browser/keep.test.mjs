// Nothing a person did is lost: kept over a reload, carried by a link, saved from a trap, and said when it cannot be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertQuiet, mounted, openPage, siteUrl } from './harness.mjs';

const log = (page) => page.textContent('.screen [role=log]');
const saved = (page) => page.evaluate(() => { playgroundKeep.flush(); });

async function run(page, line, until) {
  await page.fill('.typed input', line);
  await page.press('.typed input', 'Enter');
  await page.waitForFunction((words) => document.querySelector('.screen [role=log]').textContent.includes(words), until ?? `$ ${line}`);
}

async function open(page, menu) {
  await page.getByRole('button', { name: menu }).click();
}

async function work(page) {
  await run(page, 'kubectl apply -f sleep/', 'sleep-2');
  await run(page, 'kubectl get services', 'kubernetes');
  await run(page, 'echo "é 😀"', '\né 😀');
}

test('work survives a reload, typing too', async () => {
  const page = await openPage();
  await work(page);
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# mine ');
  await page.waitForSelector('.tabs .dot');
  await page.waitForTimeout(200);
  await saved(page);
  const before = await log(page);
  await page.reload();
  await mounted(page);
  await page.waitForSelector('.cm-content');
  assert.equal((await log(page)).slice(0, before.length), before);
  assert.match(await page.innerText('.cm-line >> nth=0'), /^# mine /);
  assertQuiet(page);
});

test('a link opens the same state in another browser, byte for byte', async () => {
  const page = await openPage();
  await work(page);
  await page.getByRole('button', { name: '❚❚ Pause time' }).click();
  const before = await log(page);
  await open(page, 'Keep and share');
  await page.click('text=Make a link to this state');
  const link = await page.inputValue('.notice input');
  assert.match(await page.innerText('.notice'), /sent to no server/);
  await assertAccessible(page);
  const other = await openPage({ query: link.slice((await siteUrl()).length) });
  assert.equal(await log(other), before);
  assertQuiet(other);
  await run(other, 'echo more', '\nmore');
  await saved(other);
  await other.reload();
  await mounted(other);
  assert.match(await log(other), /\nmore\n/, 'after a reload the work goes on, not the link');
});

test('a link that was cut off is said, and nothing else is lost', async () => {
  const page = await openPage({ query: '#s=dAAAA' });
  assert.match(await page.innerText('.notice'), /cannot be read/);
  await run(page, 'echo on', '\non');
});

test('a trap at an input loses that input alone', async () => {
  const page = await openPage();
  await work(page);
  await saved(page);
  const before = await log(page);
  await page.evaluate(() => dispatchEvent(new Event('playground-trap')));
  await page.fill('.typed input', 'echo doom');
  await page.press('.typed input', 'Enter');
  await page.waitForSelector('.boot-error');
  assert.match(await page.innerText('[role=alert]'), /simulator stopped[^]*Nothing you did is lost/);
  await assertAccessible(page);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.click('text=Copy a report');
  await page.waitForSelector('text=Copied');
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /cluster-playground stopped[^]*a test asked for this[^]*kubectl apply -f sleep/);
  await page.click('text=Go on without the last input');
  await page.waitForFunction(() => !document.querySelector('.boot-error') && !document.getElementById('boot'));
  const after = await log(page);
  assert.equal(after.slice(0, before.length), before);
  assert.doesNotMatch(after, /doom/);
});

test('a trap while time passes goes on without the input before it', async () => {
  const page = await openPage();
  await work(page);
  await run(page, 'echo last', '\nlast');
  await page.waitForTimeout(100);
  await page.evaluate(() => dispatchEvent(new Event('playground-trap-now')));
  await page.waitForSelector('.boot-error');
  await page.click('text=Go on without the last input');
  await page.waitForFunction(() => !document.querySelector('.boot-error') && !document.getElementById('boot'));
  const after = await log(page);
  assert.match(after, /é 😀/);
  assert.doesNotMatch(after, /echo last/);
});

test('two tabs do not overwrite each other', async () => {
  const one = await openPage();
  await run(one, 'echo first', '\nfirst');
  await saved(one);
  const two = await one.context().newPage();
  two.problems = [];
  await two.goto(await siteUrl());
  await mounted(two);
  assert.match(await log(two), /\nfirst\n/);
  await run(two, 'echo second', '\nsecond');
  await saved(two);
  await run(one, 'echo third', '\nthird');
  await saved(one);
  await open(one, 'Keep and share');
  assert.match(await one.innerText('.sheet'), /Another tab has the same work open/);
  await Promise.all([one.reload(), two.reload()]);
  await Promise.all([mounted(one), mounted(two)]);
  assert.match(await log(one), /first\n[^]*third\n/);
  assert.doesNotMatch(await log(one), /second/);
  assert.match(await log(two), /first\n[^]*second\n/);
});

test('storage that is blocked is said, and the page works', async () => {
  const page = await openPage({
    before: (it) =>
      it.addInitScript(() => {
        for (const name of ['localStorage', 'sessionStorage'])
          Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });
      }),
  });
  await run(page, 'echo here', '\nhere');
  await open(page, 'Keep and share');
  assert.match(await page.innerText('.sheet'), /keeps nothing for this page/);
  await page.keyboard.press('Escape');
  await page.evaluate(() => dispatchEvent(new Event('playground-trap')));
  await page.fill('.typed input', 'echo doom');
  await page.press('.typed input', 'Enter');
  await page.click('text=Go on without the last input');
  await page.waitForFunction(() => !document.querySelector('.boot-error') && !document.getElementById('boot'));
  assert.match(await log(page), /\nhere\n/, 'the address carried it over');
});

test('storage that is full is said, and what was kept stays', async () => {
  const page = await openPage();
  await run(page, 'echo before', '\nbefore');
  await saved(page);
  await page.evaluate(() => {
    for (let size = 1 << 22; size > 0; size >>= 1) {
      try {
        for (let n = 0; n < 9; n++) localStorage.setItem(`filler ${size} ${n}`, 'x'.repeat(size));
      } catch { /* the next smaller one */ }
    }
  });
  await run(page, 'echo after', '\nafter');
  await saved(page);
  await open(page, 'Keep and share');
  assert.match(await page.innerText('.sheet'), /storage is full/);
  await page.reload();
  await mounted(page);
  assert.match(await log(page), /\nbefore\n/);
});

test('what is kept can be deleted', async () => {
  const page = await openPage();
  await run(page, 'echo here', '\nhere');
  await saved(page);
  await open(page, 'Keep and share');
  await page.click('text=Delete what is kept');
  assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('cluster-playground/')).length), 0);
});
