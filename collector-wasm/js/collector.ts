// Here lives what a page calls, whichever way the module comes to it.

import type { Adapter, PlaybackError } from './adapter.ts';
import { html5 } from './adapters/html5.ts';
import type { FoldClass } from './attempt.ts';
import { browserClock } from './clock.ts';
import type { Context } from './context.ts';
import { quiet, warn } from './quiet.ts';
import { browserNetwork, Transport, type SentBatch } from './transport.ts';
import { Watch } from './video.ts';

declare const __COLLECTOR_VERSION__: string;

export interface Options {
  /** The license key: public, bound to an organisation and its allowed domains. */
  licenseKey: string;
  /** Where the server is, `https://playhead.example`. Default: where the page comes from. */
  endpoint?: string;
  /** What plays. Default: the element itself. */
  adapter?: Adapter;
  /** Who watches what; may be changed later by `update`. */
  context?: Context;
  /** `performance.now()` when the player was constructed. Default: now. */
  playerConstructedAt?: number;
  /** Called with every batch as it leaves. For development: it sees what the server sees. */
  debug?: (batch: SentBatch) => void;
}

export interface Handle {
  /** Changes the context of the running attempt and of all that follow. Null forgets a value. */
  update(context: Context): void;
  /** Intent that the element does not show yet: the viewer clicked, the player is still loading. */
  playRequested(options?: { autoplay?: boolean }): void;
  /** `video.play()`, with a refusal by the browser noted as blocked autoplay instead of a failure. The promise is the element's own. */
  play(): Promise<void>;
  /** An error that only the page knows: no entitlement, a timeout of its own. */
  error(error: PlaybackError): void;
  adStarted(): void;
  adEnded(): void;
  /** Ends the attempt, sends what is left and stops listening. */
  destroy(): void;
  /** Id of the latest attempt, for support requests; null before the first. */
  readonly attemptId: string | null;
}

/** Watches `video`. Never throws, never delays playback. */
export function attachWith(module: () => Promise<FoldClass>, video: HTMLMediaElement, options: Options): Handle {
  let watch: Watch | null = null;
  quiet(() => {
    if (!options?.licenseKey) {
      warn('no licenseKey: nothing is measured');
      return;
    }
    const base = options.endpoint ?? location.origin;
    const url = `${base.replace(/\/+$/, '')}/v1/beacons?key=${encodeURIComponent(options.licenseKey)}`;
    const loading = module();
    loading.catch((error: unknown) => warn("the module did not load; a Content-Security-Policy needs script-src 'wasm-unsafe-eval'", error));
    watch = new Watch(video, {
      clock: browserClock,
      transport: new Transport(url, browserClock, browserNetwork(), options.debug),
      module: loading,
      adapter: options.adapter ?? html5(),
      context: options.context ?? {},
      collector_version: __COLLECTOR_VERSION__,
      playerConstructedAt: options.playerConstructedAt ?? performance.now(),
    });
  })();
  return {
    update: quiet((context) => watch?.update(context)),
    playRequested: quiet((given) => watch?.playRequested(given?.autoplay === true)),
    play() {
      quiet(() => watch?.playRequested(false))();
      const played = video.play() as Promise<void> | undefined;
      played?.catch(quiet((error: unknown) => {
        if ((error as Error | null)?.name === 'NotAllowedError') watch?.playBlocked();
      }));
      return played ?? Promise.resolve();
    },
    error: quiet((error) => watch?.error(error)),
    adStarted: quiet(() => watch?.ad(true)),
    adEnded: quiet(() => watch?.ad(false)),
    destroy: quiet(() => {
      watch?.destroy();
    }),
    get attemptId() {
      return watch?.attemptId ?? null;
    },
  };
}
