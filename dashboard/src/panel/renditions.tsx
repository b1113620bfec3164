// Here lives the panel of how playing time was spread over renditions. An attempt counts in as many rows as it had rungs, which is read from the
// attempts themselves, so it is asked when wanted.
import { useState } from 'preact/hooks';
import type { QueryRequest, QueryResult } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { VerdictMark } from '../chart/verdict.tsx';
import { Whisker } from '../chart/whisker.tsx';
import { useDashboard } from '../context.ts';
import { domainOf } from '../data/breakdown.ts';
import type { Range } from '../data/range.ts';
import { renditionsOf, renditionsQuestion, renditionsSentence, renditionText } from '../data/renditions.ts';
import { csvOf } from '../data/take-away.ts';
import { baselinePhrase, explain, hasInterval } from '../data/verdict.ts';
import * as format from '../format.ts';
import type { Route } from '../route.ts';
import { useAnswer } from '../use.ts';
import { Failure, Panel, Skeleton, Uncompared } from './state.tsx';
import { TakeAway } from './take-away.tsx';

const TITLE = 'Playing time by rendition';

/** `share`: the metric, as the catalogue says it. */
export function RenditionsPanel({ share }: { share: Measure }) {
  const [wanted, setWanted] = useState(false);
  if (wanted) return <Asked share={share} />;
  return (
    <Panel title={TITLE} label={TITLE} name="renditions">
      <p class="panel-words">Which rungs of the ladder were on the screen, and for how much of the time; against the baseline, whether adaptation chose others.</p>
      <p class="card-actions">
        <button type="button" class="button" onClick={() => setWanted(true)}>
          Show the renditions
        </button>
      </p>
    </Panel>
  );
}

function Asked({ share }: { share: Measure }) {
  const { api, route, range, tick, locale, signOut } = useDashboard();
  const key = JSON.stringify(['renditions', route.range, route.from, route.to, route.zone, route.baseline, route.cohort, route.filters]);
  const asked = useAnswer<{ request: QueryRequest; result: QueryResult; uncompared: string | undefined; route: Route; range: Range }>(key, tick, async (signal) => {
    const { result, asked: request, uncompared } = await api.query(renditionsQuestion(route, range), signal);
    return { request, result, uncompared, route, range };
  });
  const shown = asked.answer;
  const rows = shown ? renditionsOf(shown.result, shown.route.baseline) : [];
  const compared = shown !== null && shown.route.baseline !== 'none' && !shown.uncompared;
  const domain = domainOf(rows);
  return (
    <Panel title={TITLE} label={TITLE} name="renditions" busy={asked.busy} current={!shown || asked.current}>
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      <Uncompared why={shown?.uncompared} />
      {!shown && !asked.error && <Skeleton height={240} />}
      {shown && rows.length === 0 && <p class="nothing">Nothing was played in this range.</p>}
      {shown && rows.length > 0 && (
        <>
          <p class="panel-words" data-renditions-words>
            {renditionsSentence(rows, locale)}
          </p>
          <div class="table-scroll" role="region" aria-label={`${TITLE}, table`} tabIndex={0}>
            <table class="breakdown">
              <caption class="visually-hidden">{TITLE}</caption>
              <thead>
                <tr>
                  <th scope="col">Rendition</th>
                  <th scope="col" class="number">
                    Playing time
                  </th>
                  <th scope="col" class="number">
                    Share
                  </th>
                  <th scope="col">95 % interval</th>
                  {compared && <th scope="col">Change</th>}
                </tr>
              </thead>
              <tbody>
                {rows.map(({ rendition, playMs, value, comparison }) => (
                  <tr key={rendition} data-rendition={rendition ?? ''} data-value={value?.value ?? ''}>
                    <th scope="row">{rendition === null ? <i class="muted">{renditionText(rendition, locale)}</i> : renditionText(rendition, locale)}</th>
                    <td class="number weight">
                      <span class="weight-bar" style={{ width: `${((value?.value ?? 0) * 100).toFixed(1)}%` }} aria-hidden="true" />
                      <span>{format.text(playMs, 'ms', locale)}</span>
                    </td>
                    <td class="number">{format.text(value?.value, share.unit, locale)}</td>
                    <td class="interval-cell">
                      {value && hasInterval(value) ? (
                        <Whisker value={value} comparison={comparison} domain={domain} unit={share.unit} locale={locale} />
                      ) : (
                        <span class="muted">{format.NOTHING}</span>
                      )}
                    </td>
                    {compared && (
                      <td class="change-cell">
                        {comparison && (
                          <span data-tip={explain(comparison, share, baselinePhrase(shown.route, shown.range), locale).join('\n')}>
                            <VerdictMark comparison={comparison} judged={share} locale={locale} />
                          </span>
                        )}
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <TakeAway whole what="playing time by rendition" request={shown.request} csv={() => csvOf(shown.result, shown.route.baseline)} />
        </>
      )}
    </Panel>
  );
}
