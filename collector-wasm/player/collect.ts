// Here lives the one line a page of yours would have: attaching the collector to a <video> played by hls.js.

import type Hls from 'hls.js';

/** Attaches the collector; without a key it does nothing. */
export function collect(
  _video: HTMLVideoElement,
  _hls: Hls,
  _Hls: typeof Hls,
  _parameters: URLSearchParams,
): { detach(): void } {
  return { detach() {} };
}
