// Here lives a value with its interval as one line of a table: a whisker from low to high, a dot, and a tick where the
// baseline stands. All rows of a column share one scale, so lengths and positions compare by eye.
import type { Comparison, Unit, Value } from '../api-types.ts';
import { valueSentence } from '../data/verdict.ts';
import * as format from '../format.ts';

const WIDTH = 132;
const HEIGHT = 18;
const INSET = 5;

export interface WhiskerProps {
  value: Value | null;
  comparison: Pick<Comparison, 'verdict' | 'reference'> | null;
  domain: [number, number];
  unit: Unit;
  locale: string;
  /** What it says in words; when absent the value and its baseline. */
  label?: string;
}

export function Whisker({ value, comparison, domain, unit, locale, label: words }: WhiskerProps) {
  const [from, to] = domain;
  const x = (at: number) => INSET + ((Math.min(to, Math.max(from, at)) - from) / (to - from || 1)) * (WIDTH - 2 * INSET);
  const y = HEIGHT / 2;
  const reference = comparison?.reference;
  const label = words ?? [
    valueSentence(value ?? undefined, unit, locale),
    typeof reference === 'number' ? `baseline ${format.text(reference, unit, locale)}` : null,
  ]
    .filter(Boolean)
    .join('; ');
  return (
    <svg class="whisker" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <line class="whisker-track" x1={INSET} x2={WIDTH - INSET} y1={y} y2={y} />
      {typeof reference === 'number' && <line class="whisker-reference" x1={x(reference)} x2={x(reference)} y1={2} y2={HEIGHT - 2} />}
      {typeof value?.low === 'number' && typeof value.high === 'number' && (
        <line class="whisker-interval" x1={x(value.low)} x2={Math.max(x(value.low) + 1, x(value.high))} y1={y} y2={y} />
      )}
      {typeof value?.value === 'number' && (
        <circle class="whisker-value" data-role={comparison?.verdict === 'worse' ? 'worse' : undefined} cx={x(value.value)} cy={y} r={3.8} />
      )}
    </svg>
  );
}
