// Here lives the breakdown: one row per value of an attribute, or per pair of two, with its interval drawn on a common scale. A click
// filters.
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { QueryRequest, QueryResult } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { Icon } from '../chart/icon.tsx';
import { VerdictMark } from '../chart/verdict.tsx';
import { Whisker } from '../chart/whisker.tsx';
import { useDashboard } from '../context.ts';
import { breakdownOf } from '../data/breakdown.ts';
import { cellKey } from '../data/explain.ts';
import { valueText } from '../data/filter.ts';
import { breakdownQuestion, dimensionsOf } from '../data/question.ts';
import type { Range } from '../data/range.ts';
import { baselinePhrase, explain, hasInterval } from '../data/verdict.ts';
import * as format from '../format.ts';
import { withCell, type Route } from '../route.ts';
import { useAnswer } from '../use.ts';
import { AttributePicker } from './attribute-picker.tsx';
import { Failure, Panel, Skeleton, Uncompared } from './state.tsx';

const FEW = 10;
const MANY = 200;

export interface Answered {
  request: QueryRequest;
  result: QueryResult;
  uncompared: string | undefined;
  route: Route;
  range: Range;
  measure: Measure;
}

/** `two`: a second attribute may be chosen. `below`: what else stands under the table. */
export function BreakdownPanel({ two, below }: { two?: boolean; below?: (shown: Answered) => ComponentChildren }) {
  const dashboard = useDashboard();
  const { api, go, range, tick, catalogue, locale, signOut } = dashboard;
  const route = two ? dashboard.route : { ...dashboard.route, and: null };
  const [limit, setLimit] = useState(FEW);
  // The breakdown of attempts alone would show one number twice; a second metric stands beside it.
  const measure = catalogue.measure(route.metric) ?? catalogue.measures[0]!;
  const { by, and, metric, zone, baseline, cohort, filters, sort } = route;
  const key = JSON.stringify(['breakdown', by, and, metric, route.range, route.from, route.to, zone, baseline, cohort, filters, sort, limit]);
  const asked = useAnswer<Answered>(key, tick, async (signal) => {
    const asking = { ...route, metric: measure.name };
    const { result, asked: request, uncompared } = await api.query(breakdownQuestion(asking, range, limit), signal);
    return { request, result, uncompared, route: asking, range, measure };
  });
  const shown = asked.answer;
  const table = useMemo(() => (shown ? breakdownOf(shown.result, dimensionsOf(shown.route), shown.measure, shown.route.baseline) : null), [shown]);
  const compared = shown !== null && shown.route.baseline !== 'none' && !shown.uncompared;

  return (
    <Panel
      title="Breakdown"
      label="Breakdown"
      name="breakdown"
      busy={asked.busy}
      current={!shown || asked.current}
      controls={
        <>
          <AttributePicker
            name="by"
            label="by"
            value={by}
            change={(next) => next && go({ by: next, and: next === and ? null : dashboard.route.and, sort: { name: 'attempts', order: 'DESC' } })}
          />
          {two && <AttributePicker name="and" label="and" value={and} without={by} none="nothing else" change={(next) => go({ and: next })} />}
        </>
      }
    >
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      <Uncompared why={shown?.uncompared} />
      {!shown && !asked.error && <Skeleton height={360} />}
      {shown && table && table.rows.length === 0 && <p class="nothing">No attempts to break down.</p>}
      {shown && table && table.rows.length > 0 && (
        <>
          <div class="table-scroll" role="region" aria-label="Breakdown table" tabIndex={0}>
            <table class="breakdown">
              <caption class="visually-hidden">
                {shown.measure.title} by {dimensionsOf(shown.route).map((name) => catalogue.attributeTitle(name)).join(' and ')}
              </caption>
              <thead>
                <tr>
                  <SortHead columns={dimensionsOf(shown.route).map((name) => ({ name, title: catalogue.attributeTitle(name) }))} first="ASC" />
                  <SortHead columns={[{ name: 'attempts', title: 'Attempts' }]} first="DESC" number />
                  {shown.measure.name !== 'attempts' && (
                    <SortHead columns={[shown.measure]} first={shown.measure.better === 'higher' ? 'ASC' : 'DESC'} number />
                  )}
                  <th scope="col">95 % interval</th>
                  {compared && <th scope="col">Change</th>}
                </tr>
              </thead>
              <tbody>
                {table.rows.map((row) => {
                  const against = baselinePhrase(shown.route, shown.range);
                  const name = row.cell.map(({ value }) => valueText(value)).join(' · ');
                  return (
                    <tr key={cellKey(row.cell)} data-key={row.cell.map(({ value }) => value ?? '').join(' · ')}>
                      <th scope="row">
                        <button
                          type="button"
                          class="link"
                          title={`Show only ${name}`}
                          onClick={() => go({ filters: withCell(route.filters, row.cell) })}
                        >
                          {row.cell.every(({ value }) => value === null) ? <i class="muted">{name}</i> : name}
                        </button>
                      </th>
                      <td class="number weight">
                        <span class="weight-bar" style={{ width: `${(row.weight * 100).toFixed(1)}%` }} aria-hidden="true" />
                        <span>{format.text(row.attempts, 'count', locale)}</span>
                      </td>
                      {shown.measure.name !== 'attempts' && (
                        <td class="number" title={row.value?.reason ?? undefined}>
                          {format.text(row.value?.value, shown.measure.unit, locale)}
                        </td>
                      )}
                      <td class="interval-cell">
                        {row.value && hasInterval(row.value) ? (
                          <Whisker value={row.value} comparison={row.comparison} domain={table.domain} unit={shown.measure.unit} locale={locale} />
                        ) : (
                          <span class="muted">{format.NOTHING}</span>
                        )}
                      </td>
                      {compared && (
                        <td class="change-cell">
                          {row.comparison && (
                            <span data-tip={explain(row.comparison, shown.measure, against, locale).join('\n')}>
                              <VerdictMark comparison={row.comparison} judged={shown.measure} locale={locale} />
                            </span>
                          )}
                        </td>
                      )}
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
          <p class="more">
            {limit === FEW && (shown.result.nextCursor !== null || table.rows.length >= FEW) && (
              <button type="button" class="button button-quiet" onClick={() => setLimit(MANY)}>
                Show all
              </button>
            )}
            {limit === MANY && (
              <button type="button" class="button button-quiet" onClick={() => setLimit(FEW)}>
                Show {FEW}
              </button>
            )}
          </p>
          {below?.(shown)}
        </>
      )}
    </Panel>
  );
}

/** A column that sorts, by each of what stands in it: the first press brings what matters first, the next turns it round. */
function SortHead({ columns, first, number }: { columns: { name: string; title: string }[]; first: 'ASC' | 'DESC'; number?: boolean }) {
  const { route, go } = useDashboard();
  const orderOf = (name: string) => (route.sort.name === name ? route.sort.order : null);
  const sorted = columns.map(({ name }) => orderOf(name)).find(Boolean);
  return (
    <th scope="col" class={number ? 'number' : undefined} aria-sort={!sorted ? 'none' : sorted === 'ASC' ? 'ascending' : 'descending'}>
      {columns.map(({ name, title }) => {
        const order = orderOf(name);
        const next = order === null ? first : order === 'ASC' ? 'DESC' : 'ASC';
        return (
          <button key={name} type="button" class="sort" onClick={() => go({ sort: { name, order: next } }, { replace: true })}>
            {title}
            <span class="sort-mark" data-active={order ? '' : undefined}>
              <Icon name={(order ?? first) === 'ASC' ? 'up' : 'down'} />
            </span>
          </button>
        );
      })}
    </th>
  );
}
