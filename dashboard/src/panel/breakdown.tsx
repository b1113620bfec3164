// Here lives the breakdown: one row per value of an attribute, with its interval drawn on a common scale. A click filters.
import { useMemo, useState } from 'preact/hooks';
import type { QueryResult } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { Icon } from '../chart/icon.tsx';
import { VerdictMark } from '../chart/verdict.tsx';
import { Whisker } from '../chart/whisker.tsx';
import { useDashboard } from '../context.ts';
import { breakdownOf } from '../data/breakdown.ts';
import { breakdownQuestion } from '../data/question.ts';
import type { Range } from '../data/range.ts';
import { baselinePhrase, explain, hasInterval } from '../data/verdict.ts';
import * as format from '../format.ts';
import { withFilter, type Route } from '../route.ts';
import { useAnswer } from '../use.ts';
import { Failure, Panel, Skeleton } from './state.tsx';

const FEW = 10;
const MANY = 200;

interface Answered {
  result: QueryResult;
  route: Route;
  range: Range;
  measure: Measure;
}

export function BreakdownPanel() {
  const { api, route, go, range, tick, catalogue, locale, signOut } = useDashboard();
  const [limit, setLimit] = useState(FEW);
  // The breakdown of attempts alone would show one number twice; a second metric stands beside it.
  const measure = catalogue.measure(route.metric) ?? catalogue.measures[0]!;
  const { by, metric, zone, baseline, filters, sort } = route;
  const key = JSON.stringify(['breakdown', by, metric, route.range, route.from, route.to, zone, baseline, filters, sort, limit]);
  const asked = useAnswer<Answered>(key, tick, async (signal) => {
    const asking = { ...route, metric: measure.name };
    const { result } = await api.query(breakdownQuestion(asking, range, limit), signal);
    return { result, route: asking, range, measure };
  });
  const shown = asked.answer;
  const table = useMemo(() => (shown ? breakdownOf(shown.result, shown.route.by, shown.measure, shown.route.baseline) : null), [shown]);

  return (
    <Panel
      title="Breakdown"
      label="Breakdown"
      name="breakdown"
      busy={asked.busy}
      current={!shown || asked.current}
      controls={
        <label class="picker">
          <span>by</span>
          <select name="by" value={by} onChange={(event) => go({ by: event.currentTarget.value, sort: { name: 'attempts', order: 'DESC' } })}>
            {catalogue.attributes.map(({ name, title }) => (
              <option key={name} value={name} selected={name === by}>
                {title}
              </option>
            ))}
            {!catalogue.attributes.some(({ name }) => name === by) && (
              <option value={by} selected>
                {catalogue.attributeTitle(by)}
              </option>
            )}
          </select>
        </label>
      }
    >
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      {!shown && !asked.error && <Skeleton height={360} />}
      {shown && table && table.rows.length === 0 && <p class="nothing">No attempts to break down.</p>}
      {shown && table && table.rows.length > 0 && (
        <>
          <div class="table-scroll" role="region" aria-label="Breakdown table" tabIndex={0}>
            <table class="breakdown">
              <caption class="visually-hidden">
                {shown.measure.title} by {catalogue.attributeTitle(shown.route.by)}
              </caption>
              <thead>
                <tr>
                  <SortHead name={shown.route.by} title={catalogue.attributeTitle(shown.route.by)} first="ASC" />
                  <SortHead name="attempts" title="Attempts" first="DESC" number />
                  {shown.measure.name !== 'attempts' && (
                    <SortHead name={shown.measure.name} title={shown.measure.title} first={shown.measure.better === 'higher' ? 'ASC' : 'DESC'} number />
                  )}
                  <th scope="col">95 % interval</th>
                  {shown.route.baseline !== 'none' && <th scope="col">Change</th>}
                </tr>
              </thead>
              <tbody>
                {table.rows.map((row) => {
                  const against = baselinePhrase(shown.route.baseline, shown.range.start, shown.range.end, shown.route.zone);
                  const filter = { attribute: shown.route.by, operator: 'EQ' as const, value: row.key };
                  return (
                    <tr key={row.key} data-key={row.key ?? ''}>
                      <th scope="row">
                        <button
                          type="button"
                          class="link"
                          title={`Show only ${row.key ?? 'not known'}`}
                          onClick={() => go({ filters: withFilter(route.filters, filter) })}
                        >
                          {row.key === null ? <i class="muted">not known</i> : row.key || '(empty)'}
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
                      {shown.route.baseline !== 'none' && (
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
        </>
      )}
    </Panel>
  );
}

/** A column that sorts: the first press brings what matters first, the next turns it round. */
function SortHead({ name, title, first, number }: { name: string; title: string; first: 'ASC' | 'DESC'; number?: boolean }) {
  const { route, go } = useDashboard();
  const order = route.sort.name === name ? route.sort.order : null;
  const next = order === null ? first : order === 'ASC' ? 'DESC' : 'ASC';
  return (
    <th scope="col" class={number ? 'number' : undefined} aria-sort={order === null ? 'none' : order === 'ASC' ? 'ascending' : 'descending'}>
      <button type="button" class="sort" onClick={() => go({ sort: { name, order: next } }, { replace: true })}>
        {title}
        <span class="sort-mark" data-active={order ? '' : undefined}>
          <Icon name={(order ?? first) === 'ASC' ? 'up' : 'down'} />
        </span>
      </button>
    </th>
  );
}
