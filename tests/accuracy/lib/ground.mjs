// Here lives what a run stands on: the pages of some players, the media server and one browser.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { launch } from './browser.mjs';
import { bundle } from './players.mjs';
import { startServer } from './server.mjs';

/** A page that is nothing but a frame; its address says of what. */
const FRAME = `<!doctype html><title>frame</title><style>body { margin: 0 } iframe { border: 0; width: 100vw; height: 100vh }</style>
<script>document.write('<iframe allow="autoplay; fullscreen" src="' + decodeURIComponent(location.search.slice(1)) + '"></iframe>')</script>`;

/** @param {import('./players.mjs').Player[]} players */
export async function openGround(players) {
  const html = await readFile(fileURLToPath(new URL('../page/index.html', import.meta.url)), 'utf8');
  const scripts = new Map(await Promise.all(players.map(async (player) => /** @type {const} */ ([player.id, await bundle(player)]))));
  const server = await startServer(async (path) => {
    if (path === '/empty.html') return '<!doctype html><title>empty</title>';
    if (path === '/frame.html') return FRAME;
    const [, id, file] = /^\/([^/]+)\/(.*)$/.exec(path) ?? [];
    if (file === '') return `${html}<script src="stage.js"></script>`;
    return file === 'stage.js' ? (scripts.get(id) ?? null) : null;
  });
  // What browsers do to people: sound only after a gesture.
  const browser = await launch(['--autoplay-policy=document-user-activation-required']);
  return {
    server,
    browser,
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}
