// Here lives what is typed about license keys, read and checked, and organisations in the order of their tree. Pure. The server
// checks again and has the last word; this only saves a round trip for what is plainly wrong.
import type { Organization } from '../api-types.ts';

/** Hosts as they are typed: one a line, or apart at commas or spaces. */
export const domainsOf = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter(Boolean))];

/** A number as it is typed; null for nothing, NaN for what is none. */
export const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text.trim().replace(',', '.')));

/** An organisation and how deep below the first it stands. */
export interface Branch {
  organization: Organization;
  depth: number;
}

/** The tree as lines: each organisation after the one above it. One whose parent is not seen stands at the left. */
export function branchesOf(organizations: readonly Organization[]): Branch[] {
  const seen = new Set(organizations.map(({ id }) => id));
  const lines: Branch[] = [];
  const add = (parent: string | null, depth: number) => {
    for (const organization of organizations) {
      const above = organization.parentId && seen.has(organization.parentId) ? organization.parentId : null;
      if (above !== parent || lines.some((line) => line.organization === organization)) continue;
      lines.push({ organization, depth });
      add(organization.id, depth + 1);
    }
  };
  add(null, 0);
  return lines;
}

/** The key's own organisation: the only one it sees whose parent it does not see. */
export const ownOf = (organizations: readonly Organization[]): Organization | null => branchesOf(organizations)[0]?.organization ?? null;
