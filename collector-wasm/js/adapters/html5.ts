// Here lives the adapter for a plain <video>: everything there is to know is the element's own.

import type { Adapter } from '../adapter.ts';

/** A <video> or <audio> that plays a file, or HLS by the browser itself. */
export function html5(): Adapter {
  return {
    player_software: 'html5',
    attach(video, signals) {
      // `encrypted` to data that can be shown, when the page uses the browser's key system.
      const encrypted = (): void => signals.drmRequested();
      const keys = (): void => signals.drmUsable();
      video.addEventListener('encrypted', encrypted);
      video.addEventListener('loadeddata', keys);
      return () => {
        video.removeEventListener('encrypted', encrypted);
        video.removeEventListener('loadeddata', keys);
      };
    },
  };
}
