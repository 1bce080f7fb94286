// Renders integrations/jekyll/sample-post.md as al-folio's distill layout would: its markup around code, its policy, its scripts' habits.
//
// It knows only what that post uses: headings, paragraphs, code in four notations, HTML blocks, the include.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);
const read = (path) => readFileSync(fileURLToPath(new URL(path, ROOT)), 'utf8');
const POLICY =
  "default-src 'self'; script-src 'self' 'unsafe-inline' https:; style-src 'self' 'unsafe-inline' https:; img-src 'self' data: https:; font-src 'self' data: https:; frame-src 'self' https:; connect-src 'self' https:";

const escape = (text) => text.replace(/[&<>"]/g, (it) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[it]);
const code = (language, text) => `<code class="language-${language}" data-lang="${language}">${rouge(escape(text.replace(/\n$/, '')))}</code>`;
// Rouge wraps words in spans: enough of them to be in the way.
const rouge = (html) => html.replace(/^(\s*)(#.*)$/gm, '$1<span class="c">$2</span>').replace(/^(kubectl)/gm, '<span class="nb">$1</span>');

/** The post's page; `playground` is where the built site is served, ending with a slash. */
export function render(playground) {
  const [, head, body] = /^---\n([^]*?)\n---\n([^]*)$/.exec(read('integrations/jekyll/sample-post.md'));
  const field = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(head)[1];
  const kept = [];
  const keep = (html) => `\n\n\u0000${kept.push(html) - 1}\u0000\n\n`;
  let loaded = false;
  const html = body
    .replace(/\{% include cluster-playground.html (.*?) %\}/g, (_, given) => {
      const set = Object.fromEntries([...given.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
      const script = loaded ? '' : `<script defer src="${playground}embed.js"></script>`;
      loaded = true;
      return keep(script + element(playground, set));
    })
    .replace(/\{% highlight (\w+) %\}\n([^]*?)\{% endhighlight %\}/g, (_, language, text) => keep(`<figure class="highlight"><pre>${code(language, text)}</pre></figure>`))
    .replace(/```(\w+)\n([^]*?)```/g, (_, language, text) =>
      keep(`<div class="language-${language} highlighter-rouge"><div class="highlight"><pre class="highlight"><code>${rouge(escape(text.replace(/\n$/, '')))}</code></pre></div></div>`),
    )
    .replace(/<d-code[^]*?<\/d-code>/g, (it) => keep(it))
    .split(/\n{2,}/)
    .map((block) => block.trim())
    .filter(Boolean)
    .map((block) => {
      if (block.startsWith('\u0000')) return kept[Number(block.slice(1, -1))];
      if (block.startsWith('## ')) return `<h2>${escape(block.slice(3))}</h2>`;
      if (block.startsWith('<')) return block;
      return `<p>${escape(block).replace(/\*\*(.+?)\*\*/g, '<b>$1</b>').replace(/`(.+?)`/g, '<code>$1</code>')}</p>`;
    })
    .join('\n');
  return layout(escape(field('title')), escape(field('description')), html);
}

/** The page around a post: al-folio's policy, theme switch, copy buttons and mathematics. */
export function layout(title, description, body) {
  return read('tests/browser/embed/layout.html').replace('POLICY', escape(POLICY)).replaceAll('TITLE', title).replace('DESCRIPTION', description).replace('BODY', () => body);
}

/** What the include writes. */
function element(playground, set) {
  const names = { id: 'id', scenario: 'scenario', run: 'run', run_blocks: 'run-blocks', readonly: 'readonly' };
  const given = Object.entries(names).filter(([name]) => set[name]).map(([name, attribute]) => ` ${attribute}="${escape(set[name])}"`).join('');
  const { view = 'split', theme = 'auto', start = 'click', height = '560', title = 'Kubernetes playground' } = set;
  return `<cluster-playground src="${playground}"${given} view="${view}" theme="${theme}" start="${start}" height="${height}" title="${title}">
<a href="${playground}?scenario=${set.scenario ?? ''}&amp;view=${view}"><img src="${playground}poster.svg" alt="Open the playground: a cluster with Services and Pods" loading="lazy" style="width:100%;height:100%;object-fit:contain"></a>
</cluster-playground>`;
}
