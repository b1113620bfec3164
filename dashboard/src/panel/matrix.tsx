// Here lives the panel of two attributes at once: each pair of their leading values as a cell, coloured no further than the statistics go.
// A press narrows to what was pressed.
import { useMemo, useState } from 'preact/hooks';
import type { QueryRequest, QueryResult, Value } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { MatrixTable } from '../chart/matrix.tsx';
import { useDashboard } from '../context.ts';
import { COLUMNS_MAX, leadingOf, leadingQuestion, matrixOf, matrixQuestion, ROWS_MAX, type Tint } from '../data/matrix.ts';
import type { Range } from '../data/range.ts';
import { csvOf } from '../data/take-away.ts';
import { baselinePhrase, hasInterval } from '../data/verdict.ts';
import { withCell, type Route } from '../route.ts';
import { useAnswer } from '../use.ts';
import { AttributePicker } from './attribute-picker.tsx';
import { Failure, Panel, Skeleton, Uncompared } from './state.tsx';
import { TakeAway } from './take-away.tsx';

interface Answered {
  request: QueryRequest;
  /** Null: there is no attempt, so there are no values. */
  result: QueryResult | null;
  uncompared: string | undefined;
  route: Route;
  range: Range;
  measure: Measure;
  tint: Tint;
  rows: { values: (string | null)[]; more: boolean };
  columns: { values: (string | null)[]; more: boolean };
  whole: Value | null;
}

/** `measure`: of the cells. */
export function MatrixPanel({ measure }: { measure: Measure }) {
  const { api, route, go, range, tick, catalogue, locale, signOut } = useDashboard();
  const { by, zone, baseline, cohort, filters } = route;
  const and = route.and === by ? null : route.and;
  const [wanted, setTint] = useState<Tint>('change');
  const tint = baseline === 'none' ? 'level' : wanted;
  const key = JSON.stringify(['matrix', by, and, measure.name, tint, route.range, route.from, route.to, zone, baseline, cohort, filters]);
  const asked = useAnswer<Answered | null>(key, tick, async (signal) => {
    if (!and) return null;
    const asking = { ...route, and, metric: measure.name };
    const leading = async (attribute: string, limit: number) => leadingOf((await api.query(leadingQuestion(asking, range, attribute, limit), signal)).result, attribute);
    const [rows, columns, whole] = await Promise.all([
      leading(by, ROWS_MAX),
      leading(and, COLUMNS_MAX),
      tint === 'level' ? api.query({ metrics: [measure.name], filters: asking.filters, start: new Date(range.start).toISOString(), end: new Date(range.end).toISOString(), timezone: zone }, signal) : null,
    ]);
    const request = matrixQuestion(asking, range, rows.values, columns.values, tint);
    const answer = rows.values.length > 0 && columns.values.length > 0 ? await api.query(request, signal) : null;
    return { request: answer?.asked ?? request, result: answer?.result ?? null, uncompared: answer?.uncompared, route: asking, range, measure, tint, rows, columns, whole: whole?.result.rows[0]?.values[measure.name] ?? null };
  });
  const shown = asked.answer;
  const matrix = useMemo(
    () =>
      shown?.result
        ? matrixOf(shown.result, [shown.route.by, shown.route.and ?? ''], shown.rows.values, shown.columns.values, shown.measure, shown.route.baseline, shown.tint, shown.whole)
        : null,
    [shown],
  );
  const titles = shown ? ([catalogue.attributeTitle(shown.route.by), catalogue.attributeTitle(shown.route.and ?? '')] as const) : null;
  return (
    <Panel
      title="Two at once"
      label="Matrix"
      name="matrix"
      busy={asked.busy}
      current={!shown || asked.current}
      controls={
        <>
          <AttributePicker name="rows" label="rows" value={by} without={and ?? ''} change={(next) => next && go({ by: next })} />
          <AttributePicker name="columns" label="columns" value={and} without={by} none="choose one" change={(next) => go({ and: next })} />
          {baseline !== 'none' && (
            <label class="picker">
              <span>colour is</span>
              <select name="tint" value={tint} onChange={(event) => setTint(event.currentTarget.value as Tint)}>
                <option value="change" selected={tint === 'change'}>
                  the change
                </option>
                <option value="level" selected={tint === 'level'}>
                  the level
                </option>
              </select>
            </label>
          )}
        </>
      }
    >
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      {and && <Uncompared why={shown?.uncompared} />}
      {!and && !asked.error && <p class="nothing">Choose what stands in the columns: each pair of values is a cell.</p>}
      {and && !shown && !asked.error && <Skeleton height={360} />}
      {and && shown && !matrix && <p class="nothing">No attempts in this range.</p>}
      {and && shown && matrix && titles && (
        <>
          <p class="panel-words">{wordsOf(shown, titles)}</p>
          <div class="table-scroll" role="region" aria-label="Matrix table">
            <MatrixTable
              matrix={matrix}
              titles={titles}
              measure={shown.measure}
              tint={shown.tint}
              against={baselinePhrase(shown.route, shown.range)}
              locale={locale}
              choose={(row, column) =>
                go({
                  filters: withCell(route.filters, [
                    ...(row === undefined ? [] : [{ attribute: shown.route.by, value: row }]),
                    ...(column === undefined ? [] : [{ attribute: shown.route.and ?? '', value: column }]),
                  ]),
                })
              }
            />
          </div>
          <TakeAway what={`${shown.measure.name} matrix`} request={shown.request} csv={() => csvOf(shown.result!, shown.route.baseline)} />
        </>
      )}
    </Panel>
  );
}

/** What a colour means here, and what is left out. */
function wordsOf({ tint, measure, rows, columns, whole }: Answered, titles: readonly [string, string]): string {
  const colour =
    tint === 'change'
      ? 'Coloured by the verdict, which is adjusted for all cells.'
      : whole && hasInterval(whole)
        ? 'Shaded where the cell’s 99.9 % interval lies beyond the whole’s interval, the stronger the further away it surely is.'
        : `Nothing is shaded: ${measure.title} has no interval.`;
  const left = [
    rows.more ? `the ${rows.values.length} values of ${titles[0]}` : null,
    columns.more ? `the ${columns.values.length} values of ${titles[1]}` : null,
  ].filter(Boolean);
  return left.length > 0 ? `${colour} Shown are ${left.join(' and ')} with the most attempts.` : colour;
}
