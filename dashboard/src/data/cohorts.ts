// Here lives how an answer over time by one attribute becomes lines side by side: one per value, all on one scale. Pure.
import type { QueryRequest, QueryResult } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import type { Route } from '../route.ts';
import type { Interval } from '../zone.ts';
import { seriesQuestion } from './question.ts';
import type { Bucket, Range } from './range.ts';
import { axisOf, pointsOf, type Point } from './series.ts';

/** As many as fit beside each other twice on a wide screen. */
export const COHORTS_MAX = 6;

export interface CohortLine {
  /** Value of the attribute; null: not known. */
  value: string | null;
  attempts: number;
  points: Point[];
}

/** Each of the values over time. Buckets without attempts are left out of the answer: they are gaps. */
export function cohortsQuestion(route: Route, range: Range, interval: Interval, values: (string | null)[]): QueryRequest {
  const { fill: _, ...whole } = seriesQuestion({ ...route, baseline: 'none' }, range, interval);
  return { ...whole, dimensions: [route.by], filters: [...(whole.filters ?? []), { attribute: route.by, operator: 'IN', value: values }], limit: 10_000 };
}

export function cohortsOf(result: QueryResult, attribute: string, values: readonly (string | null)[], buckets: readonly Bucket[], measure: Measure): CohortLine[] {
  return values.map((value) => {
    const rows = result.rows.filter(({ dimensions }) => (dimensions[attribute] ?? null) === value);
    const points = pointsOf({ ...result, rows }, buckets, measure, '');
    return { value, attempts: points.reduce((sum, { attempts }) => sum + (attempts ?? 0), 0), points };
  });
}

/** One scale for all of them, so that heights compare by eye. */
export const sharedAxis = (lines: readonly Pick<CohortLine, 'points'>[], whole: readonly Point[], measure: Measure): [number, number] =>
  axisOf([...lines.flatMap(({ points }) => points), ...whole], measure);

/** Stretches of points without a gap between them, by their places. */
export function runsOf(points: readonly Pick<Point, 'value'>[]): [number, number][] {
  const runs: [number, number][] = [];
  points.forEach(({ value }, index) => {
    if (value === null) return;
    const last = runs.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  });
  return runs;
}
