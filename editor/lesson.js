// What lessons need of a browser: fetching a bundle, reading a folder, drawing Markdown, keeping progress. Fetched when a lesson or the
// gallery is opened. Knows nothing of scenarios beyond their files; text never becomes HTML.
export { draw } from './src/lesson/draw.js';
export { catalogue, bundle, folder } from './src/lesson/fetch.js';

const KEPT = 'cluster-playground:lessons';

/** Goes to the page of a scenario; false inside another page, where the frame has to stay. */
export function go(name) {
  if (window.parent !== window) return false;
  const url = new URL(location.href);
  url.searchParams.set('scenario', name);
  url.searchParams.delete('run');
  url.hash = '';
  location.assign(url);
  return true;
}

/** What was kept of the learner's progress; nothing where a browser keeps nothing. */
export function kept() {
  try {
    return localStorage.getItem(KEPT) ?? '';
  } catch {
    return '';
  }
}

/** Keeps it. A browser that refuses forgets with the page. */
export function keep(text) {
  try {
    localStorage.setItem(KEPT, text);
  } catch {
    // Storage may be full or forbidden.
  }
}
