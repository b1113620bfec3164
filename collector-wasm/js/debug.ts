// Here lives the overlay: what is measured of a <video>, live, in a corner of the page. A file of its own, loaded when asked for.
// Everything comes from what is sent and from the state that the fold tells: it measures nothing by itself.

import { decode } from './decode.ts';
import type { SentBatch } from './transport.ts';

export { decode, type Batch, type Beacon } from './decode.ts';

/** What is shown of an attempt. */
export interface Shown {
  readonly id: string;
  /** As collector-wasm/src/numbers.rs numbers the states. */
  readonly state: number;
}

const STATES = ['starting', 'playing', 'seeking', 'rebuffering', 'paused', 'waiting', 'ended', 'fatal', 'quit', 'preloading'] as const;
/** Totals worth a line, when they say something. */
const TOTALS = [
  'startup_any_ms', 'startup_manifest_ms', 'startup_drm_ms', 'startup_ad_ms', 'startup_init_ms', 'startup_segment_ms', 'startup_decode_ms',
  'startup_other_ms', 'play_ms', 'stall_count', 'stall_ms', 'seek_count', 'switch_up_count', 'switch_down_count', 'frames_dropped', 'error_count',
] as const;
const EVENTS_SHOWN = 8;
const BEACONS_SHOWN = 6;
const REFRESH_MS = 250;

/** The lines of the panel, from what was sent: pure, so that it is tested without a page. */
export class Log {
  #events: string[] = [];
  #beacons: string[] = [];
  #totals: Record<string, unknown> = {};
  #bytes = 0;

  add({ body, via }: SentBatch): void {
    this.#bytes += body.length;
    for (const beacon of decode(body).beacons) {
      this.#totals = beacon.totals;
      for (const { at_ms, event, ...fields } of beacon.interval.events ?? []) {
        // Requests and buffer samples would push everything else out.
        if (event === 'request' || event === 'buffer') continue;
        this.#events.push(`${(at_ms / 1_000).toFixed(2)} s  ${event}  ${Object.values(fields).join('  ')}`);
      }
      this.#beacons.push(`#${beacon.sequence} ${beacon.kind}, ${via}`);
    }
    this.#events = this.#events.slice(-EVENTS_SHOWN);
    this.#beacons = this.#beacons.slice(-BEACONS_SHOWN);
  }

  lines(attempt: Shown | null, buffer_s: number): string[] {
    const totals = TOTALS.filter((name) => this.#totals[name]).map((name) => `${name}  ${String(this.#totals[name])}`);
    return [
      `${attempt === null ? 'no attempt' : STATES[attempt.state]}   buffer ${buffer_s.toFixed(1)} s`,
      attempt?.id ?? '',
      ...totals,
      '— events',
      ...this.#events,
      `— beacons, ${this.#bytes} bytes`,
      ...this.#beacons,
    ];
  }
}

function buffer_s({ buffered, currentTime }: HTMLMediaElement): number {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime && currentTime <= buffered.end(index)) return buffered.end(index) - currentTime;
  }
  return 0;
}

/** Puts the panel over the page and answers what to call with every batch. It goes away when the video leaves the document. */
export function overlay(video: HTMLMediaElement, attempt: () => Shown | null): (batch: SentBatch) => void {
  const log = new Log();
  const panel = document.createElement('pre');
  panel.setAttribute('aria-hidden', 'true');
  // Properties, not a style sheet: a policy without inline styles allows them.
  Object.assign(panel.style, {
    position: 'fixed', insetBlockStart: '8px', insetInlineStart: '8px', zIndex: '2147483647', margin: '0', padding: '8px 12px',
    maxWidth: '46ch', overflow: 'hidden', font: '11px/1.45 ui-monospace, monospace', whiteSpace: 'pre-wrap',
    color: '#e8f0f2', background: 'rgb(10 22 28 / 0.88)', borderRadius: '6px', pointerEvents: 'none',
  });
  document.body.append(panel);
  const timer = setInterval(() => {
    if (video.isConnected) panel.textContent = log.lines(attempt(), buffer_s(video)).join('\n');
    else {
      clearInterval(timer);
      panel.remove();
    }
  }, REFRESH_MS);
  return (batch) => log.add(batch);
}
