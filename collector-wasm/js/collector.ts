// Here lives what a page calls, whichever way the module comes to it.

import type { Adapter, PlaybackError } from './adapter.ts';
import { html5 } from './adapters/html5.ts';
import type { BeginFold } from './attempt.ts';
import { browserClock } from './clock.ts';
import type { Context } from './context.ts';
import type { Keeper } from './keep.ts';
import { quiet, quietly, warn } from './quiet.ts';
import { browserNetwork, transportTo, type SentBatch, type Transport } from './transport.ts';
import { watch as watched, type Watch } from './video.ts';

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
  /** The part of attempts that is measured, 0 to 1. The rest is counted by weight. Default: all. */
  sample?: number;
  /** False: everything is held back in memory until `consent(true)`. Default: true. */
  consent?: boolean;
  /**
   * `keepUnsent` of `@playhead/collector/keep`: beacons that could not be sent wait for the next page. Default: none, nothing is stored on the
   * device. Not where the browser says Global Privacy Control.
   */
  keepUnsent?: Keeper;
  /** Shows what is measured, live, in a corner of the page. Default: whether the address says `?playhead=debug`. */
  overlay?: boolean;
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
  adRequested(): void;
  adStarted(): void;
  adEnded(): void;
  /** True: what was held back leaves, and so does all that follows. False: what waits is forgotten, the attempt ends, nothing is measured until true. */
  consent(granted: boolean): void;
  /** Ends the attempt, sends what is left and stops listening. */
  destroy(): void;
  /** Id of the latest attempt, for support requests; null before the first. */
  readonly attemptId: string | null;
}

/** Watches `video`. Never throws, never delays playback. */
export function attachWith(module: () => Promise<BeginFold>, video: HTMLMediaElement, options: Options): Handle {
  let watch: Watch | null = null;
  let transport: Transport | null = null;
  let start: () => void = () => undefined;
  quiet(() => {
    if (!options?.licenseKey) {
      warn('no licenseKey: nothing is measured');
      return;
    }
    const { sample = 1, consent = true, context = {}, adapter = html5(), playerConstructedAt = performance.now() } = options;
    if (browserClock.random() >= sample) return;
    const optedOut = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
    const base = options.endpoint ?? location.origin;
    const url = `${base.replace(/\/+$/, '')}/v1/beacons?key=${encodeURIComponent(options.licenseKey)}`;
    const loading = module();
    loading.catch((error: unknown) => warn('no module: nothing is measured', error));
    let show: ((batch: SentBatch) => void) | undefined;
    if (options.overlay ?? /[?&]playhead=debug\b/.test(location.search)) {
      // @ts-expect-error -- debug.ts, in a file of its own
      const loaded = import('playhead:debug') as Promise<typeof import('./debug.ts')>;
      loaded.then(({ overlay }) => (show = overlay(video, () => watch?.attempt() ?? null))).catch((error: unknown) => warn('no overlay', error));
    }
    transport = transportTo(url, browserClock, browserNetwork(optedOut ? undefined : options.keepUnsent), (batch) => {
      show?.(batch);
      options.debug?.(batch);
    });
    if (!consent) transport.hold();
    start = () => {
      watch ??= watched(video, {
        clock: browserClock,
        transport: transport!,
        module: loading,
        adapter,
        context,
        optedOut,
        playerConstructedAt,
        sample_weight_permille: sample < 1 ? 1_000 / sample : undefined,
      });
    };
    start();
  })();
  return {
    ...quietly<Omit<Handle, 'play' | 'attemptId'>>({
      update: (context) => watch?.update(context),
      playRequested: (given) => watch?.playRequested(given?.autoplay === true),
      error: (error) => watch?.signals.error(error),
      adRequested: () => watch?.signals.adRequested(),
      adStarted: () => watch?.signals.adStarted(),
      adEnded: () => watch?.signals.adEnded(),
      consent(granted) {
        if (granted) {
          start();
          transport?.release();
        } else {
          transport?.hold();
          watch?.destroy();
          watch = null;
          transport?.drop();
        }
      },
      destroy: () => watch?.destroy(),
    }),
    play() {
      quiet(() => watch?.playRequested(false))();
      const played = video.play() as Promise<void> | undefined;
      played?.catch(quiet((error: unknown) => {
        if ((error as Error | null)?.name === 'NotAllowedError') watch?.playBlocked();
      }));
      return played ?? Promise.resolve();
    },
    get attemptId() {
      return watch?.attempt()?.id ?? null;
    },
  };
}
