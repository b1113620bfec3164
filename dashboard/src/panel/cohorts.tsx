// Here lives the panel of cohorts side by side: the metric over time for each of an attribute's leading values, on one scale, with all
// attempts behind each; or the same as a table.
import { useMemo, useState } from 'preact/hooks';
import type { QueryRequest, QueryResult } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { CohortLine } from '../chart/cohort-line.tsx';
import { useDashboard } from '../context.ts';
import { COHORTS_MAX, cohortsOf, cohortsQuestion, sharedAxis, type CohortLine as Line } from '../data/cohorts.ts';
import { valueText } from '../data/filter.ts';
import { leadingOf, leadingQuestion } from '../data/matrix.ts';
import { seriesQuestion } from '../data/question.ts';
import { bucketsOf, intervalFor, intervalsFor, type Range } from '../data/range.ts';
import { pointsOf, summaryOf, type Point } from '../data/series.ts';
import { csvOf } from '../data/take-away.ts';
import * as format from '../format.ts';
import { withCell, type Route } from '../route.ts';
import { useAnswer } from '../use.ts';
import type { Interval } from '../zone.ts';
import { AttributePicker } from './attribute-picker.tsx';
import { Failure, Panel, Skeleton, TableToggle } from './state.tsx';
import { TakeAway } from './take-away.tsx';

interface Answered {
  request: QueryRequest;
  /** Null: there is no attempt, so there are no values. */
  result: QueryResult | null;
  whole: QueryResult;
  values: (string | null)[];
  more: boolean;
  route: Route;
  range: Range;
  interval: Interval;
  measure: Measure;
}

export function CohortsPanel({ measure }: { measure: Measure }) {
  const { api, route, go, range, tick, catalogue, locale, signOut } = useDashboard();
  const [table, setTable] = useState(false);
  const { by, zone, filters } = route;
  const key = JSON.stringify(['cohorts', by, measure.name, route.interval, route.range, route.from, route.to, zone, filters]);
  const asked = useAnswer<Answered>(key, tick, async (signal) => {
    const asking: Route = { ...route, metric: measure.name };
    const leading = (await api.query(leadingQuestion(asking, range, by, COHORTS_MAX), signal)).result;
    const { values, more } = leadingOf(leading, by);
    // As long as the smallest of them needs: lines on one scale want one length of bucket.
    const fewest = leading.rows.at(-1)?.values.attempts?.value ?? null;
    const interval = route.interval && intervalsFor(range).includes(route.interval) ? route.interval : intervalFor(range, fewest);
    const request = cohortsQuestion(asking, range, interval, values);
    const [result, whole] = await Promise.all([
      values.length > 0 ? api.query(request, signal).then((answer) => answer.result) : null,
      api.query(seriesQuestion({ ...asking, baseline: 'none' }, range, interval), signal).then((answer) => answer.result),
    ]);
    return { request, result, whole, values, more, route: asking, range, interval, measure };
  });
  const shown = asked.answer;
  const drawn = useMemo(() => {
    if (!shown?.result) return null;
    const buckets = bucketsOf(shown.range, shown.interval, shown.route.zone);
    const lines = cohortsOf(shown.result, shown.route.by, shown.values, buckets, shown.measure);
    const whole = pointsOf(shown.whole, buckets, shown.measure, '');
    return { lines, whole, axis: sharedAxis(lines, whole, shown.measure) };
  }, [shown]);
  const title = shown ? catalogue.attributeTitle(shown.route.by) : '';
  return (
    <Panel
      title={`${measure.title}, side by side`}
      label="Side by side"
      name="cohorts"
      busy={asked.busy}
      current={!shown || asked.current}
      controls={
        <>
          <AttributePicker name="cohorts" label="by" value={by} change={(next) => next && go({ by: next, and: next === route.and ? null : route.and })} />
          <TableToggle table={table} set={setTable} />
        </>
      }
    >
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      {!shown && !asked.error && <Skeleton height={280} />}
      {shown && !drawn && <p class="nothing">No attempts in this range.</p>}
      {shown && drawn && (
        <>
          <p class="panel-words">
            All on one scale, from {format.text(drawn.axis[0], shown.measure.unit, locale)} to {format.text(drawn.axis[1], shown.measure.unit, locale)}; dashed is the whole.
            {shown.more && ` The ${shown.values.length} values of ${title} with the most attempts.`}
          </p>
          {table ? (
            <CohortsTable lines={drawn.lines} shown={shown} title={title} />
          ) : (
            <ul class="cohorts">
              {drawn.lines.map((line) => (
                <li key={line.value} data-cohort={line.value ?? ''}>
                  <p class="cohort-head">
                    <button
                      type="button"
                      class="link"
                      title={`Show only ${valueText(line.value)}`}
                      onClick={() => go({ filters: withCell(route.filters, [{ attribute: shown.route.by, value: line.value }]) })}
                    >
                      {line.value === null ? <i class="muted">{valueText(line.value)}</i> : valueText(line.value)}
                    </button>
                    <span class="muted small">{format.text(line.attempts, 'count', locale)} attempts</span>
                  </p>
                  <CohortLine points={line.points} whole={drawn.whole} axis={drawn.axis} label={sentence(line, shown, locale)} />
                </li>
              ))}
            </ul>
          )}
          <TakeAway whole what={`${shown.measure.name} by ${shown.route.by} over time`} request={shown.request} csv={() => csvOf(shown.result!, shown.route.baseline)} />
        </>
      )}
    </Panel>
  );
}

function sentence({ value, points }: Line, { measure, interval, route }: Answered, locale: string): string {
  const { min, max, last, gaps } = summaryOf(points);
  if (!last) return `${valueText(value)}: nothing known.`;
  const at = (point: Point) => `${format.text(point.value, measure.unit, locale)} (${format.bucketText(point.start, interval, route.zone, locale)})`;
  return `${valueText(value)}: lowest ${at(min!)}, highest ${at(max!)}, latest ${at(last)}${gaps ? `; ${gaps} intervals without data` : ''}.`;
}

function CohortsTable({ lines, shown, title }: { lines: readonly Line[]; shown: Answered; title: string }) {
  const { locale } = useDashboard();
  const { measure, interval, route } = shown;
  return (
    <div class="table-scroll cohorts-table" role="region" aria-label={`${measure.title} by ${title} as a table`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map(({ value }) => (
              <th key={value} scope="col" class="number">
                {valueText(value)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(lines[0]?.points ?? []).map(({ start, partial }, index) => (
            <tr key={start}>
              <th scope="row">
                {format.bucketText(start, interval, route.zone, locale)}
                {partial && <span class="tag">partial</span>}
              </th>
              {lines.map(({ value, points }) => {
                const point = points[index]!;
                return (
                  <td key={value} class="number">
                    {format.text(point.value, measure.unit, locale)}
                    {point.low !== null && point.high !== null && (
                      <span class="line muted small">{format.intervalText(point.low, point.high, measure.unit, locale, point.value ?? point.high)}</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
