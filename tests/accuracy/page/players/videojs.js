// Here lives Video.js as the scenarios drive it: `accuracy:video.js` is one version or the other.

import library from 'accuracy:video.js';
import { videojs } from '@playhead/collector/videojs';

export const version = library.VERSION;

export function create(video, { options = {} }, fatal) {
  const player = library(video, { controls: false, preload: 'auto', html5: { vhs: { overrideNative: true, bandwidth: 70_000, useBandwidthFromLocalStorage: false } }, ...options });
  player.on('error', fatal);
  return { player, video };
}

export const adapter = ({ player }) => videojs(player, library);

/** Resolves once the element has the source that is set next: it comes later, and cancels a `play()` that came before. */
export const handed = ({ video }) => new Promise((resolve) => video.addEventListener('loadstart', () => resolve(true), { once: true }));

export function load({ player }, source) {
  const loaded = new Promise((resolve) => player.one('loadedmetadata', resolve));
  player.src({ src: source, type: source.includes('.mpd') ? 'application/dash+xml' : 'application/vnd.apple.mpegurl' });
  return loaded;
}

/** Shows only this rendition from the next segment on; null leaves it to the player. */
export function rendition({ player }, height) {
  const choose = () => {
    for (const rung of player.tech(true).vhs.representations()) rung.enabled(height === null || rung.height === height);
  };
  if ((player.tech(true).vhs?.representations?.() ?? []).length > 0) choose();
  else player.one('loadedmetadata', choose);
}

export function destroy({ player }) {
  player.dispose();
}
