// Here lives hls.js as the scenarios drive it: `accuracy:hls.js` is one version or the other.

import Hls from 'accuracy:hls.js';
import { hlsjs } from '@playhead/collector/hlsjs';

export const version = Hls.version;

export function create(video, { config = {} }, fatal) {
  // 0.14 makes its worker out of webpack's modules; bundled by another it has none. And it asks for two minutes before it gives a segment up.
  const own = Hls.version.startsWith('0.') ? { enableWorker: false, fragLoadingMaxRetryTimeout: 6_000 } : {};
  const hls = new Hls({ startLevel: 0, abrEwmaDefaultEstimate: 80_000, ...own, ...config });
  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (data.fatal) fatal();
  });
  return { hls, video };
}

export const adapter = ({ hls }) => hlsjs(hls, Hls);

export function load({ hls, video }, source) {
  hls.loadSource(source);
  if (hls.media !== video) hls.attachMedia(video);
}

/** Shows only this rendition from the next segment on; null leaves it to the player. */
export function rendition({ hls }, height) {
  const choose = () => {
    hls.nextLevel = height === null ? -1 : hls.levels.findIndex((level) => level.height === height);
  };
  // 0.14 has none before its manifest.
  if (hls.levels?.length > 0) choose();
  else hls.once(Hls.Events.MANIFEST_PARSED, choose);
}

export function destroy({ hls }) {
  hls.destroy();
}
