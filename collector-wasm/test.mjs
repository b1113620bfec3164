// Runs js/**/*.test.ts: esbuild strips the types, node:test runs what is left. `npm test -w collector-wasm`.

import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = await mkdtemp(join(tmpdir(), 'playhead-collector-'));
const tests = (await readdir(join(here, 'js'), { recursive: true })).filter((name) => name.endsWith('.test.ts'));
if (tests.length === 0) throw new Error('there are no tests in js/');
await build({
  absWorkingDir: join(here, 'js'),
  entryPoints: tests,
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const built = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.test.mjs')).map((name) => join(out, name));
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...built], { stdio: 'inherit', cwd: here });
await rm(out, { recursive: true });
process.exitCode = status ?? 1;
