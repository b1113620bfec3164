// Here lives the test runner: every `src/**/*.test.ts` is bundled by Vite and run by node:test (Node 20 strips no types itself).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const source = fileURLToPath(new URL('src', import.meta.url));
const tests = readdirSync(source, { recursive: true }).filter((path) => path.endsWith('.test.ts'));
if (tests.length === 0) throw new Error(`no test found under ${source}`);

const outDir = mkdtempSync(join(tmpdir(), 'playhead-dashboard-test-'));
try {
  await build({
    configFile: false,
    root: source,
    logLevel: 'warn',
    publicDir: false,
    // Bundled too: the tests lie in a folder of their own, from which no package is found.
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      sourcemap: true,
      rollupOptions: {
        input: Object.fromEntries(tests.map((path) => [path.replace(/\.ts$/, ''), join(source, path)])),
        output: { entryFileNames: '[name].mjs', chunkFileNames: 'chunk/[name]-[hash].mjs' },
      },
    },
  });
  const files = tests.map((path) => join(outDir, path.replace(/\.ts$/, '.mjs')));
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], {
    stdio: 'inherit',
    // Dates and numbers in the tests name their zone and locale; the machine's own must not matter.
    env: { ...process.env, TZ: 'Pacific/Chatham' },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(outDir, { recursive: true, force: true });
}
