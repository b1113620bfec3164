// Here live the words for where a change comes from: cells as names, causes and shifts as sentences. Pure. What stands out,
// and how sure that is, is the server's to say; nothing here ranks or judges.
import type { Cause, Condition, ExplainResult, Unit } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import * as format from '../format.ts';

/** What titles an attribute for people. */
export type TitleOf = (attribute: string) => string;

/** Whether a metric adds up over parts of the audience, so that a part can carry its change. */
export const isExplainable = ({ kind }: Pick<Measure, 'kind'>): boolean => kind !== 'concurrency' && kind !== 'distinct';

/** `CDN cdn-b`, `CDN cdn-b and Browser Chrome`. */
export function cellText(cell: readonly Condition[], titleOf: TitleOf): string {
  const parts = cell.map(({ attribute, value }) => `${titleOf(attribute)} ${value === null || value === undefined ? 'not known' : value || '(empty)'}`);
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** A name that stays the same as long as the cell does: `cdn=cdn-b&browser=Chrome`. */
export const cellKey = (cell: readonly Condition[]): string => cell.map(({ attribute, value }) => `${attribute}=${value ?? ''}`).join('&');

/** From here on a part counts as all of it; the same distance above, as more than all. */
const ALL = 0.95;

/** What a cell carries, in words: `carries 62 % of the change`. */
export function carriesText(carries: number | null | undefined, locale: string): string {
  if (typeof carries !== 'number') return 'the whole did not move, so it carries no part of it';
  if (carries > 2 - ALL) return `carries more than all of the change (${format.partText(carries, locale)}): the rest moved the other way`;
  return carries >= ALL ? 'carries all of the change' : `carries ${format.partText(carries, locale)} of the change`;
}

/** `41 % of attempts`, and what it was before where that reads differently. */
function sizeText({ attemptShare, referenceAttemptShare }: Cause, locale: string): string | null {
  if (typeof attemptShare !== 'number') return null;
  const now = format.partText(attemptShare, locale);
  const before = typeof referenceAttemptShare === 'number' ? format.partText(referenceAttemptShare, locale) : now;
  return `${now} of attempts${before === now ? '' : `, before ${before}`}`;
}

/** What a cell stands against, where that is not itself: the same cell without its last condition, or everything. */
export function widerText(cause: Cause, titleOf: TitleOf): string | null {
  if (cause.comparedWith === 'itself') return null;
  const wider = cause.conditions.slice(0, -1);
  return wider.length > 0 ? cellText(wider, titleOf) : 'all attempts';
}

/** `1.1 % instead of 0.2 %; carries all of the change; 41 % of attempts`. */
export function causeSentence(cause: Cause, unit: Unit, titleOf: TitleOf, locale: string): string {
  const { value, comparison, carries } = cause;
  const reference = format.text(comparison.reference, unit, locale);
  const wider = widerText(cause, titleOf);
  return [
    `${format.text(value.value, unit, locale)} ${wider ? `where ${wider} had` : 'instead of'} ${reference}`,
    carriesText(carries, locale),
    sizeText(cause, locale),
  ]
    .filter(Boolean)
    .join('; ');
}

/** `30 % of attempts instead of 20 %: that alone moved the whole by +0.12 pp`. */
export function shiftSentence({ attemptShare, referenceAttemptShare, mixEffect, value }: Cause, unit: Unit, locale: string): string {
  const part = (share: number | null | undefined) => (typeof share === 'number' ? format.partText(share, locale) : format.NOTHING);
  const moved = typeof mixEffect === 'number' ? `: that alone moved the whole by ${format.differenceText(mixEffect, unit, locale)}` : '';
  const own = typeof value.value === 'number' ? ` Its own value is ${format.text(value.value, unit, locale)}.` : '';
  return `${part(attemptShare)} of attempts instead of ${part(referenceAttemptShare)}${moved}.${own}`;
}

const COUNTS = ['no cell stands out', 'one stands out', 'two stand out', 'three stand out'];

/** How much was looked at, how much was found, and how much of the change that is. */
export function foundSentence({ tested, causes }: ExplainResult, locale: string): string {
  if (tested === 0) return 'No part of the audience has enough attempts to be looked at.';
  const found = COUNTS[causes.length] ?? `${causes.length} stand out`;
  const looked = `Of ${format.text(tested, 'count', locale)} parts of the audience that were looked at, ${found}`;
  const carried = causes.reduce<number | null>((sum, { carries }) => (typeof carries === 'number' ? (sum ?? 0) + carries : sum), null);
  if (carried === null || carried >= ALL) return `${looked}.`;
  return `${looked}. ${format.partText(1 - carried, locale)} of the change no cell carries by itself.`;
}

/** A bar's length as a part of its track, and where "all of the change" stands on it. The track ends at whatever is longest. */
export function carriesScale(causes: readonly Pick<Cause, 'carries'>[]): (carries: number | null | undefined) => { length: number; all: number } {
  const top = Math.max(1, ...causes.map(({ carries }) => carries ?? 0));
  return (carries) => ({ length: Math.max(0, carries ?? 0) / top, all: 1 / top });
}
