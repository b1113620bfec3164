// Here lives a line without axes: how something went, small or as wide as a wall. A gap is a gap; what is still filling is dotted.
import type { Point } from '../data/series.ts';

const WIDTH = 1_000;
const HEIGHT = 200;

export function Sparkline({ points, label }: { points: readonly Pick<Point, 'start' | 'value' | 'partial'>[]; label: string }) {
  const first = points[0]?.start ?? 0;
  const span = (points.at(-1)?.start ?? 0) - first || 1;
  const top = Math.max(1e-9, ...points.map(({ value }) => value ?? 0));
  const at = ({ start, value }: Pick<Point, 'start' | 'value'>) => `${((WIDTH * (start - first)) / span).toFixed(1)} ${(HEIGHT - (0.94 * HEIGHT * value!) / top).toFixed(1)}`;
  const runs: (typeof points[number])[][] = [];
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (point.value === null) return;
    if (!before || before.value === null) runs.push([]);
    runs.at(-1)!.push(point);
  });
  const whole = runs.map((run) => run.filter(({ partial }, index) => !partial || run[index - 1]?.partial === false));
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {whole.map((run) =>
        run.length === 0 ? null : (
          <g key={run[0]!.start}>
            <path class="sparkline-area" d={`M${at({ ...run[0]!, value: 0 })}L${run.map(at).join('L')}L${at({ ...run.at(-1)!, value: 0 })}Z`} />
            <path class="sparkline-line" vector-effect="non-scaling-stroke" d={`M${at(run[0]!)}L${run.map(at).join('L')}`} />
          </g>
        ),
      )}
    </svg>
  );
}
