// Here lives one of several lines side by side: its band, the line, and that of all attempts behind it. A gap is a gap, what is partial is
// dotted; numbers stand in the table of the same.
import { runsOf } from '../data/cohorts.ts';
import type { Point } from '../data/series.ts';

const WIDTH = 300;
const HEIGHT = 84;

type Drawn = Pick<Point, 'start' | 'value' | 'low' | 'high' | 'partial'>;

export interface CohortLineProps {
  points: readonly Drawn[];
  /** All attempts of the page. */
  whole: readonly Drawn[];
  axis: readonly [number, number];
  /** The line in words. */
  label: string;
}

export function CohortLine({ points, whole, axis: [bottom, top], label }: CohortLineProps) {
  const first = points[0]?.start ?? 0;
  const span = (points.at(-1)?.start ?? 0) - first || 1;
  const x = ({ start }: Drawn) => ((WIDTH * (start - first)) / span).toFixed(1);
  const y = (value: number) => (HEIGHT - (HEIGHT * (Math.min(top, Math.max(bottom, value)) - bottom)) / (top - bottom || 1)).toFixed(1);
  const at = (point: Drawn) => `${x(point)} ${y(point.value!)}`;
  const lineOf = (run: readonly Drawn[]) => `M${run.map(at).join('L')}`;
  const cut = (list: readonly Drawn[]) => runsOf(list).map(([from, to]) => list.slice(from, to + 1));
  return (
    <svg class="cohort-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {cut(points).map((run) => {
        const bound = run.filter(({ low, high }) => low !== null && high !== null);
        const highs = bound.map((point) => `${x(point)} ${y(point.high!)}`);
        const lows = bound.map((point) => `${x(point)} ${y(point.low!)}`).reverse();
        // A band needs two points; the interval of a lone one is a bar.
        if (bound.length === 1) return <line key={run[0]!.start} class="cohort-bar" vector-effect="non-scaling-stroke" x1={x(bound[0]!)} x2={x(bound[0]!)} y1={y(bound[0]!.low!)} y2={y(bound[0]!.high!)} />;
        return bound.length > 1 && <path key={run[0]!.start} class="cohort-band" d={`M${[...highs, ...lows].join('L')}Z`} />;
      })}
      {cut(whole).map((run) => (
        <path key={run[0]!.start} class="cohort-whole" vector-effect="non-scaling-stroke" d={lineOf(run)} />
      ))}
      {cut(points).map((run) => {
        const sure = run.filter(({ partial }) => !partial);
        // Partial ends begin at their whole neighbour, so that the line goes on.
        const partial = run.filter((point, index) => point.partial || run[index - 1]?.partial || run[index + 1]?.partial);
        return (
          <g key={run[0]!.start}>
            {sure.length > 1 && <path class="cohort-own" vector-effect="non-scaling-stroke" d={lineOf(sure)} />}
            {partial.length > 1 && <path class="cohort-own cohort-partial" vector-effect="non-scaling-stroke" d={lineOf(partial)} />}
            {/* A lone point is a dot: a line of no length with round ends. */}
            {run.length === 1 && <path class="cohort-own cohort-dot" vector-effect="non-scaling-stroke" d={`M${at(run[0]!)}h0.01`} />}
          </g>
        );
      })}
    </svg>
  );
}
