// Here lives what the line gave each request, as dots, against the bitrate that was on the screen, as steps. SVG; the table beside it says
// the same in numbers.
import type { ThroughputPicture } from '../data/adaptation.ts';
import * as format from '../format.ts';

const percent = (share: number) => `${(100 * share).toFixed(3)}%`;

export function ThroughputChart({ picture, locale, summary }: { picture: ThroughputPicture; locale: string; summary: string }) {
  const { points, steps, rungs, times } = picture;
  return (
    <div class="throughput" role="img" aria-label={summary}>
      <svg class="throughput-plot" aria-hidden="true">
        {rungs.map(({ value, y }) => (
          <line key={value} class="throughput-grid" x1="0" x2="100%" y1={percent(y)} y2={percent(y)} />
        ))}
        {points.map(({ atMs, throughputBps, x, y }, index) => (
          <circle key={index} class="throughput-point" cx={percent(x)} cy={percent(y)} r="3" data-tip={`${format.clockText(atMs, true)}\n${format.text(throughputBps, 'bps', locale)}`} />
        ))}
        {steps.map(({ fromMs, left, right, y, title }, index) => (
          <g key={fromMs} class="throughput-step" data-tip={title}>
            {index > 0 && <line x1={percent(left)} x2={percent(left)} y1={percent(steps[index - 1]!.y)} y2={percent(y)} />}
            <line x1={percent(left)} x2={percent(right)} y1={percent(y)} y2={percent(y)} />
          </g>
        ))}
      </svg>
      {rungs.map(({ value, y }) => (
        <span key={value} class="throughput-rung" style={{ top: percent(y) }}>
          {format.text(value, 'bps', locale)}
        </span>
      ))}
      <div class="throughput-times">
        {times.map(({ atMs, x }) => (
          <span key={atMs} style={{ left: percent(x) }}>
            {format.clockText(atMs)}
          </span>
        ))}
      </div>
    </div>
  );
}
