// The post's opening, typed by a person into the page: terminal, diagram and the reason of the failing hop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertQuiet, openPage, shots } from './harness.mjs';

/** Types a line into the terminal and waits until its command has ended. */
async function type(page, line) {
  const field = page.locator('.screen input');
  await field.fill(line);
  await field.press('Enter');
  await page.waitForFunction(() => document.querySelector('.screen input')?.getAttribute('aria-label') === 'Command line', null, { timeout: 60_000 });
}

/** What the terminal shows after the last prompt that has this line. */
async function printed(page, line) {
  const text = await page.innerText('.screen [role=log]');
  const at = text.lastIndexOf(line);
  assert.notEqual(at, -1, `${line} was not typed`);
  return text.slice(at + line.length).trim();
}

async function run(page, line) {
  await type(page, line);
  return printed(page, line);
}

const FIRST = "kubectl get pod -l app=sleep-2 --output jsonpath='{.items[0].status.podIP}'";

test('the post’s first section', async () => {
  const page = await openPage({});
  assert.match(await run(page, 'kubectl apply -f sleep/sleep1.yaml -f sleep/sleep2.yaml'),
    /deployment.apps\/sleep-1 created\s+deployment.apps\/sleep-2 created/);
  assert.match(await run(page, 'kubectl wait --for=condition=Ready pod -l app=sleep-2'), /pod\/sleep-2-\S+ condition met/);
  const before = (await run(page, FIRST)).match(/10\.1\.\d+\.\d+/)?.[0];
  assert.ok(before, 'the pod has an address');
  assert.equal(await page.locator('.diagram .item.circle').count(), 2);

  const ping = await run(page, `kubectl exec deploy/sleep-1 -- ping -c 2 $(${FIRST.trim()})`);
  assert.match(ping, /2 packets transmitted, 2 packets received, 0% packet loss/);

  assert.match(await run(page, 'kubectl delete pods -l app=sleep-2'), /pod "sleep-2-\S+" deleted/);
  await run(page, 'kubectl wait --for=condition=Ready pod -l app=sleep-2');
  const after = (await run(page, FIRST)).match(/10\.1\.\d+\.\d+/)?.[0];
  assert.ok(after && after !== before, 'the new pod has another address');
  assert.equal(await page.locator('.diagram .item.ghost').count(), 1);

  await run(page, 'kubectl apply -f sleep/sleep2-service.yaml');
  assert.match(await run(page, 'kubectl get svc sleep-2'), /sleep-2\s+ClusterIP\s+10\.\d+\.\d+\.\d+\s+<none>\s+80\/TCP/);
  const lost = await run(page, 'kubectl exec deploy/sleep-1 -- ping -c 1 sleep-2');
  assert.match(lost, /PING sleep-2 \(10\.\d+\.\d+\.\d+\)[^]*1 packets transmitted, 0 packets received, 100% packet loss[^]*exit code 1/);

  assert.match(await page.innerText('.verdict'), /no reply/i);
  assert.match(await page.innerText('.verdict'), /Nothing answers a ping of the virtual IP of Service sleep-2/);
  await page.waitForSelector('.diagram .cross', { timeout: 30_000 });
  assertQuiet(page);
  await shots(page, 'post-clusterip-ping');
  await assertAccessible(page);
});

test('the web app finds its API once a Service has its name', async () => {
  const page = await openPage({});
  await run(page, 'kubectl apply -f numbers/api.yaml -f numbers/web.yaml');
  await run(page, 'kubectl wait --for=condition=Ready pod -l app=numbers-web');
  await forward(page);
  const site = await press(page);
  await site.getByText('RNG service unavailable!').waitFor();
  await shots(page, 'post-unavailable');
  assert.match(await page.innerText('.verdict'), /numbers-api/);
  assert.match(await page.innerText('.hoplist'), /NXDOMAIN/);
  await page.locator('.screen input').press('Control+c');

  await run(page, 'kubectl apply -f numbers/api-service.yaml');
  assert.match(await run(page, 'kubectl get svc numbers-api'), /numbers-api\s+ClusterIP/);
  await forward(page);
  await (await press(page)).getByText(/Here it is: \d+/).waitFor();
  await shots(page, 'post-number');
  await page.locator('.screen input').press('Control+c');

  await run(page, 'kubectl apply -f numbers/web-service.yaml');
  await run(page, 'sleep 4'); // a load balancer takes its time
  assert.match(await run(page, 'kubectl get svc numbers-web'), /numbers-web\s+LoadBalancer\s+\S+\s+localhost\s+8080:3\d+\/TCP/);
  assert.equal(await run(page, "kubectl get svc numbers-web -o jsonpath='http://{.status.loadBalancer.ingress[0].*}:8080'"), 'http://localhost:8080');
  await (await press(page)).getByText(/Here it is: \d+/).waitFor();
  assert.match(await run(page, 'curl -s http://localhost:8080'), /KIAMOL Random Number Generator/);
  await shots(page, 'post-loadbalancer');
  assertQuiet(page);
});

/** Forwards the web app's port; the terminal stays with it. */
async function forward(page) {
  const field = page.locator('.screen input');
  await field.fill('kubectl port-forward deploy/numbers-web 8080:80');
  await field.press('Enter');
  await page.getByText('Forwarding from 127.0.0.1:8080 -> 80').last().waitFor();
}

/** Opens the app in the browser pane and presses its button. */
async function press(page) {
  await page.getByRole('tab', { name: 'Browser' }).first().click();
  await page.getByRole('textbox', { name: 'Address' }).fill('http://localhost:8080');
  await page.getByRole('textbox', { name: 'Address' }).press('Enter');
  const site = page.frameLocator('iframe.site');
  // The fresh page, not what an earlier button press left.
  await site.locator('body:not(:has-text("API at"))').waitFor();
  await site.getByRole('button', { name: 'Go!' }).click();
  return site;
}
