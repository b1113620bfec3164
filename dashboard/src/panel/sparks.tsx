// Here lives how each headline number went over the range: one question for all of them, a line each, when the numbers themselves are there.
import { useEffect } from 'preact/hooks';
import type { QueryResult } from '../api-types.ts';
import { Sparkline } from '../chart/sparkline.tsx';
import { useDashboard } from '../context.ts';
import { AUDIENCE, EXPERIENCE, scope, VIEWERS } from '../data/question.ts';
import { bucketsOf, sparkIntervalFor } from '../data/range.ts';
import { axisOf, hasPoints, pointsOf } from '../data/series.ts';
import { useAnswer } from '../use.ts';
import type { Sparks } from './headline.tsx';
import { Failure } from './state.tsx';

/** Draws nothing itself, unless it fails. `put` gets every line at once. */
export default function SparksOf({ put }: { put: (sparks: Sparks) => void }) {
  const numbers = useLines([...EXPERIENCE, ...AUDIENCE], true);
  // Viewers take the server longest.
  const viewers = useLines(VIEWERS, numbers.answer !== null);
  // Lines of another range say nothing of the numbers they stand beside.
  const drawn = [numbers, viewers].map(({ answer, current }) => (current ? answer : null));
  useEffect(() => put(new Map(drawn.flatMap((lines) => [...(lines ?? [])]))), drawn);
  const failed = [numbers, viewers].find(({ error }) => error);
  return failed?.error ? <Failure error={failed.error} retry={failed.retry} compact={failed.answer !== null || 'No lines beside the numbers: '} /> : null;
}

function useLines(names: string[], now: boolean) {
  const { api, catalogue, route, range, tick } = useDashboard();
  const measures = catalogue.known(names);
  const interval = sparkIntervalFor(range);
  const asking = scope({ ...route, baseline: 'none' }, range);
  const key = JSON.stringify(['sparks', now, names, interval, route.range, route.from, route.to, asking.filters, asking.timezone]);
  return useAnswer<Sparks>(key, tick, async (signal) => {
    if (!now || measures.length === 0) return new Map();
    const metrics = [...new Set([...measures.map(({ name }) => name), 'attempts'])];
    const { result } = await api.query({ metrics, interval, limit: 2_000, ...asking }, signal);
    return lines(result);
  });

  function lines(result: QueryResult): Sparks {
    const buckets = bucketsOf(range, interval, route.zone);
    return new Map(
      measures.flatMap((measure) => {
        // How many there are so far in a bucket that fills is no decline.
        const fills = measure.kind === 'sum' || measure.kind === 'distinct';
        const points = pointsOf(result, buckets, measure, 'none').filter(({ partial }) => !(fills && partial));
        return hasPoints(points) && points.length > 1 ? [[measure.name, <Sparkline key={measure.name} points={points} axis={axisOf(points, measure)} />]] : [];
      }),
    );
  }
}
