// Here lives what annotations mean on a time axis: from when to when in the reader's zone, and in words. Pure.
import type { Annotation, AnnotationKind, AnnotationRequest } from '../api-types.ts';
import * as format from '../format.ts';
import { fromLocalText, shift } from '../zone.ts';

export const KINDS = ['release', 'incident', 'holiday', 'note'] as const satisfies readonly AnnotationKind[];

export const KIND_TITLES: Record<string, string> = { release: 'Release', incident: 'Incident', holiday: 'Holiday', note: 'Note' };
export const kindTitle = (kind: AnnotationKind): string => KIND_TITLES[kind] ?? kind;

export interface Mark {
  annotation: Annotation;
  /** What it is called in the picture and in the list: 1 is the earliest. */
  number: number;
  /** Begin, ms since 1970. */
  from: number;
  /** End, exclusive; equal to `from` for a moment; null while it goes on. */
  to: number | null;
}

const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text);

/** From when to when, in a zone whose days whole days are. Null for what cannot be read. */
export function stretchOf({ kind, start, end }: Pick<Annotation, 'kind' | 'start' | 'end'>, zone: string): { from: number; to: number | null } | null {
  if (isDay(start)) {
    const from = fromLocalText(start, zone);
    const last = fromLocalText(end ?? start, zone);
    if (from === null || last === null) return null;
    return { from, to: kind === 'incident' && !end ? null : shift(last, 'day', 1, zone) };
  }
  const from = Date.parse(start);
  if (Number.isNaN(from)) return null;
  if (end) return { from, to: Date.parse(end) };
  return { from, to: kind === 'incident' ? null : from };
}

/** The earliest first, numbered. */
export function marksOf(annotations: readonly Annotation[], zone: string): Mark[] {
  return annotations
    .flatMap((annotation) => {
      const stretch = stretchOf(annotation, zone);
      return stretch ? [{ annotation, number: 0, ...stretch }] : [];
    })
    .sort((a, b) => a.from - b.from)
    .map((mark, index) => ({ ...mark, number: index + 1 }));
}

/** Whether it touches [start, end). */
export const touches = ({ from, to }: Mark, start: number, end: number): boolean => from < end && (to === null || to > start || (to === from && from >= start));

/** `25 Nov 2026, 14:00`, `25 Nov 2026, 14:00–16:30`, `since 25 Nov 2026, 14:00`, `25 Dec 2026`. */
export function whenText({ annotation, from, to }: Mark, zone: string, locale: string): string {
  if (to === null) return `since ${format.rangeText(from, from, zone, locale)}`;
  if (to === from) return format.rangeText(from, from, zone, locale);
  return isDay(annotation.start) ? format.daysText(from, to - 1, zone, locale) : format.rangeText(from, to, zone, locale);
}

/** `Release: Player 8.1.0`. */
export const markText = ({ annotation }: Mark): string => `${kindTitle(annotation.kind)}: ${annotation.title}`;

/** What is typed in the form. Times are wall times of the zone, of a holiday days. */
export interface Draft {
  kind: AnnotationKind;
  title: string;
  text: string;
  start: string;
  end: string;
}

/** What to send for it; null while its times cannot be read or are the wrong way round. */
export function requestOf({ kind: word, title, text, start, end }: Draft, zone: string): AnnotationRequest | null {
  // A kind of a newer server goes back to it as it came.
  const kind = word as AnnotationRequest['kind'];
  const days = kind === 'holiday';
  const time = (typed: string) => {
    const ms = fromLocalText(days ? typed.slice(0, 10) : typed, zone);
    return ms === null ? null : { ms, said: days ? typed.slice(0, 10) : new Date(ms).toISOString() };
  };
  const from = time(start);
  const to = kind === 'release' || end === '' ? null : time(end);
  if (!from || (kind !== 'release' && end !== '' && !to)) return null;
  if (to && (days ? to.ms < from.ms : to.ms <= from.ms)) return null;
  return { kind, title: title.trim(), start: from.said, ...(to ? { end: to.said } : {}), ...(text.trim() ? { text: text.trim() } : {}) };
}
