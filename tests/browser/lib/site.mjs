// Here lives somebody else's web site: another origin than the server's, with a plain page and a plain video file.

import { createServer } from 'node:http';
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const media = fileURLToPath(new URL('../../../collector-wasm/player/media/240p/', import.meta.url));

/** The demo's smallest rendition as one progressive file: fragments behind their initialisation are a playable MP4. */
async function video() {
  const names = (await readdir(media)).filter((name) => name.endsWith('.m4s')).sort();
  const init = (await readdir(media)).filter((name) => name.endsWith('.mp4'));
  return Buffer.concat(await Promise.all([...init, ...names].map((name) => readFile(media + name))));
}

/**
 * Serves `page` at `/`, an empty page at `/elsewhere`, and a video at `/video.mp4`, on a port of its own.
 * @param {(origin: string) => string} page
 */
export async function startSite(page) {
  const bytes = await video();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    if (pathname === '/video.mp4') {
      response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': bytes.length });
      response.end(bytes);
      return;
    }
    response.writeHead(pathname === '/' || pathname === '/elsewhere' ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' });
    response.end(pathname === '/' ? page(origin) : '<!doctype html><title>elsewhere</title>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  // `localhost`, so that pages are of another site than a node on 127.0.0.1.
  const origin = `http://localhost:${port}`;
  return {
    origin,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
