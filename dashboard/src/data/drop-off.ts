// Here lives how far an audience watched: the question, the curve as a picture in a box of 1 by 1, and its words. Pure.
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

/** Tenths of the video, for the table and the axis. */
export const tenthsOf = ({ points }: Pick<DropOffResult, 'points'>) => points.filter((_, index) => (index + 1) % 10 === 0);

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

export const dropOffCsv = ({ points }: Pick<DropOffResult, 'points'>): string =>
  lines([['position', 'at_risk', 'value', 'low', 'high'], ...points.map(({ position, atRisk, value, low, high }) => [position, atRisk, value ?? null, low ?? null, high ?? null])]);
