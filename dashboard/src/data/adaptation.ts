// Here lives how a player's adaptation becomes a picture: what the line gave its requests against what was on the screen, on a logarithmic
// axis because a line may give a hundred times what is chosen. Pure.
import type { Adaptation, Timeline } from '../api-types.ts';
import * as format from '../format.ts';
import { renditionTitle, ticksOf } from './timeline.ts';

export interface ThroughputPicture {
  /** Where requests stand, 0..=1 from the left and from the top. */
  points: { atMs: number; throughputBps: number; x: number; y: number }[];
  /** Where renditions with a bitrate stand. */
  steps: { fromMs: number; left: number; right: number; y: number; title: string }[];
  /** Bitrates to write beside the axis. */
  rungs: { value: number; y: number }[];
  /** Moments to write below it. */
  times: { atMs: number; x: number }[];
}

/** Null where no request tells of a throughput. */
export function throughputPicture({ throughput }: Adaptation, { renditions, endMs }: Timeline, locale: string): ThroughputPicture | null {
  if (throughput.length === 0) return null;
  const shown = renditions.filter(({ bitrateBps }) => (bitrateBps ?? 0) > 0);
  const values = [...throughput.map(({ throughputBps }) => throughputBps), ...shown.map(({ bitrateBps }) => bitrateBps!)];
  const [low, high] = [Math.log(Math.min(...values) / 1.4), Math.log(Math.max(...values) * 1.4)];
  const y = (value: number) => (high - Math.log(value)) / (high - low);
  const end = Math.max(1, endMs, ...throughput.map(({ atMs }) => atMs));
  const x = (atMs: number) => Math.min(1, atMs / end);
  const powers = Array.from({ length: 12 }, (_, power) => power).flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  const inside = powers.filter((value) => Math.log(value) > low && Math.log(value) < high);
  return {
    points: throughput.map(({ atMs, throughputBps }) => ({ atMs, throughputBps, x: x(atMs), y: y(throughputBps) })),
    steps: shown.map((span) => ({ fromMs: span.fromMs, left: x(span.fromMs), right: x(span.toMs), y: y(span.bitrateBps!), title: renditionTitle(span, locale) })),
    rungs: (inside.length <= 6 ? inside : inside.filter((value) => Number.isInteger(Math.log10(value)))).map((value) => ({ value, y: y(value) })),
    times: ticksOf({ fromMs: 0, toMs: end }, 8).map((atMs) => ({ atMs, x: x(atMs) })),
  };
}

/** What it comes to, in a sentence. */
export function adaptationSentence({ throughputMedianBps, bitrateToThroughputMedian, throughput }: Adaptation, locale: string): string {
  if (typeof throughputMedianBps !== 'number') return 'No request tells of a throughput.';
  const line = `The line gave ${format.text(throughputMedianBps, 'bps', locale)} in the middle of ${format.text(throughput.length, 'count', locale)} requests`;
  return typeof bitrateToThroughputMedian === 'number' ? `${line}; what was on the screen took ${format.partText(bitrateToThroughputMedian, locale)} of that.` : `${line}; what was on the screen then is not known.`;
}
