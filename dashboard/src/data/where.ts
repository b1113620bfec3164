// Here lives where viewers are: rows by country, ranked, named in the reader's language. Pure.
import type { Row } from '../api-types.ts';

export interface Place {
  /** ISO 3166-1 alpha-2; null: not known. */
  code: string | null;
  viewers: number;
  /** Its part of all viewers that are told of, 0..=1. */
  share: number;
  /** Its part of the first place's viewers, 0..=1. */
  weight: number;
}

export interface Where {
  /** The most viewers first. */
  places: Place[];
  /** How many places come after those, and what part of the viewers is there. */
  others: { count: number; share: number };
}

export const PLACES_MAX = 10;

export function whereOf(rows: readonly Row[], attribute: string): Where {
  const found = rows
    .map(({ dimensions, values }) => ({ code: dimensions[attribute] ?? null, viewers: values.concurrent_viewers?.value ?? 0 }))
    .filter(({ viewers }) => viewers > 0)
    .sort((a, b) => b.viewers - a.viewers || (a.code ?? '').localeCompare(b.code ?? ''));
  const sum = found.reduce((total, { viewers }) => total + viewers, 0);
  const places = found.slice(0, PLACES_MAX).map(({ code, viewers }) => ({ code, viewers, share: viewers / sum, weight: viewers / found[0]!.viewers }));
  return { places, others: { count: found.length - places.length, share: Math.max(0, 1 - places.reduce((total, { share }) => total + share, 0)) } };
}

/** The name of a country in a language; what is no country's code stands as it is. */
export function countryName(code: string, locale: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return new Intl.DisplayNames([locale], { type: 'region', fallback: 'code' }).of(code) ?? code;
}
