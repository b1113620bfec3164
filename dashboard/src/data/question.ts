// Here lives how a route becomes questions to the public API. One function per panel, each pure: route and range in, request out.
import type { BaselineRequest, ExplainRequest, QueryFilter, QueryRequest } from '../api-types.ts';
import type { ImpressionsQuery } from '../api.ts';
import type { Filter, Route } from '../route.ts';
import type { Interval } from '../zone.ts';
import type { Range } from './range.ts';

const iso = (ms: number) => new Date(ms).toISOString();

const queryFilter = ({ attribute, operator, value }: Filter): QueryFilter => ({ attribute, operator, value });

/** The baseline in the server's words; its comparisons come back under the route's name of it. */
const baselineOf = ({ baseline, cohort }: Route): BaselineRequest => (baseline === 'cohort' ? { cohort: { filters: cohort.map(queryFilter) }, label: baseline } : baseline);

type Scope = Pick<QueryRequest, 'filters' | 'start' | 'end' | 'timezone' | 'compare'>;

/** What every panel asks about: the same attempts, against the same baseline. */
export function scope(route: Route, range: Range): Scope {
  return {
    filters: route.filters.map(queryFilter),
    start: iso(range.start),
    end: iso(range.end),
    timezone: route.zone,
    compare: route.baseline === 'none' ? [] : [baselineOf(route)],
  };
}

/** What stands at the top, when the server has it. Startup of content stands beside startup of anything (METRICS, Startup). */
export const EXPERIENCE = [
  'good_share',
  'startup_any_ms_p50',
  'startup_any_ms_p95',
  'startup_content_ms_p50',
  'start_failure',
  'exit_before_start',
  'rebuffer_ratio',
  'stalls_per_hour',
  'stalled_attempt_share',
  'playback_failure',
  'bitrate_avg_bps',
  'dropped_frame_share',
];
export const AUDIENCE = ['attempts', 'plays', 'play_ms'];

/** Viewers, counted one by one and at each moment, take the server longest: they are asked for when the rest is there. */
export const VIEWERS = ['unique_viewers', 'concurrent_viewers'];

/** What the headline asks for: those, and the metric of the chart. */
export const headlineMetrics = ({ metric }: Pick<Route, 'metric'>): string[] => [...new Set([...EXPERIENCE, ...AUDIENCE, metric])];

/** What the headline's answer depends on, its moment apart. */
export const headlineKey = ({ range, from, to, zone, baseline, cohort, filters }: Route, metrics: readonly string[]): string =>
  JSON.stringify(['headline', metrics, range, from, to, zone, baseline, cohort, filters]);

export function headlineQuestion(route: Route, range: Range, metrics: string[]): QueryRequest {
  return { metrics, ...scope(route, range) };
}

export function seriesQuestion(route: Route, range: Range, interval: Interval): QueryRequest {
  return {
    metrics: [...new Set([route.metric, 'attempts'])],
    interval,
    fill: true,
    orderBy: [{ name: 'time', order: 'ASC' }],
    limit: 2_000,
    ...scope(route, range),
  };
}

/** What a breakdown is by: one attribute or two. */
export const dimensionsOf = ({ by, and }: Pick<Route, 'by' | 'and'>): string[] => (and && and !== by ? [by, and] : [by]);

export function breakdownQuestion(route: Route, range: Range, limit: number): QueryRequest {
  const metrics = [...new Set(['attempts', route.metric])];
  const dimensions = dimensionsOf(route);
  const sortable = [...metrics, ...dimensions];
  return {
    metrics,
    dimensions,
    // An order by a metric that is no longer asked for would be an error of ours, not of the reader's.
    orderBy: [sortable.includes(route.sort.name) ? route.sort : { name: 'attempts', order: 'DESC' }],
    limit,
    ...scope(route, range),
  };
}

/** Where the change of the route's metric comes from. The route has a baseline. */
export function explainQuestion(route: Route, range: Range): ExplainRequest {
  const { compare: _, ...about } = scope(route, range);
  return { metric: route.metric, ...about, compare: baselineOf(route) };
}

/** Which attempts are worst where a metric is: the orders `GET /v1/analytics/impressions` has. The first that fits. */
const WORST: [RegExp, string][] = [
  [/^startup_content/, 'startup_content_ms'],
  [/startup/, 'startup_any_ms'],
  [/failure/, 'error_count'],
  [/^stall(s_|ed_)/, 'stall_count'],
];

/** The order that puts those attempts first which a metric is bad for. */
export const worstFor = (metric: string): string => WORST.find(([pattern]) => pattern.test(metric))?.[1] ?? 'stall_session_ms';

/** The most frequent values of an attribute, to choose a filter from. */
export function valuesQuestion(route: Route, range: Range, attribute: string): QueryRequest {
  return {
    metrics: ['attempts'],
    dimensions: [attribute],
    orderBy: [{ name: 'attempts', order: 'DESC' }],
    limit: 50,
    ...scope({ ...route, filters: route.filters.filter((filter) => filter.attribute !== attribute), baseline: 'none' }, range),
  };
}

/** `country:EQ:AT`, the spelling of `GET /v1/analytics/impressions`: IN takes values apart at commas, no value is "not known". */
export function filterParameter({ attribute, operator, value }: Filter): string {
  const values = value === null ? '' : Array.isArray(value) ? value.join(',') : value;
  return `${attribute}:${operator}:${values}`;
}

export function attemptsQuestion(route: Route, range: Range, limit: number, cursor: string | null): ImpressionsQuery {
  return {
    start: iso(range.start),
    end: iso(range.end),
    filters: route.filters.map(filterParameter),
    orderBy: route.worst,
    order: 'DESC',
    limit,
    cursor,
  };
}

/** How a metric is distributed: its bins, and each of its statistics against the baseline. */
export function distributionQuestion(route: Route, range: Range, names: readonly string[]): QueryRequest {
  return { metrics: [...names], ...scope(route, range) };
}
