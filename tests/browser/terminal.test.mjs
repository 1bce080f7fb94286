// The terminal pane: history and its search, Ctrl-C, streams, tabs, pastes, carriage returns, names that lead to the diagram.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertQuiet, openPage } from './harness.mjs';

const INPUT = '.typed input';
const log = (page) => page.textContent('.screen [role=log]');
const said = (page, words) => page.waitForFunction((it) => document.querySelector('.screen [role=log]').textContent.includes(it), words);

async function run(page, line, until) {
  await page.fill(INPUT, line);
  await page.press(INPUT, 'Enter');
  await said(page, until ?? `$ ${line}`);
}

test('history: up, down, and the search through it', async () => {
  const page = await openPage();
  for (const word of ['one', 'two', 'three']) await run(page, `echo ${word}`, `\n${word}`);
  await page.focus(INPUT);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.inputValue(INPUT), 'echo two');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.inputValue(INPUT), 'echo three');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.inputValue(INPUT), '');
  await page.keyboard.press('Control+r');
  await page.keyboard.type('o');
  assert.match(await page.innerText('.typed'), /echo three/);
  await page.keyboard.type('ne');
  assert.match(await page.innerText('.typed'), /echo one/);
  await assertAccessible(page);
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.inputValue(INPUT), 'echo one');
  await page.keyboard.press('Control+r');
  await page.keyboard.press('Escape');
  assert.doesNotMatch(await page.innerText('.typed'), /search/);
  assertQuiet(page);
});

test('a paste of ten lines runs them in turn', async () => {
  const page = await openPage();
  await page.focus(INPUT);
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', Array.from({ length: 10 }, (_, n) => `echo line-$((${n} + 1))`).join('\r\n') + '\nrest');
    document.querySelector('.typed input').dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await said(page, '\nline-10\n');
  assert.match(await log(page), /line-1\n[^]*line-2\n[^]*line-9\n/);
  assert.equal(await page.inputValue(INPUT), 'rest');
});

test('a watch streams, Ctrl-C ends it; another terminal is free meanwhile', async () => {
  const page = await openPage();
  await run(page, 'kubectl get pods -w');
  await page.getByRole('button', { name: 'New terminal' }).click();
  await run(page, 'kubectl run web --image=nginx', 'pod/web created');
  await page.click('text=Terminal 1');
  await said(page, 'Running');
  assert.match(await log(page), /web\s+0\/1\s+Pending[^]*ContainerCreating[^]*Running/);
  await page.focus(INPUT);
  await page.keyboard.press('Control+c');
  await said(page, '^C');
  await run(page, 'echo free', '\nfree');
});

test('a port-forward holds the terminal until Ctrl-C', async () => {
  const page = await openPage();
  await run(page, 'kubectl run web --image=nginx && kubectl wait --for=condition=Ready pod/web', 'condition met');
  await run(page, 'kubectl port-forward pod/web 8080:80', 'Forwarding from');
  await page.focus(INPUT);
  await page.keyboard.press('Control+c');
  await run(page, 'echo free', '\nfree');
});

test('clear, by key and by button; copy', async () => {
  const page = await openPage();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await run(page, 'echo here', '\nhere');
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.waitForSelector('.notice');
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /echo here\nhere\n/);
  await page.focus(INPUT);
  await page.keyboard.press('Control+l');
  assert.equal(await log(page), '');
  await run(page, 'echo again', '\nagain');
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  assert.equal(await log(page), '');
});

test('a carriage return writes over its line', async () => {
  const page = await openPage();
  await run(page, 'printf "abcdef\\rXY\\n"', 'XYcdef');
});

test('a name leads to the diagram', async () => {
  const page = await openPage();
  await run(page, 'kubectl apply -f sleep/', 'sleep-2 created');
  await run(page, 'kubectl get services', 'ClusterIP');
  await page.click('.screen .name:has-text("sleep-2") >> nth=-1');
  assert.equal(await page.locator('.diagram .item.selected').count(), 1);
});

test('on touch a row of keys stands in for the keyboard', async () => {
  const page = await openPage({ width: 360, context: { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } } });
  await run(page, 'echo one', '\none');
  await page.tap('.keys >> text=↑');
  assert.equal(await page.inputValue(INPUT), 'echo one');
  await page.tap('.keys >> text=|');
  assert.equal(await page.inputValue(INPUT), 'echo one|');
  await page.tap('.keys >> text=Ctrl-C');
  await said(page, '^C');
  for (const box of await page.locator('.keys button').all()) assert.ok((await box.boundingBox()).height >= 44);
});
