// Here lives what a page of yours would have: attaching the collector to a <video> played by hls.js.

import type Hls from 'hls.js';

import { hlsjs, type HlsLike } from '../dist/hlsjs.js';
import { attach, type Handle } from '../dist/index.js';

/** Attaches the collector; without a license key in the address it says so on the console and measures nothing. */
export function collect(video: HTMLVideoElement, hls: Hls, HlsClass: typeof Hls, parameters: URLSearchParams): Handle {
  return attach(video, {
    licenseKey: parameters.get('key') ?? '',
    adapter: hlsjs(hls as unknown as HlsLike, HlsClass),
    context: {
      viewer_id: parameters.get('viewer') ?? 'demo-player',
      video_id: parameters.get('video') ?? 'demo',
      video_title: 'Test picture',
      player_name: 'Demo player',
    },
  });
}
