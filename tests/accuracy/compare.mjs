// What `cargo xtask accuracy --compare` runs: our collector and those that people would take instead, in one run on one machine:
// size, CPU of the page's main thread, bytes sent, and what each says of one forced stall against the page's own record.
// CPU is thread time, not wall time, so that a busy machine counts for less. Usage: node compare.mjs [--json] [--rounds N] [--only NAME]... [--write]

import { build } from 'esbuild';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { launch } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import { compared } from './lib/table.mjs';
import { attempts, truth } from './lib/truth.mjs';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '7' }, only: { type: 'string', multiple: true, default: [] }, write: { type: 'boolean', default: false } } });
const here = fileURLToPath(new URL('.', import.meta.url));
const NAMES = ['playhead', 'mux-embed', 'bitmovin-analytics', 'youboralib', 'snowplow', 'eyevinn'].filter((name) => values.only.length === 0 || values.only.includes(name));

/** What a page loads only where it is wanted is no part of what it loads. */
const apart = { name: 'apart', setup: (/** @type {import('esbuild').PluginBuild} */ { onResolve }) => onResolve({ filter: /^\.\/(fallback|debug)\.js$/ }, ({ path }) => ({ path, external: true })) };

/** @param {string} file @param {string} [globalName] */
async function script(file, globalName) {
  const { outputFiles } = await build({ absWorkingDir: here, entryPoints: [`compared/${file}.js`], bundle: true, minify: true, write: false, format: 'iife', target: 'es2022', logLevel: 'error', plugins: [apart], define: { global: 'window', 'process.env.NODE_ENV': '"production"' }, ...(globalName === undefined ? {} : { globalName }) });
  return outputFiles[0].text;
}

/** What a page would load: without what only this comparison needs. @param {string} name */
async function size(name) {
  const { outputFiles } = await build({ absWorkingDir: `${here}compared`, stdin: { contents: `export { attach } from './${name}.js'`, resolveDir: `${here}compared`, loader: 'js' }, bundle: true, minify: true, write: false, format: 'esm', target: 'es2022', logLevel: 'error', plugins: [apart], define: { global: 'window', 'process.env.NODE_ENV': '"production"' } });
  const bytes = outputFiles[0].contents;
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length };
}

const [virtual, real, html] = [await script('virtual'), await script('real'), await readFile(`${here}page/index.html`, 'utf8')];
const server = await startServer(async (path) => (path === '/blank.html' ? '<!doctype html><title>blank</title>' : path === '/real.html' ? html : null));
const browser = await launch(['--autoplay-policy=document-user-activation-required', '--js-flags=--expose-gc']);

/** Main thread's CPU time so far, ms. @param {import('./lib/browser.mjs').Page} page */
async function cpu(page) {
  const { metrics } = await page.client.Performance.getMetrics();
  const found = metrics.find((/** @type {{name: string}} */ { name }) => name === 'ThreadTime') ?? metrics.find((/** @type {{name: string}} */ { name }) => name === 'TaskDuration');
  return found.value * 1_000;
}

/** @param {import('./lib/browser.mjs').Page} page @param {() => Promise<any>} act */
async function spent(page, act) {
  const before = await cpu(page);
  const result = await act();
  return { ms: (await cpu(page)) - before, result };
}

/** One fresh page, one session of ten minutes. @param {string} source */
async function session(source) {
  const page = await browser.open();
  try {
    await page.client.Performance.enable({ timeDomain: 'threadTicks' });
    await page.goto(`${server.page}/blank.html`);
    await page.evaluate(`${virtual};0`);
    const load = await spent(page, () => page.evaluate(`${source};window.collector = collector;0`));
    const attach = await spent(page, async () => {
      await page.evaluate('compared.begin(collector.attach)');
      await new Promise((resolve) => setTimeout(resolve, 300));
      await page.evaluate('compared.pass(50)');
    });
    const played = await spent(page, () => page.evaluate('compared.session()'));
    return { load_ms: load.ms, attach_ms: attach.ms, session_ms: played.ms, ...played.result, said: page.said };
  } finally {
    await page.dispose();
  }
}

/** A second of a real stall with the collector on a real element. @param {string} name @param {string} source */
async function stall(name, source) {
  const session = server.session(`compare.${name}`);
  const page = await browser.open();
  try {
    await page.goto(`${server.page}/real.html?session=${encodeURIComponent(`${server.media}/s/${session.id}`)}`);
    await page.evaluate(`${real};0`);
    await page.evaluate(`${source};window.collector = collector;0`);
    session.hold(5);
    await page.evaluate('compared.begin(collector.attach)');
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 500))');
    await page.click('#play');
    await page.evaluate('compared.stalled(1, 2000)');
    session.release();
    await page.evaluate('compared.reached(24)');
    await page.evaluate('compared.video.pause()');
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 500))');
    // What a page's end brings out of a collector.
    await page.evaluate(`window.dispatchEvent(new PageTransitionEvent('pagehide')), window.dispatchEvent(new Event('beforeunload')), window.dispatchEvent(new Event('unload')), new Promise((resolve) => setTimeout(resolve, 500))`);
    const told = await page.evaluate('compared.told()');
    const [attempt] = attempts(told, told.now);
    const seen = truth(told, attempt, () => null);
    if (process.env.DEBUG) console.error(JSON.stringify(seen), JSON.stringify(told.events));
    return { truth: { startup_ms: seen.startup_any_ms, stall_ms: seen.stalls.filter(({ stall_ms }) => stall_ms >= 250).reduce((sum, { stall_ms }) => sum + stall_ms, 0), stall_count: seen.stalls.filter(({ stall_ms }) => stall_ms >= 250).length }, said: await page.evaluate('compared.read(collector.read)'), requests: await page.evaluate('compared.requests().length') };
  } finally {
    session.release();
    await page.dispose();
  }
}

/** What only ours is asked: memory of the module, bytes of an hour, the longest task. @param {string} source */
async function own(source) {
  const page = await browser.open();
  try {
    await page.client.Performance.enable({ timeDomain: 'threadTicks' });
    await page.goto(`${server.page}/blank.html`);
    await page.evaluate(`(() => { const { instantiate } = WebAssembly; WebAssembly.instantiate = async (...given) => { const made = await instantiate(...given); window.memory = (made.instance ?? made).exports.memory; return made; }; window.tasks = []; new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask', buffered: true }); })()`);
    await page.evaluate(`${virtual};0`);
    await page.evaluate(`${source};window.collector = collector;0`);
    await page.evaluate('compared.begin(collector.attach)');
    await page.until('window.memory !== undefined');
    await page.evaluate('compared.session(1, true)');
    const memory_before = await page.evaluate('memory.buffer.byteLength');
    const hour = await page.evaluate('compared.session(60, true)');
    const hides = await page.evaluate(`(async () => { const before = compared.video; for (let turn = 0; turn < 10_000; turn += 1) { Object.defineProperty(document, 'visibilityState', { get: () => (turn % 2 ? 'visible' : 'hidden'), configurable: true }); document.dispatchEvent(new Event('visibilitychange')); if (turn % 10 === 0) await compared.pass(10); } return true; })()`);
    return { hour_bytes: hour.bytes, hour_requests: hour.requests, memory_before, memory_after: await page.evaluate('memory.buffer.byteLength'), hides };
  } finally {
    await page.dispose();
  }
}

const median = (/** @type {number[]} */ numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const least = (/** @type {number[]} */ numbers) => Math.min(...numbers);
try {
  const sources = new Map([['nothing', await script('nothing', 'collector')]]);
  for (const name of NAMES) sources.set(name, await script(name, 'collector'));
  /** @type {Map<string, any[]>} */
  const measured = new Map([...sources.keys()].map((name) => [name, []]));
  // Round by round, so that a busy minute meets them all.
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [name, source] of sources) measured.get(name)?.push(await session(source));
  }
  const floor = measured.get('nothing') ?? [];
  const idle = { median: median(floor.map(({ session_ms }) => session_ms)), least: least(floor.map(({ session_ms }) => session_ms)) };
  const rows = [];
  for (const name of NAMES) {
    const runs = measured.get(name) ?? [];
    const events = runs[0].events;
    rows.push({
      collector: name,
      ...(await size(name)),
      eval_cpu_ms: { median: median(runs.map(({ load_ms }) => load_ms)), least: least(runs.map(({ load_ms }) => load_ms)) },
      cpu_us_per_event: { median: ((median(runs.map(({ session_ms }) => session_ms)) - idle.median) / events) * 1_000, least: ((least(runs.map(({ session_ms }) => session_ms)) - idle.least) / events) * 1_000 },
      attach_cpu_ms: { median: median(runs.map(({ attach_ms }) => attach_ms)), least: least(runs.map(({ attach_ms }) => attach_ms)) },
      requests_10_min: median(runs.map(({ requests }) => requests)),
      bytes_10_min: median(runs.map(({ bytes }) => bytes)),
      stall: await stall(name, /** @type {string} */ (sources.get(name))),
      ...(name === 'playhead' ? { own: await own(/** @type {string} */ (sources.get(name))) } : {}),
    });
  }
  if (values.json) for (const row of rows) console.log(JSON.stringify(row));
  else {
    const { head, lines } = compared(rows);
    console.table(Object.fromEntries(lines.map(([name, ...cells]) => [name, Object.fromEntries(cells.map((cell, at) => [head[at + 1], cell]))])));
    for (const { own } of rows) if (own !== undefined) console.log(own);
  }
  const { unexplained } = compared(rows);
  if (unexplained.length > 0) {
    console.error(`better than ours, and tests/accuracy/compared/reasons.mjs does not say why: ${unexplained.join('; ')}`);
    process.exitCode = 1;
  }
  if (values.write) await writeFile(fileURLToPath(new URL('../../docs/compared.md', import.meta.url)), compared(rows).page(browser.version));
} finally {
  await browser.close();
  await server.stop();
}
