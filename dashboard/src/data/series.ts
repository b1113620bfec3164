// Here lives how rows over time become what a chart draws: one point per bucket of the range, gaps where nothing is known,
// the reference beside each value. Pure.
import type { Comparison, QueryResult, Value } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import type * as format from '../format.ts';
import type { Bucket } from './range.ts';
import { hasInterval } from './verdict.ts';

export interface Point extends Bucket {
  /** Null: a gap. */
  value: number | null;
  low: number | null;
  high: number | null;
  /** Value of the baseline in the bucket that corresponds to this one. */
  reference: number | null;
  attempts: number | null;
  source: Value | null;
  comparison: Comparison | null;
}

/** The axis that points stand on, and the words for one of them. */
export interface Telling {
  axisOf: (points: readonly Point[]) => [number, number];
  text: typeof format.text;
  bounds: (low: number, high: number) => string;
  when: (ms: number) => string;
  sentence: (point: Point) => string;
}

/** One point per bucket, oldest first. A bucket the answer leaves out is a gap, except that a sum over no attempts is 0. */
export function pointsOf(result: QueryResult, buckets: readonly Bucket[], measure: Measure, baseline: string): Point[] {
  const rows = new Map(result.rows.map((row) => [Date.parse(row.time ?? ''), row]));
  return buckets.map((bucket) => {
    const row = rows.get(bucket.start);
    const source = row?.values[measure.name] ?? null;
    const comparison = row?.comparisons?.[baseline]?.[measure.name] ?? null;
    const none = !row && measure.kind === 'sum' ? 0 : null;
    return {
      ...bucket,
      partial: bucket.partial || row?.partial === true,
      value: source?.value ?? none,
      low: source && hasInterval(source) ? source.low : null,
      high: source && hasInterval(source) ? source.high : null,
      reference: comparison?.reference ?? null,
      attempts: row?.values.attempts?.value ?? source?.attempts ?? (row ? null : 0),
      source,
      comparison,
    };
  });
}

/** Whether there is anything to draw. */
export function hasPoints(points: readonly Point[]): boolean {
  return points.some(({ value, attempts }) => value !== null && (attempts ?? 0) > 0);
}

/** Columns for the chart, x in seconds. Whole buckets and partial ones are two lines that meet in the last whole point. */
export interface Columns {
  x: number[];
  whole: (number | null)[];
  partial: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  reference: (number | null)[];
}

export function columnsOf(points: readonly Point[]): Columns {
  const nextToPartial = (index: number) => points[index - 1]?.partial === true || points[index + 1]?.partial === true;
  return {
    x: points.map(({ start }) => start / 1000),
    whole: points.map(({ value, partial }) => (partial ? null : value)),
    partial: points.map(({ value, partial }, index) => (partial || nextToPartial(index) ? value : null)),
    low: points.map(({ low }) => low),
    high: points.map(({ high }) => high),
    reference: points.map(({ reference }) => reference),
  };
}

/** The share of attempts whose values the axis holds, however uncertain each is. */
const AXIS_SHARE = 0.9;

/** The height a point surely has: its value, when its interval does not reach below half of it, else its interval's low end. */
function sureHeight({ value, low, comparison }: Point): number {
  const sure = low === null || value === null || low >= value / 2 || comparison?.verdict === 'worse';
  return (sure ? value : low) ?? 0;
}

/** The value below which that share of all attempts stands. */
function heldValue(points: readonly Point[], share: number): number {
  const sorted = points
    .flatMap(({ value, attempts }) => (value === null ? [] : [{ value, weight: attempts ?? 1 }]))
    .sort((a, b) => a.value - b.value);
  let left = share * sorted.reduce((sum, { weight }) => sum + weight, 0);
  return sorted.find(({ weight }) => (left -= weight) <= 0)?.value ?? sorted.at(-1)?.value ?? 0;
}

/** The value axis: holds every height that is sure, and nine tenths of the attempts. What an hour of three attempts says may
 * leave the picture, and so may an interval wider than it; neither may flatten everything else. From 0, unless all values lie
 * far above it (a share between 93 and 96 % would be a flat line). */
export function axisOf(points: readonly Point[], measure: Pick<Measure, 'unit' | 'kind'>): [number, number] {
  const values = points.map(({ value }) => value).filter((value) => value !== null);
  if (values.length === 0) return [0, 1];
  const volume = measure.kind === 'sum' || measure.kind === 'distinct' || measure.kind === 'concurrency';
  const held = volume ? Math.max(...values) : Math.max(heldValue(points, AXIS_SHARE), ...points.map(sureHeight));
  // The baseline belongs into the picture too, but one odd hour of it does not make the scale.
  const references = points.map(({ reference }) => reference).filter((reference) => reference !== null && reference <= 2 * held);
  const top = Math.max(held, ...references.map(Number));
  const bottom = Math.min(...values, ...references.map(Number));
  const highs = points.map(({ high }) => high).filter((high) => high !== null);
  const lows = points.map(({ low }) => low).filter((low) => low !== null);
  const fromZero = volume || bottom < 0.6 * top;
  const reach = fromZero ? top : top - bottom || Math.abs(top) || 1;
  const high = Math.min(Math.max(top, ...highs), top + 0.6 * reach);
  const low = fromZero ? Math.min(0, bottom) : Math.max(Math.min(bottom, ...lows), bottom - 0.6 * reach);
  const room = 0.06 * (high - low || Math.abs(high) || 1);
  const cap = measure.unit === 'ratio' && high <= 1 ? 1 + 1e-9 : Number.POSITIVE_INFINITY;
  return [fromZero ? low : Math.max(0, low - room), Math.min(high + room, Math.max(cap, high)) || 1];
}

/** The series in one sentence, for those who do not see the canvas. */
export interface SeriesSummary {
  count: number;
  gaps: number;
  min: Point | null;
  max: Point | null;
  last: Point | null;
}

export function summaryOf(points: readonly Point[]): SeriesSummary {
  const known = points.filter(({ value }) => value !== null);
  const by = (better: (a: number, b: number) => boolean) =>
    known.reduce<Point | null>((best, point) => (best === null || better(point.value!, best.value!) ? point : best), null);
  return {
    count: known.length,
    gaps: points.length - known.length,
    min: by((a, b) => a < b),
    max: by((a, b) => a > b),
    last: known.at(-1) ?? null,
  };
}
