// The collector's README: what stands there to be copied plays, and is measured.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { attemptsOf } from '@playhead/accuracy/lib/sent.mjs';
import { startServer } from '@playhead/accuracy/lib/server.mjs';
import { build } from 'esbuild';

import { launch, openPage } from './lib/chromium.mjs';

const readme = await readFile(new URL('../../collector-wasm/README.md', import.meta.url), 'utf8');
/** What stands for an address of the README. */
const PLACES = { 'https://cdn.example/master.m3u8': 'hls/vod.m3u8', 'https://cdn.example/manifest.mpd': 'dash/vod.mpd', 'https://cdn.example/film.mp4': 'progressive/240p.mp4', 'https://playhead.example': '' };

/** Whole modules: what imports the collector and attaches it to an element of its own page. */
const snippets = [...readme.matchAll(/^## (.*)\n\n```js\n([^`]*)```/gm)].map(([, title, code]) => ({ title, code })).filter(({ code }) => code.includes('attach(') && code.includes('document.querySelector'));

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {Map<string, string>} */
const files = new Map();
before(async () => {
  server = await startServer(async (path) => files.get(path) ?? null);
  browser = await launch(['--autoplay-policy=no-user-gesture-required']);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('every player has a snippet', () => {
  assert.deepEqual(snippets.map(({ title }) => title), ['Plain `<video>`', 'hls.js', 'dash.js', 'Shaka Player', 'Video.js']);
});

for (const [number, { title, code }] of snippets.entries()) {
  test(`the snippet of ${title} plays, and is measured`, async () => {
    const session = server.session(`readme-${number}`);
    const root = `${server.media}/s/${session.id}`;
    const placed = Object.entries(PLACES).reduce((text, [address, path]) => text.replaceAll(address, path === '' ? root : `${root}/${path}`), code);
    assert.ok(!placed.includes('.example'), placed);
    const { outputFiles } = await build({
      // The players are those of the accuracy harness.
      stdin: { contents: placed, resolveDir: fileURLToPath(new URL('../accuracy', import.meta.url)) },
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      logLevel: 'error',
      define: { global: 'window' },
    });
    files.set(`/${number}.html`, `<!doctype html><title>${number}</title><video muted autoplay playsinline width="426" height="240"></video><script type="module" src="/${number}.js"></script>`);
    files.set(`/${number}.js`, outputFiles[0].text);
    const { context, page, errors } = await openPage(browser);
    await page.goto(`${server.page}/${number}.html`);
    await page.waitForFunction(() => /** @type {any} */ (document.querySelector('video')).currentTime > 1, null, { timeout: 30_000 });
    await page.goto('about:blank');
    const until = Date.now() + 10_000;
    while (!attemptsOf(session.batches).some(({ totals }) => totals.end_reason !== undefined)) {
      assert.ok(Date.now() < until, 'the end of the attempt does not come within 10 s');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const [attempt] = attemptsOf(session.batches);
    assert.equal(attempt.context.video_id, 'tears-of-steel');
    assert.equal(attempt.context.player_software, title.startsWith('Plain') ? 'html5' : title.replace(' Player', '').toLowerCase());
    assert.ok(attempt.totals.first_frame_seen);
    assert.ok(attempt.totals.play_ms > 500, `${attempt.totals.play_ms} ms`);
    assert.deepEqual(errors, []);
    await context.close();
    server.forget(session);
  });
}
