// Here lives the page's own truth: what a viewer of this <video> saw, from the times at which frames were presented.
// It shares nothing with the collector, so that comparing the two means something. Every time is performance.now() in ms.

export interface Stall {
  /** Begin, ms after intent: when the last frame's own time on the screen was over. */
  at_ms: number;
  /** Length in ms, until the next frame; until now for an open one. */
  stall_ms: number;
  /** Whether it has not ended yet. */
  open: boolean;
}

export interface AttemptTruth {
  /** performance.now() at play(). */
  intent_at: number;
  /** Intent to the first frame presented after it, ms; null before that frame. */
  startup_ms: number | null;
  /** Time with frames coming, ms. */
  play_ms: number;
  /** Gaps of at least STALL_MS_MIN while playback was wanted and nothing was sought. */
  stalls: Stall[];
  /** Seeks, ms each, from the `seeking` event to the first frame after it. */
  seeks_ms: number[];
}

/** Shortest gap told as a stall; the same as the dictionary's headline threshold. */
export const STALL_MS_MIN = 250;

/** How long one frame is meant to stay: the media has 24 frames a second. */
const FRAME_MS = 1000 / 24;

/** Watches one element for ever; `intent()` begins an attempt. */
export class Truth {
  current: AttemptTruth | null = null;
  private lastFrameAt: number | null = null;
  private soughtAt: number | null = null;
  private readonly waiters = new Set<() => void>();

  constructor(private readonly video: HTMLVideoElement) {
    const frame = (_now: number, metadata: VideoFrameCallbackMetadata): void => {
      this.frame(metadata.presentationTime);
      video.requestVideoFrameCallback(frame);
    };
    video.requestVideoFrameCallback(frame);
    video.addEventListener('seeking', () => {
      this.soughtAt ??= performance.now();
    });
    video.addEventListener('pause', () => this.rest());
    video.addEventListener('play', () => this.rest());
    video.addEventListener('ended', () => this.rest());
  }

  /** The viewer asked to play something new, now. */
  intent(): void {
    this.current = { intent_at: performance.now(), startup_ms: null, play_ms: 0, stalls: [], seeks_ms: [] };
    this.lastFrameAt = null;
    this.soughtAt = null;
  }

  /** The attempt so far, an open stall included. */
  read(): AttemptTruth | null {
    const attempt = this.current;
    if (attempt === null) return null;
    const stalls = [...attempt.stalls];
    const open = this.gap(performance.now());
    if (open !== null && this.wanted()) stalls.push({ ...open, open: true });
    return { ...attempt, stalls };
  }

  /** Resolves at the first moment when no frame has come for STALL_MS_MIN though one was wanted; gives the stall's begin on performance.now(). */
  async stalled(): Promise<number> {
    for (;;) {
      const open = this.wanted() ? this.gap(performance.now()) : null;
      if (open !== null && this.current !== null) return this.current.intent_at + open.at_ms;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Resolves with the next frame. */
  nextFrame(): Promise<void> {
    return new Promise((resolve) => this.waiters.add(resolve));
  }

  private wanted(): boolean {
    return !this.video.paused && !this.video.ended && this.soughtAt === null;
  }

  private frame(at: number): void {
    const attempt = this.current;
    if (attempt !== null && at >= attempt.intent_at) {
      if (attempt.startup_ms === null) {
        attempt.startup_ms = at - attempt.intent_at;
      } else if (this.soughtAt !== null) {
        attempt.seeks_ms.push(at - this.soughtAt);
      } else if (this.lastFrameAt !== null) {
        const stall = this.gap(at);
        if (stall === null) attempt.play_ms += at - this.lastFrameAt;
        else {
          attempt.stalls.push(stall);
          attempt.play_ms += FRAME_MS;
        }
      }
      if (!this.video.seeking) this.soughtAt = null;
      this.lastFrameAt = at;
    }
    for (const waiter of this.waiters) waiter();
    this.waiters.clear();
  }

  /** The gap from the last frame until `now`, when it is long enough to be a stall. */
  private gap(now: number): Stall | null {
    if (this.current === null || this.lastFrameAt === null) return null;
    const begin = this.lastFrameAt + FRAME_MS;
    const stall_ms = now - begin;
    if (stall_ms < STALL_MS_MIN) return null;
    return { at_ms: begin - this.current.intent_at, stall_ms, open: false };
  }

  /** Playback stops or starts on purpose: close an open stall, and let the coming gap not count. */
  private rest(): void {
    const open = this.gap(performance.now());
    if (open !== null && this.soughtAt === null && this.restFrom === 'playing') this.current?.stalls.push(open);
    this.restFrom = this.video.paused ? 'paused' : 'playing';
    this.lastFrameAt = null;
  }

  private restFrom: 'playing' | 'paused' = 'paused';
}
