// The examples of README.md print what stands below them; the types fit; wrong use is told.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Cluster } from 'cluster-playground';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');

const examples = [...readme.matchAll(/## (.*)\n\n```js\n([^]*?)```\n\n```text\n([^]*?)```/g)];

test('README.md has three examples', () => assert.equal(examples.length, 3));

for (const [, title, code, printed] of examples) {
  test(`README.md: ${title}`, () => {
    const out = execFileSync(process.execPath, ['--input-type=module', '-'], { cwd: root, input: code, encoding: 'utf8' });
    assert.equal(out, printed);
  });
}

test('index.d.ts fits how the library is used', () => {
  execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '--project', `${root}test`], { stdio: 'inherit' });
});

test('what is wrong is told in a sentence', () => {
  assert.throws(() => new Cluster({ profile: 'minikube' }), /there is no profile "minikube"; there are docker-desktop/);
  assert.throws(() => new Cluster({ sed: 1 }), /unknown key "sed"/);
  const cluster = new Cluster();
  assert.throws(() => cluster.request({ to: 'web', from: 'app=none' }), /no pod with app=none runs/);
  assert.throws(() => cluster.run(3), TypeError);
  assert.equal(cluster.run('kubectl get pods').stderr, 'No resources found in default namespace.\n');
  assert.equal(cluster.run('false').exit, 1);
});

test('clusters are apart, and the same calls give the same answers', () => {
  const play = (seed) => {
    const cluster = new Cluster({ seed });
    cluster.run('kubectl create deployment web --image=nginx');
    cluster.advance(5_000);
    const snapshot = JSON.stringify(cluster.snapshot());
    cluster.free();
    return snapshot;
  };
  assert.equal(play(3), play(3));
  assert.notEqual(play(3), play(4));
});
