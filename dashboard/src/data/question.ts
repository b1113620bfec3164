// Here lives how a route becomes questions to the public API. One function per panel, each pure: route and range in, request out.
import type { QueryFilter, QueryRequest } from '../api-types.ts';
import type { ImpressionsQuery } from '../api.ts';
import type { Filter, Route } from '../route.ts';
import type { Interval } from '../zone.ts';
import type { Range } from './range.ts';

const iso = (ms: number) => new Date(ms).toISOString();

const queryFilter = ({ attribute, operator, value }: Filter): QueryFilter => ({ attribute, operator, value });

type Scope = Pick<QueryRequest, 'filters' | 'start' | 'end' | 'timezone' | 'compare'>;

/** What every panel asks about: the same attempts, against the same baseline. */
export function scope(route: Route, range: Range): Scope {
  return {
    filters: route.filters.map(queryFilter),
    start: iso(range.start),
    end: iso(range.end),
    timezone: route.zone,
    compare: route.baseline === 'none' ? [] : [route.baseline],
  };
}

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

export function breakdownQuestion(route: Route, range: Range, limit: number): QueryRequest {
  const metrics = [...new Set(['attempts', route.metric])];
  const sortable = [...metrics, route.by];
  return {
    metrics,
    dimensions: [route.by],
    // An order by a metric that is no longer asked for would be an error of ours, not of the reader's.
    orderBy: [sortable.includes(route.sort.name) ? route.sort : { name: 'attempts', order: 'DESC' }],
    limit,
    ...scope(route, range),
  };
}

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
