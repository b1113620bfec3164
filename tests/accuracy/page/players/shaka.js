// Here lives Shaka Player as the scenarios drive it: `accuracy:shaka` is one version or the other.

import library from 'accuracy:shaka';
import { shaka } from '@playhead/collector/shaka';

export const { version } = library.Player;

export function create(video, { config = {} }, fatal) {
  const player = new library.Player();
  player.configure({ abr: { defaultBandwidthEstimate: 60_000 }, streaming: { bufferingGoal: 15 }, ...config });
  player.addEventListener('error', ({ detail }) => {
    if (detail.severity === 2) fatal();
  });
  return { player, video, attached: null, fatal };
}

export const adapter = ({ player }) => shaka(player, library.Player);

export async function load(current, source, { key, id } = {}) {
  const { player, video, fatal } = current;
  current.attached ??= player.attach(video);
  await current.attached;
  if (key) player.configure({ drm: { clearKeys: { [id]: key } } });
  await player.load(source).catch(({ code }) => {
    // 7000: another load came in between.
    if (code !== 7_000) fatal();
  });
}

/** Shows only this rendition from the next segment on; null leaves it to the player. */
export function rendition({ player }, height) {
  const choose = () => {
    player.configure({ abr: { enabled: height === null } });
    if (height !== null) player.selectVariantTrack(player.getVariantTracks().find((track) => track.height === height));
  };
  if (player.getVariantTracks().length > 0) choose();
  else player.addEventListener('trackschanged', choose, { once: true });
}

export function destroy({ player }) {
  return player.destroy();
}
