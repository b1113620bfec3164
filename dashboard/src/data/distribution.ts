// Here lives how the bins of a distribution become columns of a picture: on a logarithmic axis, because bins are 2 % wide. Pure.
import type { Bin, Unit } from '../api-types.ts';
import * as format from '../format.ts';

/** One column: the values in [from, to). */
export interface Column extends Bin {
  /** Where it begins and ends on the axis, 0..=1. */
  left: number;
  right: number;
}

export interface Distribution {
  columns: Column[];
  count: number;
  /** Where a value stands on the axis, 0..=1; null beside it. */
  place: (value: number) => number | null;
  /** Round values to write below the axis. */
  ticks: { value: number; at: number }[];
}

/** The bins in an answer; null where there are none. */
export function binsOf(value: unknown): { bins: Bin[]; count: number } | null {
  const held = (value as { value?: unknown } | undefined)?.value as { bins?: unknown; count?: unknown } | null | undefined;
  return held && Array.isArray(held.bins) && typeof held.count === 'number' ? { bins: held.bins as Bin[], count: held.count } : null;
}

/** Few enough that each is seen. */
const COLUMNS_MAX = 60;
/** A value of 0 has no logarithm; it stands where this does, in the unit itself. */
const LEAST = 1;

export function distributionOf({ bins, count }: { bins: readonly Bin[]; count: number }): Distribution {
  const held = bins.filter((bin) => bin.count > 0);
  if (held.length === 0) return { columns: [], count, place: () => null, ticks: [] };
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
  const groups = new Map<number, Bin>();
  for (const bin of held) {
    const index = Math.min(places - 1, Math.floor((log(bin.from) - first) / width + 1e-3));
    const group = groups.get(index);
    if (group) {
      group.to = Math.max(group.to, bin.to);
      group.count += bin.count;
    } else groups.set(index, { ...bin });
  }
  const at = (value: number) => (log(value) - first) / (last - first);
  return {
    columns: [...groups].map(([index, bin]) => ({ ...bin, left: index / places, right: (index + 1) / places })),
    count,
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

/** The distribution in a sentence, for those who do not see it. */
export function distributionSentence({ columns, count }: Distribution, title: string, unit: Unit, locale: string): string {
  const most = columns.reduce<Column | null>((best, column) => (best === null || column.count > best.count ? column : best), null);
  if (!most) return `${title}: no values.`;
  const text = (value: number) => format.text(value, unit, locale);
  return `${title}: ${format.text(count, 'count', locale)} values from ${text(columns[0]!.from)} to ${text(columns.at(-1)!.to)}, most of them, ${format.partText(most.count / count, locale)}, between ${text(most.from)} and ${text(most.to)}.`;
}
