// Here lives the list of players, and the bundling of one page for each.

import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/**
 * @typedef {object} Player
 * @property {string} id as --player takes it
 * @property {string} title
 * @property {string} module in page/players/
 * @property {string | null} alias what `accuracy:<library>` stands for
 * @property {'hls' | 'dash' | 'progressive'} form of its sources
 * @property {string} version
 */

/** @param {string} folder @returns {string} */
function versionOf(folder) {
  const path = require.resolve.paths(folder)?.map((paths) => `${paths}/${folder}/package.json`).find((candidate) => {
    try {
      readFileSync(candidate);
      return true;
    } catch {
      return false;
    }
  });
  if (path === undefined) throw new Error(`${folder} is not installed: run npm ci`);
  return JSON.parse(readFileSync(path, 'utf8')).version;
}

/** @param {string} id @param {string} module @param {string} library @param {Player['form']} form @returns {Player} */
const library = (id, module, library, form) => ({ id, title: `${library.replace(/-previous$/, '')}${id.endsWith('-hls') ? ', HLS' : ''}`, module, alias: library, form, version: versionOf(library) });

/** @type {Player[]} */
export const PLAYERS = [
  { id: 'html5', title: '<video>, one file', module: 'html5', alias: null, form: 'progressive', version: '' },
  { id: 'html5-hls', title: '<video>, HLS by the browser', module: 'html5', alias: null, form: 'hls', version: '' },
  library('hls.js', 'hlsjs', 'hls.js', 'hls'),
  library('hls.js-previous', 'hlsjs', 'hls.js-previous', 'hls'),
  library('dash.js', 'dashjs', 'dashjs', 'dash'),
  library('dash.js-previous', 'dashjs', 'dashjs-previous', 'dash'),
  library('shaka', 'shaka', 'shaka-player', 'dash'),
  library('shaka-previous', 'shaka', 'shaka-player-previous', 'dash'),
  library('shaka-hls', 'shaka', 'shaka-player', 'hls'),
  library('video.js', 'videojs', 'video.js', 'hls'),
  library('video.js-previous', 'videojs', 'video.js-previous', 'hls'),
];

/** The script of one player's page. @param {Player} player */
export async function bundle(player) {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: ['page/stage.js'],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
    define: { global: 'window' },
    plugins: [
      {
        name: 'player',
        setup({ onResolve }) {
          onResolve({ filter: /^accuracy:player$/ }, () => ({ path: `${here}page/players/${player.module}.js` }));
          onResolve({ filter: /^accuracy:/ }, ({ resolveDir }) => ({ path: require.resolve(/** @type {string} */ (player.alias), { paths: [resolveDir] }) }));
        },
      },
    ],
  });
  return outputFiles[0].text;
}
