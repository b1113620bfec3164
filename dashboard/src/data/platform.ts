// Here lives what an organisation and those below it had in all, as the server adds it up. Pure.
import type { Organization, PlatformTotals, TotalValues } from '../api-types.ts';
import { branchesOf, type Branch } from './account.ts';

/** What adds up over organisations, as the catalogue names it: counts and time, not viewers, who may watch in two. */
export const ADDED = ['attempts', 'plays', 'play_ms'] as const satisfies readonly (keyof TotalValues)[];

/** Days up to now that are added up. */
export const PLATFORM_DAYS = 28;

export const platformRange = (now: number): { start: string; end: string } => ({
  start: new Date(now - PLATFORM_DAYS * 86_400_000).toISOString(),
  end: new Date(now).toISOString(),
});

export interface PlatformRow extends Branch {
  values: TotalValues;
}

/** One row for each organisation that was told of, in the order of their tree. */
export function platformRows(organizations: readonly Organization[], totals: PlatformTotals): PlatformRow[] {
  const told = new Map(totals.organizations.map(({ id, values }) => [id, values]));
  return branchesOf(organizations).flatMap((branch) => {
    const values = told.get(branch.organization.id);
    return values ? [{ ...branch, values }] : [];
  });
}
