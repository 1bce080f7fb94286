// Gets scenarios: from the site, from an address beside a post, from a folder. Answers are texts; errors say what a person can do.
import { learn } from './draw.js';

/** The longest bundle, in bytes; `lessons::bundle` holds the same limit. */
const LONGEST = 256 * 1024;
const MOST_FILES = 64;
const PATIENCE_MS = 15000;

/** The catalogue of the site. */
export function catalogue() {
  return get(new URL('scenarios/index.json', document.baseURI));
}

/** A bundle by its slug or its address: `{text, origin}`, with the host it came from if that is not the site's own folder. */
export async function bundle(name) {
  const own = /^[a-z0-9-]+$/.test(name);
  const url = own ? new URL(`scenarios/${name}.json`, document.baseURI) : address(name);
  const text = await get(url);
  // Only the site's own build is believed to have drawn what it says.
  if (own) learn(JSON.parse(text).markdown);
  return { text, origin: own ? '' : url.host };
}

function address(text) {
  let url;
  try {
    url = new URL(text, document.baseURI);
  } catch {
    throw new Error(`${text} is no address.`);
  }
  const plain = url.protocol === 'http:' && (url.host === location.host || ['localhost', '127.0.0.1'].includes(url.hostname));
  if (url.protocol !== 'https:' && !plain) throw new Error('A scenario is fetched by https only.');
  return url;
}

async function get(url) {
  const stop = AbortSignal.timeout(PATIENCE_MS);
  let response;
  try {
    response = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer', signal: stop });
  } catch {
    const away = url.origin === location.origin ? '' : ` If it is there, its server must allow other sites to read it (Access-Control-Allow-Origin).`;
    throw new Error(`${url.href} could not be fetched.${away}`);
  }
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}.`);
  return limited(response);
}

/** The body, as long as it is not too long: whoever sends without end is cut off. */
async function limited(response) {
  const parts = [];
  let size = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > LONGEST) {
      await reader.cancel();
      throw new Error(`${response.url} is longer than 256 KiB.`);
    }
    parts.push(value);
  }
  return new Blob(parts).text();
}

/** A scenario from a folder (dropped, or chosen), or from a bundle that is a file: the text of a bundle. */
export async function folder(source) {
  const files = source instanceof DataTransfer ? await dropped(source) : chosen(source);
  if (files.length === 1 && files[0][0].endsWith('.json')) return text(files[0][1]);
  const top = files.find(([path]) => /(^|\/)scenario\.yaml$/.test(path))?.[0];
  if (top === undefined) throw new Error('There is no scenario.yaml in that folder.');
  const root = top.slice(0, -'scenario.yaml'.length);
  const own = files.filter(([path]) => path.startsWith(root) && !path.slice(root.length).startsWith('wrong/'));
  if (own.length > MOST_FILES) throw new Error(`The folder holds more than ${MOST_FILES} files.`);
  const name = (root.split('/').filter(Boolean).pop() ?? 'scenario').toLowerCase().replace(/[^a-z0-9-]+/g, '-').slice(0, 64);
  const bundle = { scenario: name, files: {} };
  for (const [path, file] of own) bundle.files[path.slice(root.length)] = await text(file);
  return JSON.stringify(bundle);
}

async function text(file) {
  if (file.size > LONGEST) throw new Error(`${file.name} is longer than 256 KiB.`);
  return file.text();
}

function chosen(list) {
  return Array.from(list, (file) => [file.webkitRelativePath || file.name, file]);
}

async function dropped(transfer) {
  // Entries are only there until the event has passed.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const files = [];
  for (const entry of entries) await walk(entry, entry.name, files);
  return files;
}

async function walk(entry, path, files) {
  if (files.length > MOST_FILES * 2) return;
  if (entry.isFile) {
    files.push([path, await new Promise((resolve, reject) => entry.file(resolve, reject))]);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const inner of some) await walk(inner, `${path}/${inner.name}`, files);
  }
}
