// Builds the npm package and the script tag's file into dist/. Run by `cargo xtask web collector`, after wasm-opt.
//
// Contract with xtask: PLAYHEAD_COLLECTOR_WASM is where the optimised module is. It imports nothing; the loader is ours (js/wasm.ts).
// dist/player/ belongs to player/build.mjs and is left alone.

import { build as bundle } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { packed } from './pack.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = join(here, 'dist');
const source = process.env.PLAYHEAD_COLLECTOR_WASM;
if (!source) throw new Error('PLAYHEAD_COLLECTOR_WASM is not set: run `cargo xtask web collector`');

/** One entry each, so that a page loads the one it needs. */
const ADAPTERS = ['html5', 'hlsjs', 'dashjs', 'shaka', 'videojs'];

/** What else a page may load. */
const ENTRIES = ['index', 'slim', 'debug', 'remote', 'viewer', 'keep'];

/** Brotli bytes of core and one adapter in one module: the goal, and where the build fails. */
const BROTLI_GOAL = 15_000;
const BROTLI_LIMIT = 18_000;

await mkdir(dist, { recursive: true });
for (const entry of await readdir(dist)) if (entry !== 'player') await rm(join(dist, entry), { recursive: true });

const { version } = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'));
const wasm = await readFile(source);

const binaryen = (tool, ...args) => execFileSync(process.execPath, [join(here, '../node_modules/binaryen/bin', tool), ...args], { stdio: 'inherit' });
const features = ['bulk-memory', 'sign-ext', 'nontrapping-float-to-int', 'mutable-globals', 'multivalue', 'reference-types'].map((name) => `--enable-${name}`);

// Alignments are hints that no engine heeds; all zero, they take no bytes. The JavaScript made of the module below does heed them.
const inlined = join(dirname(source), 'inlined.wasm');
binaryen('wasm-opt', source, ...features, '--dealign', '--generate-stack-ir', '--optimize-stack-ir', '--strip-target-features', '-o', inlined);
const texts = packed(await readFile(inlined));

const inputs = {
  name: 'playhead',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^playhead:wasm$/ }, () => ({ path: 'wasm', namespace: 'playhead' }));
    // Loaded when they are wanted: files beside the one that asks.
    onResolve({ filter: /^playhead:(fallback|debug)$/ }, ({ path }) => ({ path: `./${path.slice('playhead:'.length)}.js`, external: true }));
    onLoad({ filter: /.*/, namespace: 'playhead' }, () => ({ contents: `export default () => ${JSON.stringify(texts)}`, loader: 'js' }));
  },
};
/** Names of properties that nobody outside a bundle sees: neither a page nor an adapter nor the overlay. They become one letter. */
const INSIDE = 'accepted,attempt,clock,flush,frameByCallback,frameCallback,hide,hold,optedOut,over,parcels,release,serverOffset_ms,signals,store,transport,unix,wake,after,drop,free,keeper,look,playBlocked,said';
const shared = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  mangleProps: new RegExp(`^(${INSIDE.replaceAll(',', '|')})$`),
  sourcemap: false,
  // fetch keepalive, ResizeObserver, requestVideoFrameCallback where present; reference types in wasm: Chrome 96, Firefox 79, Safari 15.
  target: ['es2022'],
  define: { __COLLECTOR_VERSION__: JSON.stringify(version) },
  plugins: [inputs],
  logLevel: 'warning',
};

/**
 * Letters for names, in the same order whatever the module's text is like, from which terser would guess: 0.1 kB less. The order itself was
 * found by trying some thousand; it is no better than another when much of the source has changed.
 */
const LETTERS = 'dtesancIuoZQlFhpmDWgfiyYwxkjPqzCEbrSNBOvTLUHMG$RVXKJA_';
const names = {
  /** @param {number} index */
  get(index) {
    const name = LETTERS[index % LETTERS.length];
    return index < LETTERS.length ? name : names.get(Math.floor(index / LETTERS.length) - 1) + name;
  },
};

/**
 * Bundles and shortens with esbuild, then with terser, which wins 1.5 % more after brotli; writes unless told otherwise.
 * @param {import('esbuild').BuildOptions} options
 */
async function build(options) {
  const { outputFiles } = await bundle({ ...shared, ...options, write: false, sourcemap: options.sourcemap ? 'external' : false, outdir: options.outdir ?? dist });
  const scripts = outputFiles.filter(({ path }) => path.endsWith('.js'));
  return Promise.all(
    scripts.map(async ({ path, text }) => {
      const map = outputFiles.find((file) => file.path === `${path}.map`);
      const module = options.format === 'esm';
      const short = await minify(text, {
        module,
        ecma: 2020,
        compress: { passes: 3, module, unsafe_arrows: true },
        mangle: { module, nth_identifier: names },
        sourceMap: map === undefined ? false : { content: map.text, url: `${basename(path)}.map` },
      });
      if (options.write !== false) {
        await writeFile(path, short.code);
        if (map !== undefined) await writeFile(map.path, String(short.map));
      }
      return short.code;
    }),
  );
}

await build({
  format: 'esm',
  sourcemap: true,
  entryPoints: { ...Object.fromEntries(ENTRIES.map((name) => [name, `js/${name}.ts`])), ...Object.fromEntries(ADAPTERS.map((name) => [name, `js/adapters/${name}.ts`])) },
});
await build({ format: 'iife', sourcemap: true, globalName: 'playhead', entryPoints: { playhead: 'js/script.ts' } });
await writeFile(join(dist, 'collector.wasm'), wasm);

// The same core as JavaScript, for pages whose policy refuses WebAssembly: what newer instructions do is spelled out, then the module is lowered.
const lowered = join(dirname(source), 'lowered.wasm');
const asScript = join(dirname(source), 'fallback.mjs');
const lowering = ['--signext-lowering', '--llvm-memory-copy-fill-lowering', '--llvm-nontrapping-fptoint-lowering'];
binaryen('wasm-opt', source, ...features, ...lowering, '-Os', '-o', lowered);
binaryen('wasm2js', lowered, ...features, '-Os', '-o', asScript);
await build({ format: 'esm', entryPoints: { fallback: asScript } });

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.json')], { stdio: 'inherit' });
for (const name of ADAPTERS) await writeFile(join(dist, `${name}.d.ts`), `export * from './types/adapters/${name}.js';\n`);
for (const name of ENTRIES) await writeFile(join(dist, `${name}.d.ts`), `export * from './types/${name}.js';\n`);

// What a page with hls.js loads: core and adapter in one module.
const [together] = await build({
  format: 'esm',
  write: false,
  stdin: { contents: `export { attach } from './js/index.ts'; export { hlsjs } from './js/adapters/hlsjs.ts';`, resolveDir: here, loader: 'ts' },
});
const size = (bytes) => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length,
});
const sizes = {};
for (const file of ['index.js', 'slim.js', ...ADAPTERS.map((name) => `${name}.js`), 'playhead.js', 'collector.wasm', 'fallback.js', 'debug.js', 'remote.js', 'viewer.js', 'keep.js']) sizes[file] = size(await readFile(join(dist, file)));
sizes['core+hlsjs'] = size(Buffer.from(together));
await writeFile(join(dist, 'sizes.json'), `${JSON.stringify(sizes, null, 2)}\n`);
console.table(sizes);
const { brotli } = sizes['core+hlsjs'];
if (brotli > BROTLI_LIMIT) throw new Error(`core and one adapter are ${brotli} bytes of brotli; the limit is ${BROTLI_LIMIT}`);
if (brotli > BROTLI_GOAL) console.warn(`core and one adapter are ${brotli} bytes of brotli; the goal is ${BROTLI_GOAL}`);
