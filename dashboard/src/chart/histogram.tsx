// Here lives a distribution as columns on a logarithmic axis, with marks where its statistics stand. The words beside it and the table
// carry everything it shows.
import type { Unit } from '../api-types.ts';
import { distributionSentence, type Distribution } from '../data/distribution.ts';
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
}

const percent = (share: number) => `${(100 * share).toFixed(2)}%`;

export function Histogram({ distribution, title, unit, locale, marks }: HistogramProps) {
  const { columns, count, place, ticks } = distribution;
  const most = Math.max(1, ...columns.map((column) => column.count));
  // The leftmost name stands highest: no name runs into the next one's line.
  const placed = marks
    .flatMap((mark) => {
      const at = place(mark.value);
      return at === null ? [] : [{ ...mark, at }];
    })
    .sort((a, b) => b.at - a.at);
  return (
    <div class="histogram" role="img" aria-label={distributionSentence(distribution, title, unit, locale)}>
      <div class="histogram-columns" style={{ '--rows': placed.length }}>
        {columns.map(({ from, to, count: held, left, right }) => (
          <span
            key={from}
            class="histogram-column"
            data-tip={`${format.intervalText(from, to, unit, locale, to)}\n${format.text(held, 'count', locale)} values, ${format.partText(held / count, locale)}`}
            style={{ left: percent(left), width: percent(right - left), height: percent(held / most) }}
          />
        ))}
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
