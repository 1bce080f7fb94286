// The Markdown parser, fetched when a text appears that the build has not seen: a scenario from elsewhere.
export { blocks } from './src/lesson/blocks.js';
