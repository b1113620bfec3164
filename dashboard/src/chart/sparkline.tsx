// Here lives a line without axes: how something went, small or as wide as a wall. A gap is a gap; what is still filling is dotted.
import type { Point } from '../data/series.ts';
import './sparkline.css';

const WIDTH = 1_000;
const HEIGHT = 200;

/** Of a point what is drawn. */
type Drawn = Pick<Point, 'start' | 'value' | 'partial'> & Partial<Pick<Point, 'low' | 'high'>>;

/** `axis`: what the height stands for; without one from 0 to the highest value. With one, the intervals are drawn, and not the area below.
 * `label`: for who does not see it; without one it says nothing that does not stand beside it. */
export function Sparkline({ points, label, axis }: { points: readonly Drawn[]; label?: string; axis?: readonly [number, number] }) {
  const first = points[0]?.start ?? 0;
  const span = (points.at(-1)?.start ?? 0) - first || 1;
  const [bottom, top] = axis ?? [0, Math.max(1e-9, ...points.map(({ value }) => value ?? 0))];
  const part = (value: number) => Math.min(1, Math.max(0, (value - bottom) / (top - bottom)));
  const place = (start: number, value: number) => `${((WIDTH * (start - first)) / span).toFixed(1)} ${(HEIGHT - 0.94 * HEIGHT * part(value)).toFixed(1)}`;
  const at = ({ start, value }: Drawn) => place(start, value!);
  const runs: Drawn[][] = [];
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (point.value === null) return;
    if (!before || before.value === null) runs.push([]);
    runs.at(-1)!.push(point);
  });
  const whole = runs.map((run) => run.filter(({ partial }, index) => !partial || run[index - 1]?.partial === false));
  const below = (run: Drawn[]) => `M${at({ ...run[0]!, value: 0 })}L${run.map(at).join('L')}L${at({ ...run.at(-1)!, value: 0 })}Z`;
  const between = (run: Drawn[]) => {
    const upper = run.map(({ start, value, high }) => place(start, high ?? value!));
    const lower = run.map(({ start, value, low }) => place(start, low ?? value!)).reverse();
    return `M${[...upper, ...lower].join('L')}Z`;
  };
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role={label ? 'img' : undefined} aria-label={label} aria-hidden={label ? undefined : true}>
      {whole.map((run) =>
        run.length === 0 ? null : (
          <g key={run[0]!.start}>
            <path class="sparkline-area" d={axis ? between(run) : below(run)} />
            <path class="sparkline-line" vector-effect="non-scaling-stroke" d={`M${at(run[0]!)}L${run.map(at).join('L')}`} />
          </g>
        ),
      )}
    </svg>
  );
}
