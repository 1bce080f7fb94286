// The playground in a post: on another origin and below a path, its run buttons, its theme, and what strangers get from it.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SHOTS, THEMES, WIDTHS } from './harness.mjs';
import { build, missing } from './embed/jekyll.mjs';
import { render } from './embed/render.mjs';
import { openWorld } from './embed/world.mjs';

const UNDER = '/assets/cluster-playground/';
const NS = 'cluster-playground';
let world;
let jekyll;

/** A small page of the blog: `body` with the script of the playground at `src`. */
const small = (src, body) =>
  `<!doctype html><meta charset="utf-8"><title>t</title><script src="${src}embed.js"></script>${body.replaceAll('SRC', src)}`;
const PAGES = {
  '/one': (src) => small(src, '<cluster-playground id="one" src="SRC" view="terminal"><p>fallback $(date)</p></cluster-playground>'),
  '/three': (src) => small(src, '<cluster-playground src="SRC"></cluster-playground>'.repeat(3)),
  '/blocks': (src) =>
    small(src, `<cluster-playground id="b" src="SRC" view="terminal" run-blocks="auto"></cluster-playground>
      <pre><code class="language-shell"># nothing
$ echo one \\
&gt;   two
output
$ cat &lt;&lt;EOF
&gt; a b
&gt; EOF
$ false</code></pre>
      <pre><code class="language-console">sleep 1000
# try it
ctrl-c
echo "&lt;img src=x onerror=alert(1)&gt;"</code></pre>
      <pre><code class="language-yaml">kind: Pod</code></pre>
      <pre data-run-for="none"><code class="language-sh">echo not here</code></pre>`),
  '/hostile-parent': (src) => `<!doctype html><title>t</title><iframe name="victim" src="${src}?view=terminal"></iframe><iframe name="sibling" srcdoc=""></iframe>`,
  '/silent': (src) => small(src, '<cluster-playground id="one" src="/hostile-frame"></cluster-playground>'),
  '/hostile-frame': () => '<!doctype html><title>t</title>',
};

before(async () => {
  world = await openWorld((url, play) => {
    if (url.pathname === '/post') return render(play);
    if (url.pathname === '/post-same') return render(UNDER);
    if (url.pathname === '/post-jekyll') return (jekyll ??= build(play));
    return PAGES[url.pathname]?.(url.searchParams.has('same') ? UNDER : play);
  });
});
after(() => world?.close());

const run = (page, line, id = 'one') =>
  page.evaluate(([element, text]) => document.getElementById(element).run(text), [id, line]);

for (const [where, query] of [['another origin', ''], ['the same origin, below a path', '?same']]) {
  test(`commands run and results come back: ${where}`, async () => {
    const page = await world.page(`/one${query}`);
    const events = page.evaluate(() => new Promise((resolve) => {
      const seen = [];
      for (const type of ['ready', 'result']) document.addEventListener(type, (event) => seen.push([type, event.detail.stdout]) === 2 && resolve(seen));
    }));
    const result = await run(page, 'echo hello; echo oh >&2; exit 3 2>/dev/null || true');
    assert.equal(result.stdout, 'hello\n');
    assert.equal(result.stderr, 'oh\n');
    assert.deepEqual(await events, [['ready', undefined], ['result', 'hello\n']]);
    assert.match((await run(page, 'kubectl get ns')).stdout, /^default +Active/m);
    assert.equal((await run(page, 'false')).exit, 1);
    const applied = await page.evaluate(() => document.getElementById('one').apply('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note}\n'));
    assert.equal(applied.stdout, 'configmap/note created\n');
    await page.evaluate(() => document.getElementById('one').reset());
    assert.notEqual((await run(page, 'kubectl get cm note')).exit, 0);
    assert.deepEqual(page.problems, []);
    assert.equal(await page.evaluate(() => Object.keys(globalThis).filter((name) => /playground/i.test(name)).length), 0);
  });
}

test('three embeds load the wasm once, and one runs', async () => {
  const page = await world.page('/three', { persistent: true });
  world.sent.length = 0;
  await page.evaluate(() => Promise.all([...document.querySelectorAll('cluster-playground')].map((it) => it.run('echo hi'))));
  assert.equal(world.sent.filter((path) => path.endsWith('.wasm')).length, 1);
  const lines = await page.evaluate(async () => {
    const [one, two] = document.querySelectorAll('cluster-playground');
    await one.run('A=kept');
    await two.run('echo other');
    return (await one.run('echo $A')).stdout;
  });
  assert.equal(lines, 'kept\n');
});

test('run buttons: comments, prompts, here-documents, Ctrl-C, text that looks like HTML', async () => {
  const page = await world.page('/blocks');
  const button = page.locator('.cluster-playground-run .run');
  await button.nth(1).waitFor();
  assert.equal(await button.count(), 2);
  await button.nth(0).focus();
  await page.keyboard.press('Enter');
  const box = page.locator('.cluster-playground-run');
  await box.nth(0).locator('[data-state=failed]').waitFor();
  assert.equal(await box.nth(0).locator('pre').innerText(), '$ echo one \\\n  two\none two\n$ cat <<EOF\na b\nEOF\na b\n$ false\n');
  assert.match(await box.nth(0).locator('[role=status]').innerText(), /exit status 1: false/);
  await button.nth(1).click();
  await box.nth(1).locator('[data-state=waiting]').waitFor();
  await button.nth(1).click();
  await box.nth(1).locator('[data-state=ok]').waitFor();
  assert.match(await box.nth(1).locator('pre').innerText(), /<img src=x onerror=alert\(1\)>$/m);
  await button.nth(1).click();
  await box.nth(1).locator('[data-state=waiting]').waitFor();
  assert.deepEqual(page.problems, []);
});

test('a hostile parent gets nothing but what a visitor could do', async () => {
  const page = await world.page('/hostile-parent');
  const frame = page.frames().find((it) => it.name() === 'victim');
  await frame.waitForFunction(() => document.querySelector('.pane.term'));
  const answers = await page.evaluate(async (ns) => {
    const heard = [];
    const target = globalThis.frames.victim;
    const post = (from, message, port) => from.eval('(w,m,p)=>w.postMessage(m,"*",p)')(target, message, port ? [port] : []);
    const connect = (from, message) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (event) => heard.push(event.data.payload?.stdout ?? event.data.type);
      post(from, message, port2);
      return port1;
    };
    const init = { ns, v: 1, type: 'init', payload: {} };
    const ask = (line, id = 1) => ({ ns, v: 1, id, type: 'run', payload: { line } });
    const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    // A sibling frame is not the parent; other names and versions are not the protocol; without a port there is no talk.
    for (const [from, message] of [[globalThis.frames.sibling, init], [globalThis, { ...init, ns: 'x' }], [globalThis, { ...init, v: 2 }]]) connect(from, message).postMessage(ask('echo stolen'));
    post(globalThis, init);
    post(globalThis, ask('echo loose'));
    await rest(500);
    const first = connect(globalThis, init);
    await rest(100);
    connect(globalThis, init).postMessage(ask('echo second')); // the first init holds
    const cyclic = {};
    cyclic.self = cyclic;
    for (const odd of [null, 7, 'run', cyclic, [], { ns, v: 1, id: 2, type: 'eval', payload: { line: 'x' } }, { ns, v: 1, id: 3, type: 'run', payload: { line: {} } }, { ...ask('x'.repeat(300000), 4) }, { ns, v: 1, id: 5, type: 'load', payload: { scenario: '../x' } }]) first.postMessage(odd);
    first.postMessage(ask('echo "<b>first</b>"', 6));
    await rest(1500);
    return heard.filter((it) => !['state', 'height'].includes(it));
  }, NS);
  assert.deepEqual(answers, ['<b>first</b>\n']);
  assert.equal(await frame.locator('.pane.term b').count(), 0);
});

test('a flood is cut off and the page lives on', async () => {
  const page = await world.page('/hostile-parent');
  const frame = page.frames().find((it) => it.name() === 'victim');
  await frame.waitForFunction(() => document.querySelector('.pane.term'));
  const count = await page.evaluate(async (ns) => {
    const { port1, port2 } = new MessageChannel();
    let results = 0;
    port1.onmessage = ({ data }) => { results += data.type === 'result'; };
    globalThis.frames.victim.postMessage({ ns, v: 1, type: 'init', payload: {} }, '*', [port2]);
    for (let id = 1; id <= 5000; id++) port1.postMessage({ ns, v: 1, id, type: 'run', payload: { line: 'true' } });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    return results;
  }, NS);
  assert.ok(count >= 50 && count < 250, `${count} of 5000 were answered`);
});

test('a hostile frame gets no port', async () => {
  const page = await world.page('/silent');
  const got = await page.evaluate(async (ns) => {
    const element = document.getElementById('one');
    element.run('echo secret').catch(() => {});
    const stranger = document.body.appendChild(document.createElement('iframe'));
    let ports = 0;
    stranger.contentWindow.addEventListener('message', (event) => { ports += event.ports.length; });
    stranger.contentWindow.eval(`parent.postMessage({ns:'${ns}',v:1,type:'ready',payload:{v:[1]}},'*')`);
    const inside = element.shadowRoot.querySelector('iframe').contentWindow;
    inside.addEventListener('message', (event) => { ports += event.ports.length; });
    inside.eval(`parent.postMessage({ns:'${ns}',v:9,type:'ready',payload:{v:[9]}},'*'); parent.postMessage('x','*'); parent.postMessage(null,'*')`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return ports;
  }, NS);
  assert.equal(got, 0);
  assert.deepEqual(page.problems, []);
});

test('without script the fallback stands; the post harms no text', async () => {
  const page = await world.page('/post', { javaScriptEnabled: false });
  assert.equal(await page.locator('cluster-playground img').first().isVisible(), true);
  assert.match(await page.locator('cluster-playground a').first().getAttribute('href'), /\?scenario=ch03-sleep&view=split$/);
});

// What the reader of the post is to see below each of its blocks, in their order.
const PRINTED = [
  /^\$ git clone https:\/\/github\.com\/sixeyed\/kiamol\nCloning into 'kiamol'/,
  /deployment\.apps\/sleep-1 created\n[^]*pod\/sleep-2-\S+ condition met\n[^]*2 packets transmitted, 2 packets received, 0% packet loss/,
  /pod "sleep-2-\S+" deleted/,
  /service\/sleep-2 created\n[^]*1 packets transmitted, 0 packets received, 100% packet loss/,
  /deployment\.apps\/numbers-api created\n[^]*Forwarding from 127\.0\.0\.1:8080 -> 80/,
  /service\/numbers-api created\n[^]*ClusterIP[^]*Forwarding from 127\.0\.0\.1:8080 -> 80/,
  /service\/numbers-web created\n[^]*LoadBalancer +\S+ +localhost +8080:\d+\/TCP[^]*http:\/\/localhost:8080/,
  /service\/web exposed\n[^]*IPv4/,
];

for (const [where, path, skip] of [['another origin', '/post'], ['the same origin, below a path', '/post-same'], ['built by Jekyll', '/post-jekyll', missing]]) {
  test(`the post, every block by its button: ${where}`, { skip: skip ?? false }, async () => {
    const page = await world.page(path);
    const box = page.locator('.cluster-playground-run');
    await box.nth(PRINTED.length - 1).waitFor();
    assert.equal(await box.count(), PRINTED.length, 'the shell blocks of the post, and no other');
    for (const [at, printed] of PRINTED.entries()) {
      const [run, state] = [box.nth(at).locator('.run'), (names) => box.nth(at).locator(names.map((name) => `div[data-state=${name}]`).join()).waitFor({ timeout: 60000 })];
      await run.click();
      await state(['ok', 'failed', 'waiting']);
      if ((await run.innerText()) === 'Press Ctrl-C') {
        await run.click();
        await state(['ok', 'failed']);
      }
      assert.match(await box.nth(at).locator('pre').innerText(), printed);
    }
    assert.match(await box.nth(3).locator('[role=status]').innerText(), /^✗ exit status 1: kubectl exec deploy\/sleep-1 -- ping -c 1 sleep-2$/);
    const [before, after] = [...(await box.nth(2).locator('pre').innerText()).matchAll(/10\.1\.\d+\.\d+/g)].map(String);
    assert.notEqual(before, after, 'the replaced Pod has another address');
    assert.deepEqual(page.problems, []);
  });
}

test('the post: theme, copy buttons, mathematics', async () => {
  const page = await world.page('/post');
  const button = page.locator('.cluster-playground-run .run');
  await button.nth(PRINTED.length - 1).waitFor();
  assert.equal(await page.locator('.katex').count(), 0);
  await page.locator('.copy').first().click();
  assert.match(await page.evaluate(() => globalThis.copied), /^# the chapter's folder[^]*podIP}'\)/);
  await button.nth(0).click();
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  await frame.waitForSelector('html[data-theme=light]');
  await page.click('#theme');
  await frame.waitForSelector('html[data-theme=dark]');
  assert.deepEqual(page.problems, []);
});

test('no sideways scrolling in the columns of blogs', async () => {
  const page = await world.page('/post');
  for (const width of [320, 328, 472, 512, 704, 888, 1072]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} px too wide at ${width}`);
  }
});

test('pictures of the post', async () => {
  mkdirSync(SHOTS, { recursive: true });
  for (const theme of THEMES) {
    for (const width of WIDTHS) {
      const page = await world.page(`/post?theme=${theme}`, { width, theme, height: 1200 });
      const button = page.locator('.cluster-playground-run .run');
      await button.nth(PRINTED.length - 1).waitFor();
      await page.screenshot({ path: join(SHOTS, `post-start-${width}-${theme}.png`) });
      await button.nth(1).click();
      await page.locator('.cluster-playground-run').nth(1).locator('div[data-state=ok], div[data-state=failed]').waitFor({ timeout: 60000 });
      await page.evaluate(() => document.querySelector('cluster-playground').scrollIntoView());
      await page.evaluate(() => scrollBy(0, -90));
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(SHOTS, `post-run-${width}-${theme}.png`) });
      await page.context().close();
    }
  }
});
