// The table of sizes in README.md, of what build.mjs weighed. `npm run sizes -w @playhead/collector` writes it; a test holds the two together.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const README = fileURLToPath(new URL('README.md', import.meta.url));
const [BEGIN, END] = ['<!-- sizes: written by `npm run sizes` -->\n', '<!-- /sizes -->'];

/** What a page loads, in the order of the table. */
const WHAT = {
  'core+hlsjs': 'core and the adapter of hls.js in one module',
  'index.js': 'the core alone, with the adapter of a plain `<video>`',
  'slim.js': 'the same without the WebAssembly',
  'collector.wasm': 'the WebAssembly',
  'hlsjs.js': 'adapter of hls.js',
  'dashjs.js': 'adapter of dash.js',
  'shaka.js': 'adapter of Shaka Player',
  'videojs.js': 'adapter of Video.js',
  'playhead.js': 'the script tag: core and every adapter',
  'fallback.js': 'the core as JavaScript, only where a policy refuses WebAssembly',
  'debug.js': 'the overlay, only when it is asked for',
  'remote.js': 'the server\'s settings and the arms of experiments, only where a page asks for them',
  'viewer.js': 'a pseudonym for the viewer, only where a page wants one',
  'keep.js': 'what could not be sent, kept for the next page, only where a page wants it',
};

/** @param {Record<string, {raw: number, gzip: number, brotli: number}>} sizes of dist/sizes.json */
export function table(sizes) {
  const kb = (/** @type {number} */ bytes) => (bytes / 1_000).toFixed(1);
  const rows = Object.entries(WHAT).map(([file, what]) => `| ${file.includes('+') ? '' : `\`${file}\``} | ${what} | ${kb(sizes[file].brotli)} | ${kb(sizes[file].gzip)} | ${kb(sizes[file].raw)} |\n`);
  return `| file | what | brotli, kB | gzip, kB | raw, kB |\n|---|---|---|---|---|\n${rows.join('')}`;
}

/** The table as README.md has it. @param {string} readme */
export function shown(readme) {
  const [, rest] = readme.split(BEGIN);
  if (rest === undefined || !rest.includes(END)) throw new Error('README.md has no place for the sizes');
  return rest.slice(0, rest.indexOf(END));
}

if (process.argv.includes('--write')) {
  const readme = await readFile(README, 'utf8');
  const sizes = JSON.parse(await readFile(fileURLToPath(new URL('dist/sizes.json', import.meta.url)), 'utf8'));
  await writeFile(README, readme.replace(BEGIN + shown(readme), () => BEGIN + table(sizes)));
}
