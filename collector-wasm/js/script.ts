// Here lives the one script tag: `playhead.attach(video, …)`, `playhead.hlsjs(hls)`, `playhead.remote(…)`. The server it came from is the default endpoint.

import { dashjs } from './adapters/dashjs.ts';
import { hlsjs } from './adapters/hlsjs.ts';
import { html5 } from './adapters/html5.ts';
import { shaka } from './adapters/shaka.ts';
import { videojs } from './adapters/videojs.ts';
import { keepUnsent } from './keep.ts';
import type { Handle, Options } from './collector.ts';
import { attach as attachHere } from './index.ts';
import { remote as remoteHere, type Remote, type RemoteOptions } from './remote.ts';
import { forgetViewer, viewerId } from './viewer.ts';

const script = typeof document === 'undefined' ? null : (document.currentScript as HTMLScriptElement | null);
const origin = script?.src ? new URL(script.src).origin : undefined;

export function attach(video: HTMLMediaElement, options: Options): Handle {
  return attachHere(video, origin === undefined ? options : { endpoint: origin, ...options });
}

export function remote(options: RemoteOptions): Promise<Remote> {
  return remoteHere({ endpoint: origin, ...options });
}
export { dashjs, forgetViewer, hlsjs, html5, keepUnsent, shaka, videojs, viewerId };
