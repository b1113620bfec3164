// Here lives dash.js as the scenarios drive it: `accuracy:dash.js` is one version or the other.

import * as library from 'accuracy:dash.js';
import { dashjs } from '@playhead/collector/dashjs';

const { MediaPlayer, Version } = library.default?.MediaPlayer ? library.default : library;

export const version = Version;

export function create(video, { settings = {} }, fatal) {
  const player = MediaPlayer().create();
  player.initialize();
  player.updateSettings({ streaming: { abr: { initialBitrate: { video: 60 } }, ...settings } });
  // Clocks are told as errors, too; everything else ends playback.
  player.on('error', ({ error }) => {
    if (![15, 16, 17].includes(error?.code)) fatal();
  });
  return { player, video };
}

export const adapter = ({ player }) => dashjs(player);

const base64url = (hex) => btoa(String.fromCharCode(...hex.match(/../g).map((byte) => parseInt(byte, 16)))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

export function load({ player, video }, source, { key, id } = {}) {
  if (player.isReady?.() !== true) player.attachView(video);
  if (key) player.setProtectionData({ 'org.w3.clearkey': { clearkeys: { [base64url(id)]: base64url(key) } } });
  player.attachSource(source);
}

/** Shows only this rendition from the next segment on; null leaves it to the player. */
export function rendition({ player }, height) {
  const choose = () => {
    player.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: height === null } } } });
    if (height === null) return;
    if (player.getRepresentationsByType) {
      const found = player.getRepresentationsByType('video').find((representation) => representation.height === height);
      player.setRepresentationForTypeById('video', found.id);
    } else player.setQualityFor('video', player.getBitrateInfoListFor('video').findIndex((info) => info.height === height));
  };
  if (player.getDashMetrics?.() && player.getActiveStream?.()) choose();
  else player.on('streamInitialized', choose);
}

export function destroy({ player }) {
  player.destroy();
}
