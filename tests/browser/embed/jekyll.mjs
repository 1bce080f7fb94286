// Builds integrations/jekyll/sample-post.md with the real Jekyll, where there is one: the include, Liquid, kramdown and Rouge as a blog runs them.
//
// The layout is render.mjs' own, so that both ways of building the post meet the same policy and the same scripts.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layout } from './render.mjs';

const HERE = fileURLToPath(new URL('../../../integrations/jekyll/', import.meta.url));

/** Why the post cannot be built here, or null. */
export const missing = spawnSync('jekyll', ['--version']).status === 0 ? null : "Jekyll is not installed (Debian: apt-get install jekyll)";

/** The post's page as Jekyll builds it; `playground` is where the built site is served, ending with a slash. */
export function build(playground) {
  const blog = mkdtempSync(join(tmpdir(), 'playground-blog-'));
  const at = (...parts) => join(blog, ...parts);
  try {
    for (const folder of ['_includes', '_layouts', '_posts']) mkdirSync(at(folder));
    cpSync(join(HERE, 'cluster-playground.html'), at('_includes', 'cluster-playground.html'));
    cpSync(join(HERE, 'sample-post.md'), at('_posts', '2026-01-01-sample.md'));
    writeFileSync(at('_layouts', 'distill.html'), layout('{{ page.title | escape }}', '{{ page.description | escape }}', '{{ content }}'));
    writeFileSync(at('_config.yml'), `cluster_playground: ${playground}\npermalink: /:title.html\nplugins: []\n`);
    execFileSync('jekyll', ['build', '--quiet', '--disable-disk-cache', '--source', blog, '--destination', at('out')], { env: { ...process.env, JEKYLL_NO_BUNDLER_REQUIRE: 'true', LANG: 'C.UTF-8' } });
    return readFileSync(at('out', 'sample.html'), 'utf8');
  } finally {
    rmSync(blog, { recursive: true });
  }
}
