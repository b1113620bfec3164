// Here lives one attempt's timeline as marks on one axis: spans, steps, samples and moments with words, and the same as a
// list in order of time. Pure; every time is ms after intent on the player's monotonic clock.
import type { Timeline } from '../api-types.ts';
import * as format from '../format.ts';
import { causeTitle, stateTitle } from './attempt.ts';

/** Part of the timeline that is shown. */
export interface Window {
  fromMs: number;
  toMs: number;
}

/** One thing that happened, in words. */
export interface Happening {
  atMs: number;
  kind: 'state' | 'frame' | 'stall' | 'seek' | 'rendition' | 'error' | 'visibility' | 'suspension';
  text: string;
}

export function renditionTitle(
  { bitrateBps, height }: Pick<Timeline['renditions'][number], 'bitrateBps' | 'height'>,
  locale: string,
): string {
  const parts = [height ? `${height}p` : null, bitrateBps ? format.text(bitrateBps, 'bps', locale) : null];
  return parts.filter(Boolean).join(' · ') || 'Unknown rendition';
}

/** Everything that happened, oldest first; the requests, of which there are thousands, are left to the picture. */
export function happeningsOf(timeline: Timeline, locale: string): Happening[] {
  const ms = (value: number) => format.text(value, 'ms', locale);
  const list: Happening[] = [
    ...timeline.states.map(({ fromMs, toMs, state }) => ({
      atMs: fromMs,
      kind: 'state' as const,
      text: `${stateTitle(state ?? null)}${toMs > fromMs ? `, ${ms(toMs - fromMs)}` : ''}`,
    })),
    ...timeline.stalls.map(({ fromMs, stallMs, cause }) => ({
      atMs: fromMs,
      kind: 'stall' as const,
      text: `Stall of ${ms(stallMs)}: ${causeTitle(cause)}`,
    })),
    ...timeline.seeks.map(({ fromMs, seekMs, fromPositionMs, toPositionMs }) => ({
      atMs: fromMs,
      kind: 'seek' as const,
      text: `Seek from ${format.clockText(fromPositionMs)} to ${format.clockText(toPositionMs)}, took ${ms(seekMs)}`,
    })),
    ...timeline.renditions.map((rendition) => ({
      atMs: rendition.fromMs,
      kind: 'rendition' as const,
      text: `Rendition ${renditionTitle(rendition, locale)}`,
    })),
    ...timeline.errors.map((error) => ({
      atMs: error.atMs,
      kind: 'error' as const,
      text: `${error.fatal ? 'Fatal error' : 'Error'}: ${error.class.replaceAll('_', ' ')}${error.code ? ` (${error.code})` : ''}`,
    })),
    ...timeline.visibility.map(({ atMs, hidden }) => ({
      atMs,
      kind: 'visibility' as const,
      text: hidden ? 'Page hidden' : 'Page visible',
    })),
    ...timeline.suspensions.map(({ atMs, gapMs }) => ({
      atMs,
      kind: 'suspension' as const,
      text: `The machine slept for ${ms(gapMs)}; cut out of every duration`,
    })),
  ];
  if (typeof timeline.firstFrameMs === 'number')
    list.push({ atMs: timeline.firstFrameMs, kind: 'frame', text: `First frame after ${ms(timeline.firstFrameMs)}` });
  const order = ['suspension', 'error', 'frame', 'state', 'stall', 'seek', 'rendition', 'visibility'];
  return list.sort((a, b) => a.atMs - b.atMs || order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** What held at one moment, for the readout under the pointer. */
export interface Moment {
  atMs: number;
  state: string;
  stall: string | null;
  rendition: string | null;
  bufferMs: number | null;
}

export function momentAt(timeline: Timeline, atMs: number, locale: string): Moment {
  const holds = ({ fromMs, toMs }: Window) => fromMs <= atMs && atMs < toMs;
  const state = timeline.states.find(holds) ?? timeline.states.at(-1);
  const stall = timeline.stalls.find(holds);
  const rendition = timeline.renditions.find(holds);
  const bufferBefore = timeline.buffer.filter((sample) => sample.atMs <= atMs).at(-1);
  return {
    atMs,
    state: state ? stateTitle(state.state ?? null) : 'Not reported',
    stall: stall ? `${causeTitle(stall.cause)}, ${format.text(stall.stallMs, 'ms', locale)}` : null,
    rendition: rendition ? renditionTitle(rendition, locale) : null,
    bufferMs: bufferBefore?.bufferMs ?? null,
  };
}

/** Ticks of a clock axis: round steps, at most `most` of them. */
export function ticksOf({ fromMs, toMs }: Window, most: number): number[] {
  const seconds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800];
  const span = Math.max(1, toMs - fromMs);
  const step = (seconds.find((second) => span / (second * 1000) <= most) ?? 28_800) * 1000;
  const ticks: number[] = [];
  for (let at = Math.ceil(fromMs / step) * step; at <= toMs; at += step) ticks.push(at);
  return ticks;
}

const WINDOW_MS_MIN = 500;

/** The window moved into 0..endMs and never shorter than half a second. */
export function clampWindow({ fromMs, toMs }: Window, endMs: number): Window {
  const end = Math.max(endMs, WINDOW_MS_MIN);
  const span = Math.min(end, Math.max(WINDOW_MS_MIN, toMs - fromMs));
  const from = Math.min(Math.max(0, fromMs), end - span);
  return { fromMs: from, toMs: from + span };
}

/** The window made `factor` times as long around `aroundMs` (a factor below 1 shows more detail). */
export function zoom(window: Window, factor: number, aroundMs: number, endMs: number): Window {
  return clampWindow(
    { fromMs: aroundMs - (aroundMs - window.fromMs) * factor, toMs: aroundMs + (window.toMs - aroundMs) * factor },
    endMs,
  );
}
