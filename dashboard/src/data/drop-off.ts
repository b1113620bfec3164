// Here lives how far an audience watched and what it played again: the question, the curves as pictures in a box of 1 by 1, and their words. Pure.
import type { DropOffRequest, DropOffResult } from '../api-types.ts';
import * as format from '../format.ts';
import type { Route } from '../route.ts';
import { lines } from './take-away.ts';
import type { Range } from './range.ts';

/** Of the route's attempts. Filters by metrics are of a question's rows, not of attempts. */
export const dropOffQuestion = ({ filters }: Pick<Route, 'filters'>, { start, end }: Pick<Range, 'start' | 'end'>): DropOffRequest => ({
  filters: filters.map((filter) => ({ ...filter })),
  start: new Date(start).toISOString(),
  end: new Date(end).toISOString(),
  rewatches: true,
});

export interface Curve {
  /** Down in steps: who is left stays until somebody leaves. */
  line: string;
  /** Between the limits, where there are any. */
  band: string;
}

type Step = { from: number; to: number; high: number; low: number };

const n = (value: number) => Number(value.toFixed(4));

export function curveOf({ points }: Pick<DropOffResult, 'points'>): Curve {
  const known = points.filter((point) => typeof point.value === 'number');
  const line = ['M0 0', ...known.map(({ position, value }) => `H${n(position)}V${n(1 - value!)}`)].join('');
  // A limit holds from its point to the next one.
  const steps = known.flatMap<Step>(({ position, low, high }, index) =>
    typeof low === 'number' && typeof high === 'number' ? [{ from: position, to: known[index + 1]?.position ?? position, low, high }] : [],
  );
  const there = steps.map(({ from, to, high }, index) => `${index === 0 ? `M${n(from)} ${n(1 - high)}` : `V${n(1 - high)}`}H${n(to)}`);
  const back = steps.toReversed().map(({ from, low }) => `V${n(1 - low)}H${n(from)}`);
  return { line, band: steps.length > 0 ? `${there.join('')}${back.join('')}Z` : '' };
}

export interface Density extends Curve {
  /** What the top of the box is, times by one play. */
  most: number;
}

/** How often each hundredth was played again, in steps up from the bottom; nothing where nothing was. Intervals that leave the box are cut. */
export function densityOf({ points }: Pick<DropOffResult, 'points'>): Density | null {
  const known = points.flatMap(({ position, rewatches, rewatchesLow, rewatchesHigh }) =>
    typeof rewatches === 'number' ? [{ position, value: rewatches, low: rewatchesLow ?? rewatches, high: rewatchesHigh ?? rewatches }] : [],
  );
  const peak = Math.max(0, ...known.map(({ value }) => value));
  if (peak === 0) return null;
  // Room for the interval of the highest, and not for that of a place nobody came to.
  const most = 1.5 * peak;
  const y = (value: number) => n(1 - Math.min(1, value / most));
  const steps = (of: 'value' | 'low' | 'high') => known.map((point) => `V${y(point[of])}H${n(point.position)}`).join('');
  const back = known.toReversed().map(({ position, low }) => `H${n(position)}V${y(low)}`);
  return { most, line: `M0 1${steps('value')}V1`, band: `M0 1${steps('high')}${back.join('')}H0Z` };
}

/** Tenths of the video, for the table and the axis: how many are left after each, and how often a part of it was played again. */
export const tenthsOf = ({ points }: Pick<DropOffResult, 'points'>) =>
  points.flatMap((point, index) => {
    if ((index + 1) % 10 !== 0) return [];
    const again = points.slice(index - 9, index + 1).flatMap(({ rewatches }) => (typeof rewatches === 'number' ? [rewatches] : []));
    return [{ ...point, rewatches: again.length > 0 ? again.reduce((sum, value) => sum + value, 0) / again.length : null }];
  });

/** `half of 1,240 plays saw at least 62 % of the video; 31 % saw all of it`. */
export function dropOffSentence({ points, median, plays, ongoing }: Pick<DropOffResult, 'points' | 'median' | 'plays' | 'ongoing'>, locale: string): string {
  const count = format.text(plays, 'count', locale);
  const last = points.at(-1)?.value;
  const known = points.findLast(({ value }) => typeof value === 'number')?.position ?? 0;
  const half =
    typeof median === 'number'
      ? `Half of ${count} plays did not come beyond ${format.partText(median, locale)} of the video`
      : typeof last === 'number'
        ? `More than half of ${count} plays came to the end`
        : `Where half of ${count} plays have left is not known: of those who go on nobody has come beyond ${format.partText(known, locale)} of the video`;
  const end = typeof last === 'number' ? `; ${format.partText(last, locale)} saw all of it` : '';
  const going = ongoing > 0 ? ` ${format.text(ongoing, 'count', locale)} of them go on and count for as far as they came.` : '';
  return `${half}${end}.${going}`;
}

/** `Played again most up to 34 % of the video: 42.0 times by 100 plays.` */
export function rewatchSentence({ points, rewatched }: Pick<DropOffResult, 'points' | 'rewatched'>, locale: string): string {
  if (!rewatched || rewatched.mediaMs === 0) return 'Nothing of it was played again.';
  const most = points.reduce((most, point) => ((point.rewatches ?? 0) > (most.rewatches ?? 0) ? point : most));
  const all = format.text(rewatched.mediaMs, 'ms', locale);
  const placed = rewatched.placedMs / rewatched.mediaMs;
  if (!most.rewatches) return `${all} of it were played again; where is no longer known.`;
  const where = `Played again most before ${format.partText(most.position, locale)} of the video: ${format.text(most.rewatches, 'ratio', locale, TIMES)} times by 100 plays.`;
  return placed < 0.95 ? `${where} Of ${all} that were played again, it is known for ${format.partText(placed, locale)} where.` : where;
}

/** Times by a hundred plays: most places of most videos are played again by few. */
export const TIMES = { divisor: 0.01, unit: '', decimals: 1, compact: false };

export const dropOffCsv = ({ points }: Pick<DropOffResult, 'points'>): string =>
  lines([
    ['position', 'at_risk', 'value', 'low', 'high', 'rewatches', 'rewatches_low', 'rewatches_high'],
    ...points.map((point) => [point.position, point.atRisk, ...[point.value, point.low, point.high, point.rewatches, point.rewatchesLow, point.rewatchesHigh].map((value) => value ?? null)]),
  ]);
