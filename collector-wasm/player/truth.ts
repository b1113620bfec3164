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
  /** Gaps of at least STALL_MS_MIN for lack of data, while playback was wanted and nothing was sought. */
  stalls: Stall[];
  /** Such gaps with data there: a machine too busy to show the next frame. */
  stutters: Stall[];
  /** Seeks, ms each, from the `seeking` event to the first frame after it. */
  seeks_ms: number[];
}

/** Shortest gap told as a stall; the same as the dictionary's headline threshold. */
export const STALL_MS_MIN = 250;

/** How long one frame is meant to stay: the media has 24 frames a second. */
const FRAME_MS = 1000 / 24;

/** With less media ahead than this, a standing picture is for lack of data: half a second. */
const STARVED_MS = 500;

/** How near a frame has to be to the playhead to be of the position that was sought. */
const SEEK_REACHED_MS = 500;

/** Watches one element for ever; `intent()` begins an attempt. */
export class Truth {
  current: AttemptTruth | null = null;
  /** The last frame of playing: when it was presented, and its place in the media, ms. */
  private last: { at: number; media_ms: number; ahead_ms: number } | null = null;
  private soughtAt: number | null = null;
  private readonly waiters = new Set<() => void>();

  constructor(private readonly video: HTMLVideoElement) {
    const frame = (_now: number, metadata: VideoFrameCallbackMetadata): void => {
      this.frame(metadata.presentationTime, metadata.mediaTime * 1000);
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
    this.current = { intent_at: performance.now(), startup_ms: null, play_ms: 0, stalls: [], stutters: [], seeks_ms: [] };
    this.last = null;
    this.soughtAt = null;
  }

  /** The attempt so far, an open stall included. */
  read(): AttemptTruth | null {
    const attempt = this.current;
    if (attempt === null) return null;
    const stalls = [...attempt.stalls];
    const open = this.gap(performance.now(), this.video.currentTime * 1000);
    if (open !== null && this.wanted() && this.starved()) stalls.push({ ...open, open: true });
    return { ...attempt, stalls };
  }

  /** Resolves at the first moment when no frame has come for STALL_MS_MIN though one was wanted; gives the stall's begin on performance.now(). */
  async stalled(): Promise<number> {
    for (;;) {
      const open = this.wanted() ? this.gap(performance.now(), this.video.currentTime * 1000) : null;
      if (open !== null && this.current !== null && this.starved()) return this.current.intent_at + open.at_ms;
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

  private frame(at: number, media_ms: number): void {
    const attempt = this.current;
    if (attempt !== null && at >= attempt.intent_at) {
      if (attempt.startup_ms === null) {
        attempt.startup_ms = at - attempt.intent_at;
      } else if (this.soughtAt !== null) {
        // Frames of the old position may still come.
        if (Math.abs(media_ms - this.video.currentTime * 1000) < SEEK_REACHED_MS) {
          attempt.seeks_ms.push(at - this.soughtAt);
          this.soughtAt = null;
        }
      } else if (this.last !== null) {
        const stall = this.gap(at, media_ms);
        if (stall !== null) (this.starved() ? attempt.stalls : attempt.stutters).push(stall);
        attempt.play_ms += at - this.last.at - (stall?.stall_ms ?? 0);
      }
      this.last = { at, media_ms, ahead_ms: this.ahead_ms(media_ms) };
    }
    for (const waiter of this.waiters) waiter();
    this.waiters.clear();
  }

  /**
   * What of the time from the last frame until `now` the media did not move by, when that is long enough to be a stall.
   * A late frame on a busy machine is none: the media went on meanwhile.
   */
  private gap(now: number, media_ms: number): Stall | null {
    if (this.current === null || this.last === null) return null;
    const moved = Math.max(0, media_ms - this.last.media_ms) / this.video.playbackRate;
    const stall_ms = now - this.last.at - moved;
    if (stall_ms < STALL_MS_MIN) return null;
    return { at_ms: this.last.at + Math.min(moved, FRAME_MS) - this.current.intent_at, stall_ms, open: false };
  }

  /** Whether the last frame was among the last ones there were. */
  private starved(): boolean {
    return this.last !== null && this.last.ahead_ms < STARVED_MS;
  }

  /** Media buffered ahead of a position, ms. */
  private ahead_ms(media_ms: number): number {
    const { buffered } = this.video;
    for (let range = 0; range < buffered.length; range += 1) {
      const [start, end] = [buffered.start(range) * 1000, buffered.end(range) * 1000];
      if (start - FRAME_MS <= media_ms && media_ms <= end) return end - media_ms;
    }
    return 0;
  }

  /** Playback stops or starts on purpose: close an open stall, and let the coming gap not count. */
  private rest(): void {
    const open = this.gap(performance.now(), this.video.currentTime * 1000);
    if (open !== null && this.soughtAt === null && this.restFrom === 'playing' && this.starved()) this.current?.stalls.push(open);
    this.restFrom = this.video.paused ? 'paused' : 'playing';
    this.last = null;
  }

  private restFrom: 'playing' | 'paused' = 'paused';
}
