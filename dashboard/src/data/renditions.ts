// Here lives how an audience's playing time was spread over renditions: the question, and the rows, the highest rung first. Pure.
import type { Comparison, QueryRequest, QueryResult, Value } from '../api-types.ts';
import * as format from '../format.ts';
import type { Route } from '../route.ts';
import { scope } from './question.ts';
import type { Range } from './range.ts';

/** The share of playing time, and the time itself. Only the dimension tells them apart. */
export const SHARE = 'play_share_by_rendition';
const TIME = 'play_ms_by_rendition';
const RENDITION = 'rendition';

export const renditionsQuestion = (route: Route, range: Range): QueryRequest => ({
  metrics: [SHARE, TIME],
  dimensions: [RENDITION],
  orderBy: [{ name: TIME, order: 'DESC' }],
  limit: 50,
  ...scope(route, range),
});

export interface RenditionRow {
  /** As the server says it, `720p@2400000`; null for playing time with a rendition of which nothing was known. */
  rendition: string | null;
  playMs: number;
  value: Value | null;
  comparison: Comparison | null;
}

/** Height and bit/s of a rendition's name; null for what is not known of it. */
export function partsOf(rendition: string | null): { height: number | null; bitrateBps: number | null } {
  const [, height, bitrate] = /^(\d+|\?)p@(\d+|\?)$/.exec(rendition ?? '') ?? [];
  const number = (text: string | undefined) => (text && text !== '?' ? Number(text) : null);
  return { height: number(height), bitrateBps: number(bitrate) };
}

export function renditionText(rendition: string | null, locale: string): string {
  const { height, bitrateBps } = partsOf(rendition);
  const known = [height === null ? null : `${height}p`, bitrateBps === null ? null : format.text(bitrateBps, 'bps', locale)].filter((part) => part !== null);
  return known.length > 0 ? known.join(' · ') : 'not known';
}

/** The highest first; what is not known comes last. */
export function renditionsOf(result: QueryResult, baseline: string): RenditionRow[] {
  const rows = result.rows.map((row) => ({
    rendition: row.dimensions[RENDITION] ?? null,
    playMs: row.values[TIME]?.value ?? 0,
    value: row.values[SHARE] ?? null,
    comparison: row.comparisons?.[baseline]?.[SHARE] ?? null,
  }));
  const rank = ({ rendition }: RenditionRow) => {
    const { height, bitrateBps } = partsOf(rendition);
    return (height ?? -1) * 1e12 + (bitrateBps ?? -1);
  };
  return rows.sort((one, other) => rank(other) - rank(one));
}

/** What stands above the table: the rung that was watched most, and the lower half of the ladder. */
export function renditionsSentence(rows: readonly RenditionRow[], locale: string): string {
  const most = rows.reduce((best, row) => ((row.value?.value ?? 0) > (best.value?.value ?? 0) ? row : best));
  const top = rows[0]!;
  const part = (row: RenditionRow) => format.partText(row.value?.value ?? 0, locale);
  const highest = most === top ? ', the highest there is' : `; ${part(top)} with the highest, ${renditionText(top.rendition, locale)}`;
  return `${part(most)} of playing time was watched with ${renditionText(most.rendition, locale)}${highest}.`;
}
