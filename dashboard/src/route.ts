// Here lives the dashboard's whole state and its two spellings: a Route in memory, a query string in the address bar.
// Invariant: read(write(route)) equals route, so a copied address shows what its sender saw. Panels keep no state of their own.
import type { Condition } from './api-types.ts';
import { INTERVALS, isZone, type Interval } from './zone.ts';

/** Ranges that follow the clock, and one that stands still. */
export const RANGES = ['last_hour', 'today', 'yesterday', '7d', '28d', 'custom'] as const;
export type RangeName = (typeof RANGES)[number];

/** Pages of the dashboard: what a route is shown by. */
export const VIEWS = ['overview', 'explore', 'why', 'attempts', 'live', 'experiments', 'settings'] as const;
export type View = (typeof VIEWS)[number];

/** Baselines the server knows by name; `industry`: other organisations; `cohort`: other attempts in the same time; `none` asks for no
 * comparison. */
export const BASELINES = ['auto', 'day_before', 'same_weekday_last_week', 'last_week', 'last_month', 'year_before', 'release', 'industry', 'cohort', 'none'] as const;
export type Baseline = (typeof BASELINES)[number];

/** How far the live view may look back, s. */
export const WINDOWS = [60, 300, 900, 3_600] as const;

export const OPERATORS = ['EQ', 'NE', 'IN', 'LT', 'LTE', 'GT', 'GTE', 'CONTAINS', 'NOTCONTAINS'] as const;
export type Operator = (typeof OPERATORS)[number];

/** One condition on an attribute. `value` is null for "not known", a list for IN. */
export interface Filter {
  attribute: string;
  operator: Operator;
  value: string | string[] | null;
}

/** Order of a table: a column's name, and which end comes first. */
export interface Sort {
  name: string;
  order: 'ASC' | 'DESC';
}

export interface Route {
  view: View;
  /** The organisation looked at, below the key's own; null: the key's own. */
  organization: string | null;
  range: RangeName;
  /** Wall times of `zone`, `2026-11-19T10:30`; used by the range `custom` only. */
  from: string | null;
  to: string | null;
  zone: string;
  baseline: Baseline;
  /** What the other attempts are that the baseline `cohort` compares with; a condition takes the place of a filter on its attribute. */
  cohort: Filter[];
  filters: Filter[];
  /** Attribute the breakdown groups by. */
  by: string;
  /** A second attribute, where two are looked at together. */
  and: string | null;
  /** Metric of the chart and the breakdown, with its suffix. */
  metric: string;
  /** Length of the chart's buckets; null leaves the choice to the range. */
  interval: Interval | null;
  /** Order of the breakdown. */
  sort: Sort;
  /** What the list of attempts puts first. */
  worst: string;
  /** The attempt whose timeline is open. */
  attempt: string | null;
  /** The experiment whose results are open. */
  experiment: string | null;
  /** How far the live view looks back, s. */
  window: number;
  /** Whether the live view is a wall screen. */
  wall: boolean;
}

/** `baseline`: what the reader prefers to compare with. */
export function defaults(zone: string, baseline: Baseline = 'auto'): Route {
  return {
    view: 'overview',
    organization: null,
    range: 'today',
    from: null,
    to: null,
    zone,
    baseline,
    cohort: [],
    filters: [],
    by: 'browser',
    and: null,
    metric: 'rebuffer_ratio',
    interval: null,
    sort: { name: 'attempts', order: 'DESC' },
    worst: 'stall_session_ms',
    attempt: null,
    experiment: null,
    window: 60,
    wall: false,
  };
}

// `~` separates the parts of a filter; inside a part it and `%` are escaped.
const escape = (part: string) => part.replace(/%/g, '%25').replace(/~/g, '%7E');
const unescape = (part: string) => part.replace(/%7E/g, '~').replace(/%25/g, '%');

/** `country~EQ~AT`, `country~IN~AT~DE`; `cdn~EQ` asks for attempts whose CDN is not known. */
export function filterText({ attribute, operator, value }: Filter): string {
  const values = value === null ? [] : Array.isArray(value) ? value : [value];
  return [attribute, operator, ...values].map(escape).join('~');
}

/** The filter a text means; null when it means none. */
export function filterOf(text: string): Filter | null {
  const [attribute, operator, ...values] = text.split('~').map(unescape);
  const known = OPERATORS.find((name) => name === operator);
  if (!attribute || !known) return null;
  if (known === 'IN') return values.length > 0 ? { attribute, operator: known, value: values } : null;
  if (values.length > 1) return null;
  return { attribute, operator: known, value: values[0] ?? null };
}

const oneOf = <T extends string>(list: readonly T[], text: string | null): T | null =>
  list.find((item) => item === text) ?? null;

const idOf = (text: string | null): string | null => /^[0-9a-f-]{36}$/i.exec(text ?? '')?.[0] ?? null;
const nameOf = (text: string | null): string | null => (text && /^[a-z0-9_]+(\.[^~]{1,64})?$/i.test(text) ? text : null);
const wallOf = (text: string | null): string | null => (text && /^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/.test(text) ? text : null);

/** The route a query string means. What it does not say, or says wrongly, is as in `defaults(zone, baseline)`. */
export function read(query: string, zone: string, baseline?: Baseline): Route {
  const params = new URLSearchParams(query);
  const named = params.get('tz');
  const base = defaults(named && isZone(named) ? named : zone, baseline);
  const sort = /^(-?)(.+)$/.exec(params.get('sort') ?? '');
  const sortName = nameOf(sort?.[2] ?? null);
  const from = wallOf(params.get('from'));
  const to = wallOf(params.get('to'));
  let range = oneOf(RANGES, params.get('range')) ?? base.range;
  if (range === 'custom' && !(from && to)) range = base.range;
  const filtersOf = (name: string) => params.getAll(name).map(filterOf).filter((filter) => filter !== null);
  const compared = oneOf(BASELINES, params.get('baseline')) ?? base.baseline;
  const cohort = compared === 'cohort' ? filtersOf('vs') : [];
  return {
    ...base,
    view: oneOf(VIEWS, params.get('view')) ?? base.view,
    organization: idOf(params.get('org')),
    range,
    from: range === 'custom' ? from : null,
    to: range === 'custom' ? to : null,
    // A cohort of everything would be no comparison.
    baseline: compared === 'cohort' && cohort.length === 0 ? base.baseline : compared,
    cohort,
    filters: filtersOf('f'),
    by: nameOf(params.get('by')) ?? base.by,
    and: nameOf(params.get('and')),
    metric: nameOf(params.get('metric')) ?? base.metric,
    interval: oneOf(INTERVALS, params.get('interval')),
    sort: sortName ? { name: sortName, order: sort?.[1] === '-' ? 'DESC' : 'ASC' } : base.sort,
    worst: nameOf(params.get('worst')) ?? base.worst,
    attempt: idOf(params.get('attempt')),
    experiment: idOf(params.get('experiment')),
    window: WINDOWS.find((seconds) => String(seconds) === params.get('window')) ?? base.window,
    wall: params.get('wall') === '1',
  };
}

/** The query string of a route. Zone and baseline are always said: whoever opens the address may sit in another, and prefer another. */
export function write(route: Route): string {
  const base = defaults(route.zone);
  const params = new URLSearchParams();
  if (route.view !== base.view) params.set('view', route.view);
  if (route.organization) params.set('org', route.organization);
  if (route.range !== base.range) params.set('range', route.range);
  if (route.range === 'custom' && route.from && route.to) {
    params.set('from', route.from);
    params.set('to', route.to);
  }
  params.set('tz', route.zone);
  params.set('baseline', route.baseline);
  if (route.baseline === 'cohort') for (const filter of route.cohort) params.append('vs', filterText(filter));
  for (const filter of route.filters) params.append('f', filterText(filter));
  if (route.by !== base.by) params.set('by', route.by);
  if (route.and) params.set('and', route.and);
  if (route.metric !== base.metric) params.set('metric', route.metric);
  if (route.interval) params.set('interval', route.interval);
  const sort = `${route.sort.order === 'DESC' ? '-' : ''}${route.sort.name}`;
  if (sort !== `-${base.sort.name}`) params.set('sort', sort);
  if (route.worst !== base.worst) params.set('worst', route.worst);
  if (route.attempt) params.set('attempt', route.attempt);
  if (route.experiment) params.set('experiment', route.experiment);
  if (route.window !== base.window) params.set('window', String(route.window));
  if (route.wall) params.set('wall', '1');
  // Slashes, colons and tildes may stand in a query as they are; the address stays readable.
  return `?${params.toString().replace(/%2F/g, '/').replace(/%3A/g, ':').replace(/%7E/g, '~')}`;
}

/** The filters with one more: the same attribute and operator is replaced, so clicking another value narrows to it. */
export function withFilter(filters: readonly Filter[], added: Filter): Filter[] {
  const rest = filters.filter(({ attribute, operator }) => attribute !== added.attribute || operator !== added.operator);
  return [...rest, added];
}

/** The filters narrowed to a cell: all of its conditions, one filter each. */
export const withCell = (filters: readonly Filter[], cell: readonly Condition[]): Filter[] =>
  cell.reduce<Filter[]>((narrowed, { attribute, value = null }) => withFilter(narrowed, { attribute, operator: 'EQ', value }), [...filters]);

/** Takes `#key=…` out of a fragment: the key, if there is one, and the fragment without it. */
export function keyFromFragment(fragment: string): { key: string | null; rest: string } {
  const params = new URLSearchParams(fragment.replace(/^#/, ''));
  const key = params.get('key');
  params.delete('key');
  const rest = params.toString();
  return { key: key || null, rest: rest ? `#${rest}` : '' };
}
