// Here lives a distribution as columns on a logarithmic axis, the baseline's as a line of steps over them, with marks where its statistics
// stand. Both are drawn as shares: a baseline of six days is no taller for that. The words beside it and the table carry everything it shows.
import type { Unit } from '../api-types.ts';
import { distributionSentence, type Column, type Distribution } from '../data/distribution.ts';
import * as format from '../format.ts';

export interface HistogramMark {
  title: string;
  value: number;
  /** Whether it is the baseline's. */
  reference?: boolean;
}

export interface HistogramProps {
  distribution: Distribution;
  title: string;
  unit: Unit;
  locale: string;
  marks: readonly HistogramMark[];
  /** What the baseline is called, where the distribution has one. */
  against?: string;
}

/** The baseline's outline in a box of 1 by 1: up and down where its columns begin and end, along the axis where it holds nothing. */
function steps(columns: readonly Column[], most: number): string {
  let at = 0;
  const path = ['M0 1'];
  for (const { left, right, referenceShare } of columns) {
    if (left > at + 1e-9) path.push(`V1H${left}`);
    path.push(`V${1 - referenceShare / most}H${right}`);
    at = right;
  }
  return [...path, 'V1H1'].join('');
}

const percent = (share: number) => `${(100 * share).toFixed(2)}%`;

export function Histogram({ distribution, title, unit, locale, marks, against = '' }: HistogramProps) {
  const { columns, place, ticks, referenceCount } = distribution;
  const most = Math.max(0, ...columns.flatMap(({ share, referenceShare }) => [share, referenceShare])) || 1;
  const tip = ({ from, to, count, share, referenceShare }: Column) =>
    [
      format.intervalText(from, to, unit, locale, to),
      `${format.text(count, 'count', locale)} values, ${format.partText(share, locale)}`,
      ...(referenceCount ? [`${against}: ${format.partText(referenceShare, locale)}`] : []),
    ].join('\n');
  // The leftmost name stands highest: no name runs into the next one's line.
  const placed = marks
    .flatMap((mark) => {
      const at = place(mark.value);
      return at === null ? [] : [{ ...mark, at }];
    })
    .sort((a, b) => b.at - a.at);
  return (
    <div class="histogram" role="img" aria-label={distributionSentence(distribution, title, unit, locale, against)}>
      <div class="histogram-columns" style={{ '--rows': placed.length }}>
        {columns.map((column) => (
          <span
            key={column.from}
            class="histogram-column"
            data-empty={column.count === 0 ? '' : undefined}
            data-tip={tip(column)}
            style={{ left: percent(column.left), width: percent(column.right - column.left), height: percent(column.share / most) }}
          />
        ))}
        {referenceCount !== null && referenceCount > 0 && (
          <svg class="histogram-reference" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            <path d={steps(columns, most)} />
          </svg>
        )}
        {placed.map(({ title: name, at, value, reference }, row) => (
          <span key={name} class="histogram-mark" data-reference={reference ? '' : undefined} style={{ left: percent(at), '--row': row }}>
            <span data-side={at > 0.8 ? 'left' : 'right'}>
              {name} {format.text(value, unit, locale)}
            </span>
          </span>
        ))}
      </div>
      <div class="histogram-axis">
        {ticks.map(({ value, at }) => (
          <span key={value} style={{ left: percent(at) }}>
            {format.text(value, unit, locale)}
          </span>
        ))}
      </div>
    </div>
  );
}
