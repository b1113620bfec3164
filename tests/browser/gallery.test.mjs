// The gallery, piece by piece, against the pictures that are kept in `gallery/`: light and wide, dark and narrow, every letter a box, so
// that machines with other typefaces draw the same. A change that is meant is kept by UPDATE_EXPECT=1; look at what it wrote.

import assert from 'node:assert/strict';
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { accessible } from './lib/axe.mjs';
import { launchWithBoxes } from './lib/boxes.mjs';
import { openPage } from './lib/chromium.mjs';
import { compare, small } from './lib/picture.mjs';

const dist = fileURLToPath(new URL('../../dashboard/dist/', import.meta.url));
const kept = fileURLToPath(new URL('gallery/', import.meta.url));
const isUpdate = process.env.UPDATE_EXPECT === '1';

/** Pixels of one piece that may differ. Drawn again none does, also on a machine that is busy; a tick that is gone from an icon of 12 px makes 16,
 * a corner that is rounder by 2 px 26, a mark that is smaller by a pixel 150. */
const DIFFERENT_MAX = 8;
/** All pictures that are kept, bytes. */
const BYTES_MAX = 200_000;

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** @type {Awaited<ReturnType<typeof launchWithBoxes>>} */
let boxes;
/** @type {import('node:http').Server} */
let server;
let address = '';
/** Where differences are left. */
let folder = '';

before(async () => {
  folder = process.env.SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'playhead-screenshots-')));
  await mkdir(folder, { recursive: true });
  boxes = await launchWithBoxes();
  // The gallery needs no server and no key: its files are enough.
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://gallery');
    readFile(join(dist, pathname)).then(
      (body) => response.writeHead(200, { 'Content-Type': TYPES[extname(pathname)] ?? 'application/octet-stream' }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  address = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/gallery.html`;
});
after(async () => {
  server?.closeAllConnections();
  server?.close();
  await boxes?.stop();
});

test('every chart is in the gallery', async () => {
  const charts = (await readdir(new URL('../../dashboard/src/chart/', import.meta.url))).filter((name) => name.endsWith('.tsx'));
  const gallery = await readFile(new URL('../../dashboard/src/gallery.tsx', import.meta.url), 'utf8');
  assert.ok(charts.length > 0);
  assert.deepEqual(charts.filter((name) => !gallery.includes(`'./chart/${name}'`)), []);
});

const fileOf = (variant, title) => `${variant}-${title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/-$/, '').slice(0, 60)}.png`;

/** @type {Set<string>} */
const drawn = new Set();
for (const [variant, options] of /** @type {const} */ ([
  ['light', { colorScheme: 'light', viewport: { width: 760, height: 900 } }],
  ['dark', { colorScheme: 'dark', viewport: { width: 360, height: 900 } }],
])) {
  test(`every piece of the gallery is drawn as it is kept, ${variant}`, async () => {
    const { page, context, errors } = await openPage(boxes.browser, { ...options, reducedMotion: 'reduce', deviceScaleFactor: 1 });
    const blank = await context.newPage();
    await page.goto(address);
    const pieces = page.locator('main > section');
    await pieces.first().waitFor();
    // A canvas is drawn in a frame of its own, after its place has its size.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const faults = [];
    for (const piece of await pieces.all()) {
      const title = (await piece.getAttribute('aria-label')) ?? '';
      const name = fileOf(variant, title);
      assert.ok(!drawn.has(name), `two pieces would be ${name}`);
      drawn.add(name);
      const seen = await piece.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' });
      const before = await readFile(join(kept, name)).catch((error) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      const found = before && (await compare(blank, before, seen));
      const holds = found && found.size === null && found.different <= DIFFERENT_MAX;
      if (holds) continue;
      if (isUpdate) {
        await writeFile(join(kept, name), await small(blank, seen));
        continue;
      }
      const left = join(folder, name);
      await writeFile(left, seen);
      if (found) await writeFile(left.replace(/\.png$/, '-difference.png'), found.difference);
      faults.push(`“${title}”: ${found ? (found.size ?? `${found.different} of ${found.pixels} pixels differ, ${DIFFERENT_MAX} may`) : 'no picture of it is kept'}; see ${left}${found ? ' and beside it -difference.png' : ''}`);
    }
    assert.deepEqual(faults, [], 'if that is meant: UPDATE_EXPECT=1, and look at what changed');
    await accessible(page, `gallery, ${variant}`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(width <= 1, `the page is ${width} px wider than the window`);
    assert.deepEqual(errors, []);
    await context.close();
  });
}

test('what is kept is what is drawn, and small', async () => {
  const names = (await readdir(kept)).filter((name) => name.endsWith('.png'));
  const gone = names.filter((name) => !drawn.has(name));
  if (isUpdate) for (const name of gone) await rm(join(kept, name));
  else assert.deepEqual(gone, [], 'pictures of pieces that are no more');
  const sizes = await Promise.all(names.map(async (name) => (await readFile(join(kept, name))).length));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`  ${names.length} pictures, ${total} bytes`);
  assert.ok(total <= BYTES_MAX, `${total} bytes`);
});
