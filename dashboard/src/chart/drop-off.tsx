// Here lives how far an audience watched, as a line of steps with its band over the video's length, and below it what was played again. Its words and
// its table carry everything it shows.
import type { DropOffResult } from '../api-types.ts';
import { curveOf, densityOf, TIMES } from '../data/drop-off.ts';
import * as format from '../format.ts';

const QUARTERS = [0, 0.25, 0.5, 0.75, 1];
const percent = (share: number) => `${100 * share}%`;

export function DropOff({ result, label, locale }: { result: Pick<DropOffResult, 'points' | 'median'>; label: string; locale: string }) {
  const { line, band } = curveOf(result);
  const { median } = result;
  const density = densityOf(result);
  return (
    <div class="drop-off" role="img" aria-label={label}>
      <div class="drop-off-plot">
        {QUARTERS.map((share) => (
          <span key={share} class="drop-off-line" style={{ top: percent(1 - share) }}>
            <span>{format.partText(share, locale)}</span>
          </span>
        ))}
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          {band && <path class="drop-off-band" d={band} />}
          <path class="drop-off-curve" vector-effect="non-scaling-stroke" d={line} />
        </svg>
        {typeof median === 'number' && <span class="drop-off-median" style={{ left: percent(median) }} />}
      </div>
      {density && (
        <p class="rewatch-title">Played again, times by 100 plays</p>
      )}
      {density && (
        <div class="rewatch-plot">
          <span class="drop-off-line" style={{ top: 0 }}>
            <span>{format.text(density.most, 'ratio', locale, TIMES)}</span>
          </span>
          <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            <path class="drop-off-band" d={density.band} />
            <path class="rewatch-curve" vector-effect="non-scaling-stroke" d={density.line} />
          </svg>
        </div>
      )}
      <div class="drop-off-axis">
        {QUARTERS.map((share) => (
          <span key={share} style={{ left: percent(share) }}>
            {format.partText(share, locale)}
          </span>
        ))}
      </div>
    </div>
  );
}
