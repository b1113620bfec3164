// Here lives the bad network: an hls.js loader whose requests are real, but leave and arrive when this page says so.
// hls.js sees the delays in its own statistics, so its choice of rendition reacts as it would to a slow line.

import Hls, {
  type FragmentLoaderContext,
  type HlsConfig,
  type Loader,
  type LoaderCallbacks,
  type LoaderConfiguration,
  type LoaderContext,
  type LoaderStats,
} from 'hls.js';

/** What the network does to requests from now on. */
export class Network {
  /** kbit/s of every response; 0 leaves it as it is. */
  speed_kbps = 0;
  /** ms added before every request. */
  delay_ms = 0;
  /** Segment requests to answer with a real 404, from the next one on. */
  breakSegments = 0;
  private released: Promise<void> = Promise.resolve();
  private open: (() => void) | null = null;

  get held(): boolean {
    return this.open !== null;
  }

  /** No response arrives any more. */
  hold(): void {
    if (this.open !== null) return;
    this.released = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  /** What was held goes on. */
  release(): void {
    this.open?.();
    this.open = null;
  }

  async beforeRequest(): Promise<void> {
    if (this.delay_ms > 0) await new Promise((resolve) => setTimeout(resolve, this.delay_ms));
    await this.released;
  }

  async beforeResponse(stats: LoaderStats): Promise<void> {
    if (this.speed_kbps > 0) {
      const due = stats.loading.first + (stats.loaded * 8) / this.speed_kbps;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    await this.released;
  }

  /** The loader class for hls.js's `fLoader`. */
  loader(): NonNullable<HlsConfig['fLoader']> {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the class below has a `this` of its own
    const network = this;
    const Base = Hls.DefaultConfig.loader as new (config: HlsConfig) => Loader<LoaderContext>;
    class HeldLoader extends Base {
      private stopped = false;

      override load(
        context: LoaderContext,
        configuration: LoaderConfiguration,
        callbacks: LoaderCallbacks<LoaderContext>,
      ): void {
        const sentAt = performance.now();
        void network.beforeRequest().then(() => {
          if (this.stopped) return;
          if (network.breakSegments > 0) {
            network.breakSegments -= 1;
            context.url += '.missing';
          }
          super.load(context, configuration, {
            ...callbacks,
            // Progress would hand data over before it is due.
            onProgress: undefined,
            onSuccess: (response, stats, loaded, details) => {
              stats.loading.start = sentAt;
              void network.beforeResponse(stats).then(() => {
                if (this.stopped) return;
                stats.loading.end = performance.now();
                callbacks.onSuccess(response, stats, loaded, details);
              });
            },
          });
        });
      }

      override abort(): void {
        this.stopped = true;
        super.abort();
      }

      override destroy(): void {
        this.stopped = true;
        super.destroy();
      }
    }
    return HeldLoader as unknown as new (config: HlsConfig) => Loader<FragmentLoaderContext>;
  }
}
