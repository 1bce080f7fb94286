// Requests sent in the diagram, their playback, and the session's inputs: by mouse and by keyboard.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertQuiet, openPage, shot } from './harness.mjs';
import { idle, run, running, thing, type } from './words.mjs';

const SLEEP = ['kubectl apply -f sleep/sleep1.yaml -f sleep/sleep2.yaml -f sleep/sleep2-service.yaml', 'kubectl wait --for=condition=Ready pod --all', 'sleep 2'];
const READY = { query: running(SLEEP) };

async function ready(options = {}) {
  const page = await openPage({ ...READY, ...options });
  await page.locator('.diagram .item.circle.good').nth(1).waitFor({ timeout: 60_000 });
  await idle(page);
  return page;
}

test('two clicks send', async () => {
  const page = await ready();
  await page.getByRole('button', { name: 'Choose source and target in the diagram' }).click();
  await thing(page, 'Pod sleep-1').click();
  assert.match(await page.innerText('.banner'), /From sleep-1-.*: choose a target/);
  await thing(page, 'Pod sleep-2').click();
  await page.locator('.verdict', { hasText: /✓ sleep-1-\S+ pinged 10\.1\./ }).waitFor();
  assertQuiet(page);
});

test('dragging sends', async () => {
  const page = await ready();
  await thing(page, 'Pod sleep-1').hover();
  await page.mouse.down();
  await thing(page, 'Service sleep-2').hover();
  await page.locator('.diagram .thread').waitFor();
  await page.mouse.up();
  await page.locator('.verdict', { hasText: /sleep-1-\S+ pinged sleep-2/ }).waitFor();
  assertQuiet(page);
});

test('the keyboard sends: a thing, h, another thing, Enter', async () => {
  const page = await ready();
  await thing(page, 'Pod sleep-1').focus();
  await page.keyboard.press('p');
  await page.getByText(/From sleep-1-.*: choose a target/).waitFor();
  await thing(page, 'Service sleep-2').focus();
  await page.keyboard.press('Enter');
  await page.locator('.verdict', { hasText: /✗ sleep-1-\S+ pinged sleep-2: .*no reply/ }).waitFor();
  // The card: YAML, events, logs; Esc gives the focus back.
  await thing(page, 'Pod sleep-1').focus();
  await page.keyboard.press('Enter');
  const card = page.getByRole('dialog', { name: 'The chosen thing' });
  await card.getByRole('button', { name: 'YAML' }).click();
  assert.match(await card.locator('pre').innerText(), /kind: Pod[^]*podIP: 10\.1\./);
  await card.getByRole('button', { name: 'Events' }).click();
  assert.match(await card.locator('pre').innerText(), /Normal Scheduled/);
  await card.getByRole('button', { name: 'Close' }).focus();
  await page.keyboard.press('Escape');
  assert.equal(await card.count(), 0);
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /Pod sleep-1/);
  assertQuiet(page);
});

test('twenty requests, and who answered them', async () => {
  const page = await openPage({ query: running(['kubectl apply -f numbers/', 'kubectl scale deploy/numbers-api --replicas=2', 'kubectl apply -f sleep/sleep1.yaml', 'kubectl wait --for=condition=Ready pod --all', 'sleep 2']), motion: true });
  await page.locator('.diagram .item.circle.good').nth(3).waitFor({ timeout: 60_000 });
  await idle(page);
  await page.getByLabel('How often').selectOption({ label: '×20' });
  await page.getByLabel('What to send').selectOption({ label: 'HTTP GET' });
  await page.getByRole('button', { name: 'Choose source and target in the diagram' }).click();
  await thing(page, 'Pod sleep-1').click();
  await thing(page, 'Service numbers-api').click();
  await page.getByText('Who answered these 20 requests').waitFor();
  const counts = (await page.locator('.tally td').allInnerTexts()).map(Number);
  assert.equal(counts.length, 2, 'both pods answered');
  assert.equal(counts[0] + counts[1], 20);
  await page.locator('.packet.other').first().waitFor();
  await shot(page, 'many');
  // What was sent at once is taken back at once.
  await page.getByRole('tab', { name: 'Session' }).click();
  assert.match(await page.innerText('.session ol'), /GET numbers-api:80 from sleep-1-\S+ ×20/);
  assertQuiet(page);
});

test('a diagram higher than its pane follows the packet to where it is stopped', async () => {
  const page = await openPage({ query: '?scenario=network-policy', width: 1280, height: 700 });
  await page.locator('.lesson h2').waitFor();
  await run(page, 'kubectl exec deploy/sleep-1 -- curl -s -m 2 http://numbers-api/rng || echo failed');
  const cross = page.locator('.diagram .cross');
  await cross.waitFor();
  const [seen, drawn] = [await page.locator('.stage .scroll').boundingBox(), await cross.boundingBox()];
  assert.ok(drawn.y >= seen.y && drawn.y + drawn.height <= seen.y + seen.height, JSON.stringify([seen, drawn]));
  assertQuiet(page);
});

test('what was mended since is said of the request on show, and sent again', async () => {
  const page = await openPage({ query: '?scenario=selector-typo' });
  await page.locator('.lesson h2').waitFor();
  await type(page, "curl -s -X POST http://localhost:8080/ | grep '<p>'");
  await page.locator('.verdict', { hasText: 'But a request behind it failed' }).waitFor();
  assert.equal(await page.locator('.verdict .since').count(), 0);
  await type(page, "sed -i 's/number-api/numbers-api/' api-service.yaml && kubectl apply -f api-service.yaml");
  await page.locator('.verdict .since', { hasText: 'now it would be answered' }).waitFor();
  await page.getByRole('button', { name: 'Send it again' }).click();
  await page.locator('.verdict.good').waitFor();
  assert.equal(await page.locator('.verdict .since').count(), 0);
  assertQuiet(page);
});

test('playback: a hop back and forward, and the session back to any input', async () => {
  const page = await ready();
  await run(page, 'kubectl exec deploy/sleep-1 -- ping -c 1 sleep-2');
  await page.locator('.diagram .cross').waitFor();
  await page.getByRole('button', { name: 'A hop back' }).click();
  assert.equal(await page.locator('.diagram .cross').count(), 0);
  assert.ok(await page.locator('.diagram .leg.query').count());
  await page.getByRole('button', { name: 'A hop forward' }).click();
  await page.locator('.diagram .cross').waitFor();

  await page.getByRole('tab', { name: 'Session' }).click();
  const list = page.locator('.session ol');
  await list.getByRole('button', { name: 'The beginning' }).click();
  assert.equal(await page.locator('.diagram .item.circle').count(), 0);
  await list.getByRole('button', { name: /ping -c 1 sleep-2/ }).click();
  await page.locator('.diagram .item.circle.good').nth(1).waitFor({ timeout: 60_000 });
  const seed = page.getByRole('spinbutton', { name: 'Seed' });
  await seed.fill('42');
  await page.getByRole('button', { name: 'Start again with it' }).click();
  assert.equal(await page.locator('.diagram .item.circle').count(), 0);
  assert.equal(await seed.inputValue(), '42');
  assertQuiet(page);
});

test('panes can be moved by keyboard, and stay', async () => {
  const page = await openPage();
  const bar = page.getByRole('separator', { name: 'Width of the side pane' });
  const width = () => page.locator('.pane.side').evaluate((it) => it.clientWidth);
  const before = await width();
  await bar.focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  const after = await width();
  assert.ok(after > before + 40, `${before} → ${after}`);
  await page.reload();
  await page.locator('main').waitFor();
  assert.equal(await width(), after);
  assertQuiet(page);
});

test('larger, smaller, all of it', async () => {
  const page = await ready();
  const width = () => page.locator('svg.diagram').evaluate((it) => it.getBoundingClientRect().width);
  const usual = await width();
  await page.getByRole('button', { name: 'Larger' }).click();
  assert.ok((await width()) > usual * 1.2);
  await thing(page, 'Pod sleep-1').focus();
  await page.keyboard.press('-');
  await page.keyboard.press('-');
  assert.ok((await width()) < usual);
  await page.getByRole('button', { name: 'See all of it' }).click();
  const [inner, outer] = await page.locator('.scroll').evaluate((it) => [it.scrollHeight, it.clientHeight]);
  assert.ok(inner <= outer + 1);
  assertQuiet(page);
});

test('a near miss is a line struck through, with the value that differs, until the selector matches', async () => {
  const page = await ready();
  await type(page, `kubectl patch svc sleep-2 -p '{"spec":{"selector":{"app":"slep-2"}}}'`);
  await page.locator('.diagram .strike').waitFor();
  assert.equal(await page.locator('.diagram .link.miss').count(), 1);
  assert.match(await page.locator('.diagram [data-id="service/default/sleep-2"], .diagram [aria-label^="Service sleep-2"]').first().getAttribute('aria-label'), /matches no pod; nearest sleep-2, .*sleep-2/);
  await shot(page, 'near-miss');
  await type(page, `kubectl patch svc sleep-2 -p '{"spec":{"selector":{"app":"sleep-2"}}}'`);
  await page.locator('.diagram .strike').waitFor({ state: 'detached' });
  assert.equal(await page.locator('.diagram .link.miss').count(), 0);
  assertQuiet(page);
});
