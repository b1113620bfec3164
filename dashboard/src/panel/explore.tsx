// Here lives the page for questions nobody foresaw: one metric over time, its cohorts side by side, how it is distributed, how far they watched and with which renditions, and by any two
// attributes as a matrix and as a list; everything to take away as CSV or as the question behind it. Loaded on demand.
import { useDashboard } from '../context.ts';
import { dimensionsOf, headlineQuestion } from '../data/question.ts';
import { SHARE } from '../data/renditions.ts';
import { csvOf } from '../data/take-away.ts';
import { useAnswer } from '../use.ts';
import { BreakdownPanel } from './breakdown.tsx';
import { CohortsPanel } from './cohorts.tsx';
import { DistributionPanel } from './distribution.tsx';
import { DropOffPanel } from './drop-off.tsx';
import type { Headline } from '../first.ts';
import { MatrixPanel } from './matrix.tsx';
import { RenditionsPanel } from './renditions.tsx';
import { SeriesPanel } from './series.tsx';
import { TakeAway } from './take-away.tsx';
import '../later.css';

export default function ExplorePanel() {
  const { api, route, range, tick, catalogue } = useDashboard();
  const measure = catalogue.measure(route.metric) ?? catalogue.measures[0]!;
  const share = catalogue.parts.get(SHARE);
  const { zone, baseline, cohort, filters } = route;
  const key = JSON.stringify(['explore', measure.name, route.range, route.from, route.to, zone, baseline, cohort, filters]);
  // The one number the pictures below are about, for its explanation beside the chart.
  const headline = useAnswer<Headline>(key, tick, async (signal) => ({
    answer: await api.query(headlineQuestion(route, range, [measure.name]), signal),
    range,
    route,
  }));
  return (
    <>
      <h1 class="visually-hidden">Explore</h1>
      <SeriesPanel
        headline={headline}
        below={(shown) => <TakeAway what={`${shown.measure.name} over time`} request={shown.request} csv={() => csvOf(shown.result, shown.route.baseline)} />}
      />
      <CohortsPanel measure={measure} />
      {measure.metric.names.includes(`${measure.metric.name}_histogram`) && <DistributionPanel measure={measure} />}
      <DropOffPanel />
      {share && <RenditionsPanel share={share} />}
      <MatrixPanel measure={measure} />
      <BreakdownPanel
        two
        below={(shown) => (
          <TakeAway
            whole
            what={`${shown.measure.name} by ${dimensionsOf(shown.route).join(' and ')}`}
            request={shown.request}
            csv={() => csvOf(shown.result, shown.route.baseline)}
          />
        )}
      />
    </>
  );
}
