// Here lives what an organisation and those below it had in all. Only what adds up: counts and time, not viewers, who may watch in two. Pure.
import type { Organization, QueryRequest, QueryResult } from '../api-types.ts';
import { branchesOf, type Branch } from './account.ts';

/** What is added up, as the catalogue names it. */
export const ADDED = ['attempts', 'plays', 'play_ms'] as const;

export type Added = Record<(typeof ADDED)[number], number>;

/** Days up to now that are added up. */
export const PLATFORM_DAYS = 28;

export const platformQuestion = (now: number): QueryRequest => ({
  metrics: [...ADDED],
  start: new Date(now - PLATFORM_DAYS * 86_400_000).toISOString(),
  end: new Date(now).toISOString(),
  filters: [],
  compare: [],
});

/** What an answer says; what is null there is nothing. */
export function addedOf({ rows }: QueryResult): Added {
  const of = (name: string) => rows[0]?.values[name]?.value ?? 0;
  return { attempts: of('attempts'), plays: of('plays'), play_ms: of('play_ms') };
}

export interface PlatformRow extends Branch {
  added: Added;
}

/** One row for each organisation in the order of their tree, and what all of them had. `added`: by id, of every organisation. */
export function platformOf(organizations: readonly Organization[], added: ReadonlyMap<string, Added>): { rows: PlatformRow[]; all: Added } {
  const rows = branchesOf(organizations).flatMap((branch) => {
    const own = added.get(branch.organization.id);
    return own ? [{ ...branch, added: own }] : [];
  });
  const all: Added = { attempts: 0, plays: 0, play_ms: 0 };
  for (const row of rows) for (const name of ADDED) all[name] += row.added[name];
  return { rows, all };
}
