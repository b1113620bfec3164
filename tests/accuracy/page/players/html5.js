// Here lives the plain element as the scenarios drive it: one file, or HLS by the browser itself.

import { html5 } from '@playhead/collector/html5';

export const version = null;

export function create(video, _options, fatal) {
  video.addEventListener('error', fatal);
  return { video };
}

export const adapter = () => html5();

export function load({ video }, source) {
  video.src = source;
}

export function rendition() {
  throw new Error('a plain element has no renditions to choose from');
}

export function destroy({ video }) {
  video.removeAttribute('src');
  video.load();
}
