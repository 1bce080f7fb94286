// Puts the scenarios into the site: scenarios/index.json, and a bundle for each (`lessons::bundle` reads it). Data only: a new scenario
// needs no new wasm. Markdown is parsed here, so that the page need not bring a parser for it.
//
//   node scripts/lib/scenarios.mjs OUT     writes them below OUT/scenarios

import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('../..', import.meta.url));
const { parse } = createRequire(join(here, 'editor/package.json'))('yaml');
const { blocks } = await import(new URL('../../editor/src/lesson/blocks.js', import.meta.url));
const ROOT = join(here, 'static/scenarios');

/** Writes the catalogue and the bundles below `out`. */
export function writeScenarios(out) {
  const target = join(out, 'scenarios');
  mkdirSync(target, { recursive: true });
  const groups = parse(readFileSync(join(ROOT, 'catalogue.yaml'), 'utf8')).map((group) => ({
    title: group.title,
    scenarios: group.scenarios.map((slug) => {
      const { bundle, card } = scenario(slug);
      writeFileSync(join(target, `${slug}.json`), JSON.stringify(bundle));
      return card;
    }),
  }));
  writeFileSync(join(target, 'index.json'), JSON.stringify({ groups }));
  writeFileSync(join(target, 'schema.json'), readFileSync(join(ROOT, 'schema.json')));
}

function scenario(slug) {
  const dir = join(ROOT, slug);
  const files = {};
  for (const path of walk(dir, '')) {
    if (!path.startsWith('wrong/')) files[path] = readFileSync(join(dir, path), 'utf8');
  }
  const it = parse(files['scenario.yaml']);
  const { title, level, minutes, learn } = it;
  return { bundle: { scenario: slug, files, markdown: drawn(texts(it, files['lesson.md'])) }, card: { slug, title, level, minutes, learn } };
}

/** All that is drawn as Markdown. */
function texts(it, lesson) {
  const [before, ...after] = lesson.split('## Why it works');
  const steps = (it.steps ?? []).flatMap((step) => [step.text, step.predict?.ask, ...(step.predict?.options ?? []), step.predict?.because]);
  const checks = (it.checks ?? []).map((check) => check.onFail);
  return [before.trim(), after.join('## Why it works').trim(), ...steps, ...(it.hints ?? []), ...checks].filter(Boolean);
}

function drawn(texts) {
  return Object.fromEntries(texts.map((text) => [text, blocks(text)]));
}

function walk(dir, prefix) {
  return readdirSync(join(dir, prefix)).sort().flatMap((name) => {
    const path = prefix + name;
    return statSync(join(dir, path)).isDirectory() ? walk(dir, `${path}/`) : [path];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeScenarios(process.argv[2] ?? join(here, 'dist'));
