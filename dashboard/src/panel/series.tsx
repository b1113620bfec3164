// Here lives the panel of one metric over time: its chart or the same as a table, and its headline in a sentence.
import type { ComponentChildren } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { AnnotationsResult, QueryRequest, QueryResult } from '../api-types.ts';
import { plainDefinition, type Measure } from '../catalogue.ts';
import type { SeriesChartProps } from '../chart/series.tsx';
import { VerdictMark } from '../chart/verdict.tsx';
import { useDashboard } from '../context.ts';
import { marksOf } from '../data/annotations.ts';
import { isExplainable } from '../data/explain.ts';
import { seriesQuestion } from '../data/question.ts';
import { bucketsOf, intervalFor, intervalsFor, type Range } from '../data/range.ts';
import { hasPoints, pointsOf, summaryOf, type Point } from '../data/series.ts';
import { baselinePhrase, explain } from '../data/verdict.ts';
import type { Headline } from '../first.ts';
import * as format from '../format.ts';
import { lazy } from '../lazy.tsx';
import type { Route } from '../route.ts';
import { useAnswer, useIdle, useNear, type Asked } from '../use.ts';
import { localText, type Interval } from '../zone.ts';
import { WhyLink } from './headline.tsx';
import { Failure, Panel, Skeleton, TableToggle, Uncompared } from './state.tsx';

/** As high as the line of annotations, however many there will be: what stands below does not move when they come. */
const NoAnnotations = () => <div class="annotations" aria-hidden="true" />;
const Annotations = lazy(() => import('./annotations.tsx'), NoAnnotations);

const BODY_HEIGHT = 300;
const chart = () => import('../chart/series.tsx').then(({ SeriesChart }) => ({ default: SeriesChart }));
// On its way while the first answers are, for before those there is nothing to draw. Where it fails it is fetched again, and told, in its place.
chart().catch(() => undefined);
const SeriesChart = lazy(chart, () => <Skeleton height={BODY_HEIGHT} />);
/** One line of the legend below it. */
const LEGEND_HEIGHT = 21;

export interface Series {
  request: QueryRequest;
  result: QueryResult;
  uncompared: string | undefined;
  route: Route;
  range: Range;
  interval: Interval;
  measure: Measure;
}

const INTERVAL_TITLES: Record<Interval, string> = {
  minute: 'Minute',
  '5min': '5 minutes',
  hour: 'Hour',
  day: 'Day',
  week: 'Week',
  month: 'Month',
};

/** `below`: what else stands under the chart. */
export function SeriesPanel({ headline, below }: { headline: Pick<Asked<Headline>, 'answer' | 'current'>; below?: (shown: Series) => ComponentChildren }) {
  const { api, route, go, range, tick, catalogue, locale, signOut } = useDashboard();
  const [table, setTable] = useState(false);
  const measure = catalogue.measure(route.metric) ?? catalogue.measures[0]!;
  // There are over a hundred: the chosen one stands in their place until there is time for all.
  const listed = useIdle();
  const options = useMemo(
    () =>
      (listed ? catalogue.measures : [measure]).map(({ name, title }) => (
        <option key={name} value={name} selected={name === measure.name}>
          {title}
        </option>
      )),
    [listed, catalogue, measure],
  );
  const offered = intervalsFor(range);
  const { metric, zone, baseline, cohort, filters } = route;
  // How many attempts there are is known from the first answer, and then kept: a chart that changes its buckets by itself
  // while one looks at it would be worse than any bucket.
  const scope = JSON.stringify([route.range, route.from, route.to, zone, filters]);
  const [seen, setSeen] = useState<{ scope: string; attempts: number } | null>(null);
  const fitting = intervalFor(range, seen?.scope === scope ? seen.attempts : null);
  const interval = route.interval && offered.includes(route.interval) ? route.interval : fitting;
  const key = JSON.stringify(['series', metric, interval, baseline, cohort, scope]);
  const asked = useAnswer<Series>(key, tick, async (signal) => {
    const asking = { ...route, metric: measure.name };
    const { result, asked: request, uncompared } = await api.query(seriesQuestion(asking, range, interval), signal);
    const attempts = result.rows.reduce((sum, row) => sum + (row.values.attempts?.value ?? 0), 0);
    setSeen((old) => (old?.scope === scope ? old : { scope, attempts }));
    return { request, result, uncompared, route: asking, range, interval, measure };
  });

  const noted = useAnswer<AnnotationsResult>(JSON.stringify(['annotations', scope]), tick, async (signal) =>
    (await api.annotations(new Date(range.start).toISOString(), new Date(range.end).toISOString(), zone, signal)).result,
  );
  const marks = useMemo(() => (noted.answer && noted.current ? marksOf(noted.answer.annotations, zone) : []), [noted.answer, noted.current, zone]);

  const shown = asked.answer;
  const points = useMemo(
    () =>
      shown
        ? pointsOf(shown.result, bucketsOf(shown.range, shown.interval, shown.route.zone), shown.measure, shown.route.baseline)
        : [],
    [shown],
  );
  const against = shown ? baselinePhrase(shown.route, shown.range) : '';
  const overall = headline.answer?.answer.result.rows[0]?.comparisons?.[headline.answer.route.baseline]?.[measure.name];

  return (
    <Panel
      title={measure.title}
      label={`${measure.title} over time`}
      name="series"
      busy={asked.busy}
      current={!shown || asked.current}
      controls={
        <>
          <label class="picker">
            <span class="visually-hidden">Metric</span>
            <select name="metric" value={measure.name} onChange={(event) => go({ metric: event.currentTarget.value })}>
              {options}
            </select>
          </label>
          <label class="picker">
            <span>per</span>
            <select name="interval" value={interval} onChange={(event) => go({ interval: event.currentTarget.value as Interval })}>
              {offered.map((name) => (
                <option key={name} value={name} selected={name === interval}>
                  {INTERVAL_TITLES[name]}
                </option>
              ))}
            </select>
          </label>
          <TableToggle table={table} set={setTable} />
          {baseline !== 'none' && isExplainable(measure) && <WhyLink measure={measure} class="button button-quiet" />}
        </>
      }
    >
      <p class={`panel-words${baseline === 'none' ? '' : ' explained'}`}>
        {plainDefinition(measure)}{' '}
        {overall && headline.current && <span data-explanation>{explain(overall, measure, against, locale).slice(0, 2).join(' ')}</span>}
      </p>
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      <Uncompared why={shown?.uncompared} />
      {!shown && !asked.error && <Skeleton height={BODY_HEIGHT + LEGEND_HEIGHT} />}
      {shown && !hasPoints(points) && (
        <div class="nothing" style={{ height: `${BODY_HEIGHT + LEGEND_HEIGHT}px` }}>
          <p>Nothing to draw: {points.find(({ source }) => source?.reason)?.source?.reason ?? 'no attempts in this range'}.</p>
        </div>
      )}
      {shown && hasPoints(points) && (
        <SeriesFigure
          points={points}
          measure={shown.measure}
          interval={shown.interval}
          zone={shown.route.zone}
          against={against}
          table={table}
          marks={marks}
          onZoom={(from, to) =>
            go({ range: 'custom', from: localText(from, route.zone), to: localText(Math.max(to, from + 120_000), route.zone), interval: null })
          }
        />
      )}
      {shown && below?.(shown)}
      {/* One failure said once is enough. */}
      {noted.error && !asked.error && <Failure error={noted.error} retry={noted.retry} compact={noted.answer !== null} />}
      {noted.answer ? <Annotations marks={marks} more={noted.answer.nextCursor != null} changed={noted.retry} /> : <NoAnnotations />}
    </Panel>
  );
}

/** What a series is about: what its points are called, and how they are written. */
interface About {
  measure: Measure;
  interval: Interval;
  zone: string;
  /** The baseline as it is named beside a number; empty without one. */
  against: string;
}

/** A series as a chart or as the same in a table, with its sentence for those who do not see the canvas, and its legend. */
export function SeriesFigure(props: About & { points: Point[]; table: boolean } & Pick<SeriesChartProps, 'marks' | 'onZoom'>) {
  const { points, table, ...about } = props;
  const { locale, scheme } = useDashboard();
  const figure = useRef<HTMLElement>(null);
  const near = useNear(figure);
  return (
    <>
      <figure class="series" ref={figure}>
        <figcaption class="visually-hidden" data-summary>
          {summaryWords(points, about, locale)}
        </figcaption>
        {table ? (
          <SeriesTable points={points} about={about} />
        ) : near ? (
          <SeriesChart points={points} {...about} locale={locale} scheme={scheme} />
        ) : (
          <Skeleton height={BODY_HEIGHT} />
        )}
      </figure>
      <Legend hidden={table} points={points} against={about.against} zooms={about.onZoom !== undefined} />
    </>
  );
}

function summaryWords(points: Point[], { measure, interval, zone, against }: About, locale: string): string {
  const { count, gaps, min, max, last } = summaryOf(points);
  const at = (point: Point | null) =>
    point ? `${format.text(point.value, measure.unit, locale)} (${format.bucketText(point.start, interval, zone, locale)})` : 'not known';
  const judged = points.filter(({ comparison }) => comparison !== null);
  const worse = judged.filter(({ comparison }) => comparison?.verdict === 'worse').length;
  return [
    `${measure.title} in ${count} intervals of one ${INTERVAL_TITLES[interval].toLowerCase()}${gaps ? `, ${gaps} without data` : ''}.`,
    `Lowest ${at(min)}, highest ${at(max)}, latest ${at(last)}${last?.partial ? ', still partial' : ''}.`,
    judged.length > 0 ? `${worse} of them are worse than ${against}.` : '',
  ].join(' ');
}

function Legend({ points, against, hidden, zooms }: { points: Point[]; against: string; hidden: boolean; zooms: boolean }) {
  const has = (test: (point: Point) => boolean) => points.some(test);
  return (
    <ul class="legend" aria-hidden="true" style={{ visibility: hidden ? 'hidden' : undefined }}>
      {has(({ low }) => low !== null) && <li class="legend-band">95 % interval</li>}
      {has(({ partial }) => partial) && <li class="legend-partial">partial</li>}
      {has(({ reference }) => reference !== null) && <li class="legend-reference">{against}</li>}
      {has(({ comparison }) => comparison?.verdict === 'worse') && <li class="legend-worse">worse</li>}
      {zooms && <li class="legend-hint">drag to zoom</li>}
    </ul>
  );
}

function SeriesTable({ points, about }: { points: Point[]; about: About }) {
  const { locale } = useDashboard();
  const { measure, interval, zone, against } = about;
  return (
    <div class="table-scroll" style={{ height: `${BODY_HEIGHT}px` }} role="region" aria-label={`${measure.title} as a table`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col" class="number">
              {measure.title}
            </th>
            <th scope="col" class="number">
              95 % interval
            </th>
            {measure.name !== 'attempts' && (
              <th scope="col" class="number">
                Attempts
              </th>
            )}
            {against && (
              <>
                <th scope="col" class="number">
                  Baseline
                </th>
                <th scope="col">Change</th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.start}>
              <th scope="row">
                {format.bucketText(point.start, interval, zone, locale)}
                {point.partial && <span class="tag">partial</span>}
              </th>
              <td class="number">{format.text(point.value, measure.unit, locale)}</td>
              <td class="number muted">
                {point.low !== null && point.high !== null
                  ? format.intervalText(point.low, point.high, measure.unit, locale, point.value ?? point.high)
                  : format.NOTHING}
              </td>
              {measure.name !== 'attempts' && <td class="number muted">{format.text(point.attempts, 'count', locale)}</td>}
              {against && (
                <>
                  <td class="number muted">{format.text(point.reference, measure.unit, locale)}</td>
                  <td>{point.comparison && <VerdictMark comparison={point.comparison} judged={measure} locale={locale} />}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
