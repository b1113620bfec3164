// Builds the demo player page into ../dist/player/: one script with hls.js and the collector, the page, the media.
// Run by `cargo xtask web`; alone with `node collector-wasm/player/build.mjs` once the collector is built.

import { build } from 'esbuild';
import { cp, mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = fileURLToPath(new URL('../dist/player/', import.meta.url));

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await build({
  entryPoints: [`${here}player.ts`],
  outfile: `${dist}player.js`,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  legalComments: 'linked',
  logLevel: 'warning',
});
for (const file of ['index.html', 'player.css', 'media']) await cp(`${here}${file}`, `${dist}${file}`, { recursive: true });
