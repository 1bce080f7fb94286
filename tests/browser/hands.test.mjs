// The post done with the mouse alone, and with the keyboard alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertQuiet, openPage, shot } from './harness.mjs';
import { idle, thing } from './words.mjs';

/** Presses Tab (or Shift+Tab) until what has the focus matches. */
async function tabTo(page, selector, { back = false, most = 150 } = {}) {
  for (let i = 0; i < most; i++) {
    const there = await page.evaluate((wanted) => {
      const at = document.activeElement;
      // Esc then Tab leaves the editor.
      if (at?.closest('.cm-editor')) return 'editor';
      return at?.matches(wanted) ? 'there' : 'on';
    }, selector);
    if (there === 'there') return;
    if (there === 'editor') await page.keyboard.press('Escape');
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
  }
  assert.fail(`${selector} has no focus after ${most} times Tab`);
}

/** Enters a line where the focus is, and waits for its end. */
async function enter(page, line) {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
  await idle(page);
}

const printed = (page) => page.innerText('.screen [role=log]');

test('the post’s first section, by keyboard alone', { timeout: 180_000 }, async () => {
  const page = await openPage();
  await tabTo(page, '.screen input');
  await enter(page, 'kubectl apply -f sleep/sleep1.yaml -f sleep/sleep2.yaml');
  await enter(page, 'kubectl wait --for=condition=Ready pod -l app=sleep-2');
  const address = "kubectl get pod -l app=sleep-2 --output jsonpath='{.items[0].status.podIP}'";
  await enter(page, `kubectl exec deploy/sleep-1 -- ping -c 2 $(${address})`);
  assert.match(await printed(page), /2 packets transmitted, 2 packets received/);
  await enter(page, 'kubectl delete pods -l app=sleep-2');
  await enter(page, 'kubectl wait --for=condition=Ready pod -l app=sleep-2');
  await enter(page, 'kubectl apply -f sleep/sleep2-service.yaml');
  await enter(page, 'kubectl get svc sleep-2');
  await enter(page, 'kubectl exec deploy/sleep-1 -- ping -c 1 sleep-2');
  assert.match(await printed(page), /1 packets transmitted, 0 packets received, 100% packet loss/);
  // The same ping again, from the diagram.
  await tabTo(page, '.diagram .item[aria-label*="Pod sleep-1"]', { back: true });
  await page.keyboard.press('p');
  await tabTo(page, '.diagram .item[aria-label*="Service sleep-2"]');
  await page.keyboard.press('Enter');
  await page.locator('.verdict', { hasText: /✗ sleep-1-\S+ pinged sleep-2: .*no reply/ }).waitFor();
  // Hop by hop, and the command that shows why.
  await tabTo(page, '[aria-label="A hop back"]');
  await page.keyboard.press('Enter');
  await tabTo(page, '.hoplist .next button');
  await page.keyboard.press('Enter');
  await idle(page);
  assertQuiet(page);
});

test('no service, then a number, with the mouse alone', { timeout: 180_000 }, async () => {
  const page = await openPage();
  const apply = async (file) => {
    await page.getByRole('tab', { name: 'Files', exact: true }).last().click();
    await page.locator(`.pane.side [role=tab][title$="${file}"]`).click();
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.waitForFunction(() => !/apply -f \S+\s*$/.test(document.querySelector('.screen [role=log]').innerText));
  };
  const go = async () => {
    await page.locator('.pane.side').getByRole('tab', { name: 'Browser' }).click();
    await page.getByRole('button', { name: 'Load this address' }).click();
    const site = page.frameLocator('iframe.site');
    await site.locator('body:not(:has-text("API at"))').waitFor();
    await site.getByRole('button', { name: 'Go!' }).click();
    return site;
  };
  await apply('numbers/api.yaml');
  await apply('numbers/web.yaml');
  await page.locator('.diagram .item.circle.good').nth(1).waitFor({ timeout: 60_000 });
  await thing(page, 'Pod numbers-web').click();
  await page.getByRole('button', { name: 'Port-forward' }).click();
  await page.getByText('Forwarding from 127.0.0.1:8080 -> 80').last().waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await (await go()).getByText('RNG service unavailable!').waitFor();
  assert.match(await page.innerText('.hoplist li.bad'), /NXDOMAIN/);
  assert.match(await page.innerText('.verdict'), /numbers-api/);
  assert.match(await page.innerText('.verdict'), /create a Service called numbers-api/i);
  await shot(page, 'mouse-unavailable');
  await apply('numbers/api-service.yaml');
  await page.locator('.diagram .item.pill', { hasText: 'numbers-api' }).waitFor();
  await page.locator('.diagram .item.table', { hasText: /10\.1\.\d+\.\d+:80/ }).waitFor({ timeout: 60_000 });
  await (await go()).getByText(/Here it is: \d+/).waitFor();
  await shot(page, 'mouse-number');
  assertQuiet(page);
});

test('no service, then a number, by keyboard alone', { timeout: 180_000 }, async () => {
  const page = await openPage();
  const forward = async () => {
    await page.keyboard.type('kubectl port-forward deploy/numbers-web 8080:80');
    await page.keyboard.press('Enter');
    await page.getByText('Forwarding from 127.0.0.1:8080 -> 80').last().waitFor();
  };
  const go = async () => {
    await tabTo(page, '.pane.side .tabs.wide [role=tab]:last-child', { back: true });
    await page.keyboard.press('Enter');
    await tabTo(page, '.address button');
    await page.keyboard.press('Enter');
    const site = page.frameLocator('iframe.site');
    await site.locator('body:not(:has-text("API at"))').waitFor();
    await tabTo(page, 'iframe.site');
    await page.keyboard.press('Enter'); // Go!, all that there is to press
    return site;
  };
  await tabTo(page, '.screen input');
  await enter(page, 'kubectl apply -f numbers/api.yaml -f numbers/web.yaml');
  await enter(page, 'kubectl wait --for=condition=Ready pod -l app=numbers-web');
  await forward();
  await (await go()).getByText('RNG service unavailable!').waitFor();
  assert.match(await page.innerText('.hoplist li.bad'), /NXDOMAIN/);
  assert.match(await page.innerText('.verdict'), /create a Service called numbers-api/i);
  await tabTo(page, '.screen input');
  await page.keyboard.press('Control+c');
  await idle(page);
  await enter(page, 'kubectl apply -f numbers/api-service.yaml');
  await forward();
  await (await go()).getByText(/Here it is: \d+/).waitFor();
  assertQuiet(page);
});
