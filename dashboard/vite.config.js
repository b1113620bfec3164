// Here lives how the dashboard is built (to dist, served by the server itself at `/`) and how it is developed
// (`npm run dev`, with the API of a running server behind the same origin: PLAYHEAD_URL, default http://127.0.0.1:8080).
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.PLAYHEAD_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: here('.'),
  base: '/',
  build: {
    target: 'es2022',
    // The gallery is built too: it is the page on which a chart is looked at, by people and by the browser tests.
    rollupOptions: { input: { index: here('index.html'), gallery: here('gallery.html') } },
    // No inlined assets: the server's content security policy needs no `data:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    host: '127.0.0.1',
    proxy: { '/v1': server, '/metrics': server, '/player': server, '/collector': server },
  },
});
