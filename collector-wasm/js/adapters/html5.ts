// Here lives the adapter for a plain <video>: everything there is to know is the element's own.

import type { Adapter } from '../adapter.ts';
import { listen } from './listen.ts';

/** HTMLMediaElement.NETWORK_LOADING and HAVE_FUTURE_DATA. */
const LOADING = 2;
const FUTURE_DATA = 3;

/** A <video> or <audio> that plays a file, or HLS by the browser itself. */
export function html5(): Adapter {
  let element: HTMLMediaElement | null = null;
  let look = (): void => undefined;
  return {
    player_software: 'html5',
    buffer_ms() {
      look();
      // TRICKY: for a file `buffered` is guessed from bytes; measured, it said 9 s at the very end of the data. An element that fetches
      // and says it has no next frame is short of data; how much it has is then not known (negative). Of HLS it knows: it may be the decoder.
      if (!element || /m3u8/.test(element.currentSrc) || element.networkState !== LOADING || element.readyState >= FUTURE_DATA || element.seeking) return undefined;
      return element.readyState > 0 ? -1 : undefined;
    },
    attach(video, signals) {
      element = video;
      let fetching = false;
      const fetches = (now: boolean): void => {
        if (now === fetching) return;
        fetching = now;
        if (now) signals.requestStarted('av');
        else signals.requestCancelled('av');
      };
      const sees = (): void => fetches(video.networkState === LOADING);
      const end = listen(video, {
        loadstart: sees,
        progress: sees,
        suspend: sees,
        emptied: () => {
          // What was fetched was another source's.
          fetching = false;
          sees();
        },
        error: sees,
        // To data that can be shown, when the page uses the browser's key system.
        encrypted: () => signals.drmRequested(),
        loadeddata: () => signals.drmUsable(),
        canplay: () => signals.drmUsable(),
      });
      look = sees;
      sees();
      return () => {
        look = () => undefined;
        end();
      };
    },
  };
}
