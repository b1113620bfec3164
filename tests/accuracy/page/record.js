// Here lives the page's own record of what a viewer saw: every presented frame, the playhead every few ms, every event of the element.
// It shares nothing with the collector. Its clock beats in a worker, because a hidden page's timers do not.

/** How often the playhead is read, ms. */
const SAMPLE_MS = 8;

/** To a tenth of a ms, so that a page's last words fit into what a browser lets out. */
const round = (value) => Math.round(value * 10) / 10;

export class Record {
  /** Presentation time, media time ms, height in pixels; one after another. */
  frames = [];
  /** Now, position ms, media ahead ms, flags, rate, height in pixels; one after another. */
  samples = [];
  /** [now, name] */
  events = [];

  constructor(video) {
    this.video = video;
    const frame = (_now, { presentationTime, mediaTime, height }) => {
      this.frames.push(round(presentationTime), round(mediaTime * 1_000), height);
      video.requestVideoFrameCallback(frame);
    };
    video.requestVideoFrameCallback?.(frame);
    for (const name of ['play', 'playing', 'pause', 'waiting', 'seeking', 'seeked', 'ended', 'emptied', 'loadstart', 'ratechange', 'error', 'resize']) {
      video.addEventListener(name, ({ timeStamp }) => this.mark(name, timeStamp));
    }
    document.addEventListener('visibilitychange', () => this.mark(document.visibilityState));
    const source = URL.createObjectURL(new Blob([`setInterval(() => postMessage(0), ${SAMPLE_MS})`], { type: 'text/javascript' }));
    new Worker(source).onmessage = () => this.sample();
  }

  /** Something happened at `at`: an event's own time, not that of its listener, which a busy page calls late. */
  mark(name, at = performance.now()) {
    this.sample();
    this.events.push([round(at), name]);
  }

  sample() {
    const { video } = this;
    const position = video.currentTime * 1_000;
    const flags = Number(video.paused) + 2 * Number(video.seeking) + 4 * Number(video.ended) + 8 * Number(document.visibilityState === 'hidden');
    this.samples.push(round(performance.now()), round(position), Math.round(this.ahead(position)), flags, video.playbackRate, video.videoHeight);
    for (const waiter of this.waiters) waiter();
  }

  waiters = new Set();

  /** Resolves at the first sample for which `holds` is true; gives its value. */
  when(holds) {
    return new Promise((resolve) => {
      const waiter = () => {
        const value = holds();
        if (!value) return;
        this.waiters.delete(waiter);
        resolve(value);
      };
      this.waiters.add(waiter);
      waiter();
    });
  }

  /** Media ahead of a position, ms. */
  ahead(position) {
    const { buffered } = this.video;
    for (let range = 0; range < buffered.length; range += 1) {
      const end = buffered.end(range) * 1_000;
      if (buffered.start(range) * 1_000 - 100 <= position && position <= end) return end - position;
    }
    return 0;
  }
}
