// Here lives the panel of how a metric is distributed: its bins as a picture or a table, and each statistic against the baseline with the
// difference and its band.
import { useMemo, useState } from 'preact/hooks';
import type { QueryRequest, QueryResult } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { Histogram, type HistogramMark } from '../chart/histogram.tsx';
import { VerdictMark } from '../chart/verdict.tsx';
import { Whisker } from '../chart/whisker.tsx';
import { useDashboard } from '../context.ts';
import { besideOf, binsOf, distributionOf } from '../data/distribution.ts';
import { boundsText, differenceSentence, domainOf, whiskerOf } from '../data/effects.ts';
import { distributionQuestion } from '../data/question.ts';
import type { Range } from '../data/range.ts';
import { binsCsv } from '../data/take-away.ts';
import { baselinePhrase, hasInterval } from '../data/verdict.ts';
import * as format from '../format.ts';
import type { Route } from '../route.ts';
import { useAnswer } from '../use.ts';
import { Failure, Panel, Skeleton, TableToggle, Uncompared } from './state.tsx';
import { TakeAway } from './take-away.tsx';

interface Answered {
  request: QueryRequest;
  result: QueryResult;
  uncompared: string | undefined;
  route: Route;
  range: Range;
  measures: readonly Measure[];
  histogram: string;
}

/** The statistics drawn as marks; all of them stand in the table. */
const MARKED = ['p50', 'p95'];

/** What a statistic is called beside its metric's title. */
const shortTitle = ({ title, metric }: Measure) => title.slice(metric.title.length + 2) || title;

/** `measure`: any statistic of the metric. */
export function DistributionPanel({ measure }: { measure: Measure }) {
  const { api, route, range, tick, catalogue, locale, signOut } = useDashboard();
  const [table, setTable] = useState(false);
  const { metric } = measure;
  const histogram = `${metric.name}_histogram`;
  const { zone, baseline, cohort, filters } = route;
  const key = JSON.stringify(['distribution', metric.name, route.range, route.from, route.to, zone, baseline, cohort, filters]);
  const asked = useAnswer<Answered>(key, tick, async (signal) => {
    const measures = catalogue.measures.filter((each) => each.metric === metric);
    const { result, asked: request, uncompared } = await api.query(distributionQuestion(route, range, [histogram, ...measures.map(({ name }) => name)]), signal);
    return { request, result, uncompared, route, range, measures, histogram };
  });
  const shown = asked.answer;
  const row = shown?.result.rows[0];
  const bins = useMemo(() => (shown ? binsOf(shown.result.rows[0]?.values[shown.histogram]) : null), [shown]);
  const against = shown ? baselinePhrase(shown.route, shown.range) : '';
  const beside = shown?.result.rows[0]?.comparisons?.[shown.route.baseline]?.[shown.histogram];
  const reference = beside?.referenceHistogram ?? null;
  const distribution = useMemo(() => (bins ? distributionOf(bins, reference) : null), [bins, reference]);
  const listed = useMemo(() => (bins ? besideOf(bins, reference) : []), [bins, reference]);
  const heldText = (count: number) => `${format.text(count, 'count', locale)} attempts`;
  const days = beside?.referenceDays.length ?? 0;
  const marks = (shown?.measures ?? []).flatMap<HistogramMark>((each) => {
    const value = row?.values[each.name]?.value;
    return typeof value === 'number' && MARKED.some((suffix) => each.name.endsWith(`_${suffix}`)) ? [{ title: shortTitle(each), value }] : [];
  });
  return (
    <Panel
      title={`${metric.title}: distribution`}
      label="Distribution"
      name="distribution"
      busy={asked.busy}
      current={!shown || asked.current}
      controls={<TableToggle table={table} set={setTable} />}
    >
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      <Uncompared why={shown?.uncompared} />
      {!shown && !asked.error && <Skeleton height={360} />}
      {shown && !(bins && distribution && bins.count > 0) && <p class="nothing">Nothing to draw: no attempt in this range has this value.</p>}
      {shown && bins && distribution && bins.count > 0 && (
        <>
          {table ? (
            <div class="table-scroll histogram-table" role="region" aria-label={`${metric.title}, its bins as a table`} tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">From</th>
                    <th scope="col">To</th>
                    <th scope="col" class="number">
                      Values
                    </th>
                    <th scope="col" class="number">
                      Share
                    </th>
                    {reference && (
                      <th scope="col" class="number">
                        Share, {against}
                      </th>
                    )}
                  </tr>
                </thead>
                <tbody>
                  {listed.map(({ from, to, count, reference: theirs }) => (
                    <tr key={from}>
                      <th scope="row">{format.text(from, metric.unit, locale)}</th>
                      <td>{format.text(to, metric.unit, locale)}</td>
                      <td class="number">{format.text(count, 'count', locale)}</td>
                      <td class="number muted">{format.partText(count / bins.count, locale)}</td>
                      {reference && <td class="number muted">{format.partText((theirs ?? 0) / reference.count, locale)}</td>}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          ) : (
            <Histogram distribution={distribution} title={metric.title} unit={metric.unit} locale={locale} marks={marks} against={against} />
          )}
          {against && (
            <p class="panel-words" data-distribution-words>
              {reference
                ? `Each side as shares of its own: columns for the ${heldText(bins.count)} of this range, the dashed line for the ${heldText(reference.count)} of ${against}${days > 1 ? `, its ${days} days together` : ''}.`
                : `Nothing is drawn of ${against}: ${beside?.reason ?? 'it has no distribution'}.`}
            </p>
          )}
          <div class="table-scroll" role="region" aria-label={`${metric.title}, its statistics`} tabIndex={0}>
            <table class="statistics stacked">
              <caption class="visually-hidden">
                {metric.title}, statistic by statistic{against && `, against ${against}`}
              </caption>
              <thead>
                <tr>
                  <th scope="col">Statistic</th>
                  <th scope="col" class="number">
                    Value
                  </th>
                  <th scope="col" class="number">
                    95 % interval
                  </th>
                  {against && (
                    <>
                      <th scope="col" class="number">
                        {/* A value of an attribute keeps its spelling. */}
                        {shown.route.baseline === 'cohort' ? against : format.sentence(against).slice(0, -1)}
                      </th>
                      <th scope="col">Difference, 95 % interval</th>
                      <th scope="col">Change</th>
                    </>
                  )}
                </tr>
              </thead>
              <tbody>
                {shown.measures.map((each) => {
                  const value = row?.values[each.name];
                  const comparison = row?.comparisons?.[shown.route.baseline]?.[each.name];
                  const bound = typeof comparison?.low === 'number' && typeof comparison.high === 'number';
                  return (
                    <tr key={each.name} data-statistic={each.name}>
                      <th scope="row">{shortTitle(each)}</th>
                      <td class="number">{format.text(value?.value, each.unit, locale)}</td>
                      <td class="number muted" data-label="95 %">{value && hasInterval(value) ? format.intervalText(value.low, value.high, each.unit, locale, value.value) : format.NOTHING}</td>
                      {against && (
                        <>
                          <td class="number muted" data-label="then">{format.text(comparison?.reference, each.unit, locale)}</td>
                          <td class="difference-cell">
                            {comparison && bound && (
                              <Whisker
                                value={whiskerOf(comparison)}
                                comparison={{ ...comparison, reference: 0 }}
                                domain={domainOf(comparison)}
                                unit={each.unit}
                                locale={locale}
                                label={differenceSentence(comparison, each, locale)}
                              />
                            )}
                            <span class="muted small">{comparison && bound ? boundsText(comparison.low!, comparison.high!, each, locale) : format.NOTHING}</span>
                          </td>
                          <td>{comparison && <VerdictMark comparison={comparison} judged={each} locale={locale} />}</td>
                        </>
                      )}
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
          <TakeAway what={`${metric.name} distribution`} request={shown.request} csv={() => binsCsv(listed)} />
        </>
      )}
    </Panel>
  );
}
