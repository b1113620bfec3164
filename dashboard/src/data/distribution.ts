// Here lives how the bins of a distribution become columns of a picture: on a logarithmic axis, because bins are 2 % wide. Pure.
import type { Bin, Histogram, Unit } from '../api-types.ts';
import * as format from '../format.ts';

/** One column: the values in [from, to). */
export interface Column extends Bin {
  /** Where it begins and ends on the axis, 0..=1. */
  left: number;
  right: number;
  /** Part of all values, 0..=1. */
  share: number;
  /** The same in the baseline; 0 without one. */
  referenceShare: number;
}

export interface Distribution {
  /** The lowest first; with a baseline also those that only it holds something in. */
  columns: Column[];
  count: number;
  /** Values of the baseline; null without one. */
  referenceCount: number | null;
  /** Where a value stands on the axis, 0..=1; null beside it. */
  place: (value: number) => number | null;
  /** Round values to write below the axis. */
  ticks: { value: number; at: number }[];
}

/** The bins in an answer; null where there are none. */
export function binsOf(value: unknown): Histogram | null {
  const held = (value as { value?: unknown } | undefined)?.value as { bins?: unknown; count?: unknown } | null | undefined;
  return held && Array.isArray(held.bins) && typeof held.count === 'number' ? { bins: held.bins as Bin[], count: held.count } : null;
}

/** A bin with what the baseline holds in it; null without one. */
export type Beside = Bin & { reference: number | null };

/** Every bin in which something is, in either, the lowest first. Both sides' bins have the same edges. */
export function besideOf(own: Histogram, reference: Histogram | null): Beside[] {
  const beside = new Map<number, Beside>(own.bins.map((bin) => [bin.from, { ...bin, reference: reference && 0 }]));
  for (const bin of reference?.bins ?? []) beside.set(bin.from, { ...bin, count: beside.get(bin.from)?.count ?? 0, reference: bin.count });
  return [...beside.values()].sort((a, b) => a.from - b.from);
}

/** Few enough that each is seen. */
const COLUMNS_MAX = 60;
/** A value of 0 has no logarithm; it stands where this does, in the unit itself. */
const LEAST = 1;

/** `reference`: the baseline's, drawn on the same axis. */
export function distributionOf(own: Histogram, reference: Histogram | null = null): Distribution {
  const { count } = own;
  const referenceCount = reference?.count ?? null;
  const held = besideOf(own, reference).filter((bin) => bin.count > 0 || (bin.reference ?? 0) > 0);
  if (held.length === 0) return { columns: [], count, referenceCount, place: () => null, ticks: [] };
  const log = (value: number) => Math.log(Math.max(LEAST, value));
  const first = log(held[0]!.from);
  const end = Math.max(...held.map(({ to }) => log(to)));
  // Each column holds as many bins as the next: else columns of three beside columns of four would look like a shape.
  const ordinary = held.filter(({ from }) => from >= LEAST);
  const binWidth = Math.min(...ordinary.map(({ from, to }) => log(to) - log(from)), end - first || 1) || 1;
  const binsEach = Math.max(1, Math.ceil(Math.round((end - first) / binWidth) / COLUMNS_MAX));
  const width = binsEach * binWidth;
  const places = Math.max(1, Math.ceil((end - first) / width - 1e-6));
  const last = first + places * width;
  const groups = new Map<number, Beside>();
  for (const bin of held) {
    const index = Math.min(places - 1, Math.floor((log(bin.from) - first) / width + 1e-3));
    const group = groups.get(index);
    if (group) {
      group.to = Math.max(group.to, bin.to);
      group.count += bin.count;
      group.reference = (group.reference ?? 0) + (bin.reference ?? 0);
    } else groups.set(index, { ...bin });
  }
  const at = (value: number) => (log(value) - first) / (last - first);
  return {
    columns: [...groups].map(([index, { from, to, count: inside, reference: theirs }]) => ({
      from,
      to,
      count: inside,
      left: index / places,
      right: (index + 1) / places,
      share: count > 0 ? inside / count : 0,
      referenceShare: referenceCount ? (theirs ?? 0) / referenceCount : 0,
    })),
    count,
    referenceCount,
    place: (value) => {
      const place = at(value);
      return place >= 0 && place <= 1 ? place : null;
    },
    ticks: ticksOf(Math.exp(first), Math.exp(last)).map((value) => ({ value, at: at(value) })),
  };
}

/** 1, 2, 5 of each power of ten inside; only the powers where they would be too many. */
function ticksOf(from: number, to: number): number[] {
  const of = (digits: readonly number[]) => {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++)
      for (const digit of digits) {
        const value = digit * 10 ** power;
        if (value >= from * 0.999 && value <= to * 1.001) ticks.push(value);
      }
    return ticks;
  };
  const fine = of([1, 2, 5]);
  return fine.length <= 10 ? fine : of([1]);
}

/** The distribution in a sentence, for those who do not see it; `against` names the baseline. */
export function distributionSentence({ columns, count, referenceCount }: Distribution, title: string, unit: Unit, locale: string, against = ''): string {
  const text = (value: number) => format.text(value, unit, locale);
  const mostOf = (of: 'share' | 'referenceShare') => {
    const held = columns.filter((column) => column[of] > 0);
    const most = held.reduce<Column | null>((best, column) => (best === null || column[of] > best[of] ? column : best), null);
    return most && `from ${text(held[0]!.from)} to ${text(held.at(-1)!.to)}, most of them, ${format.partText(most[of], locale)}, between ${text(most.from)} and ${text(most.to)}`;
  };
  const own = mostOf('share');
  const theirs = mostOf('referenceShare');
  const values = (number: number) => `${format.text(number, 'count', locale)} values`;
  return `${title}: ${own ? `${values(count)} ${own}` : 'no values'}.${theirs && referenceCount ? ` Against ${against}: ${values(referenceCount)} ${theirs}.` : ''}`;
}
