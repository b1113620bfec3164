// Here lives an effect as it was at several readings of an experiment: when to read, and what is drawn and said of it. Pure.
import type { ArmComparison, ExperimentResults } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import * as format from '../format.ts';
import { boundsText, differenceSentence } from './effects.ts';
import type { Point, Telling } from './series.ts';
import { verdictWords } from './verdict.ts';

/** How many readings there are, the one that is there already included. */
export const READINGS = 8;

/** When to read besides the end, ms since 1970: as far apart as the last is from the end, all of them after the start. */
export function readingTimes({ start, end }: Pick<ExperimentResults, 'start' | 'end'>): number[] {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const times = Array.from({ length: READINGS - 1 }, (_, index) => Math.round(from + ((to - from) * (index + 1)) / READINGS));
  return times.filter((at, index) => at > (times[index - 1] ?? from) && at < to);
}

/** One point per reading, beside 0. A reading that knows no difference is a gap. */
export function effectPoints(readings: readonly ExperimentResults[], { arm, against }: Pick<ArmComparison, 'arm' | 'against'>, { name }: Pick<Measure, 'name'>): Point[] {
  const ends = readings.map(({ end }) => Date.parse(end));
  return readings.flatMap((reading, index) => {
    const effect = reading.comparisons.find((each) => each.arm === arm)?.metrics[name];
    if (!effect) return [];
    const attempts = reading.arms.filter((each) => each.name === arm || each.name === against).reduce((sum, each) => sum + each.attempts, 0);
    const at = ends[index]!;
    return [
      {
        start: at,
        // As long as from the reading before: one reading alone needs a stretch of axis too.
        end: at + (at - (ends[index - 1] ?? Date.parse(reading.start))),
        partial: false,
        value: effect.difference ?? null,
        low: effect.low ?? null,
        high: effect.high ?? null,
        reference: 0,
        attempts,
        source: { value: effect.difference ?? null, reason: effect.reason ?? null },
        comparison: effect,
      },
    ];
  });
}

/** How much wider than all else an interval may make the axis. The first readings know little: theirs may leave the picture. */
const WIDEST = 4;
/** The same of the latest reading, as a multiple of the differences: of a few viewers even it knows nothing. */
const WIDEST_LATEST = 40;

/** The axis of differences: holds 0, every difference, the last interval, and of the others as much as leaves that to be seen. */
export function effectAxisOf(points: readonly Point[]): [number, number] {
  const numbers = (all: (number | null | undefined)[]) => all.filter((one) => typeof one === 'number');
  const last = points.findLast(({ low, high }) => low !== null && high !== null);
  const differences = numbers([0, ...points.map(({ value }) => value)]);
  const most = WIDEST_LATEST * Math.max(...differences.map(Math.abs)) || Number.POSITIVE_INFINITY;
  const latest = numbers([last?.low, last?.high]).map((end) => Math.min(most, Math.max(-most, end)));
  const sure = [...differences, ...latest];
  const reach = WIDEST * Math.max(...sure.map(Math.abs));
  if (reach === 0) return [-1, 1];
  const bottom = Math.max(-reach, Math.min(...sure, ...numbers(points.map(({ low }) => low))));
  const top = Math.min(reach, Math.max(...sure, ...numbers(points.map(({ high }) => high))));
  const room = 0.06 * (top - bottom);
  return [bottom - room, top + room];
}

/** A difference with its sign, or a dash for none. */
export const signedText: typeof format.text = (value, ...about) => (typeof value === 'number' ? format.differenceText(value, ...about) : format.NOTHING);

/** How a chart tells readings: beside 0, with their sign, each as of a moment. */
export function tellingOf(measure: Pick<Measure, 'unit'>, zone: string, locale: string): Telling {
  return {
    axisOf: effectAxisOf,
    text: signedText,
    bounds: (low, high) => boundsText(low, high, measure, locale),
    when: (ms) => format.momentText(ms, zone, locale),
    sentence: ({ comparison }) => (comparison ? differenceSentence(comparison, measure, locale) : format.NOTHING),
  };
}

/** All readings in words, for those who do not see the canvas. */
export function readingsSentence(points: readonly Point[], { title, unit }: Pick<Measure, 'title' | 'unit'>, zone: string, locale: string): string {
  const first = points[0];
  const last = points.at(-1);
  if (!first?.comparison || !last?.comparison) return `No reading of ${title} yet.`;
  const said = ({ start, comparison }: Point) => `${format.momentText(start, zone, locale)} ${differenceSentence(comparison!, { unit }, locale)}`;
  // From when on the verdict was what it is now, without a break.
  const other = points.findLastIndex(({ comparison }) => comparison?.verdict !== last.comparison!.verdict);
  const since = points[other + 1]!;
  return [
    `${title} at ${points.length} ${points.length === 1 ? 'reading' : 'readings'}.`,
    points.length > 1 ? `First, ${said(first)}; latest, ${said(last)}.` : format.sentence(said(last)),
    `Verdict since ${format.momentText(since.start, zone, locale)}: ${verdictWords(last.comparison.verdict).clause}.`,
  ].join(' ');
}
