// Here lives the list of single attempts, those with the worst experience first. Each opens its timeline.
import { useState } from 'preact/hooks';
import type { Impression, ImpressionsResult } from '../api-types.ts';
import { useDashboard } from '../context.ts';
import { outcomeOf, titleOf, whereOf } from '../data/attempt.ts';
import { attemptsQuestion } from '../data/question.ts';
import * as format from '../format.ts';
import { useAnswer } from '../use.ts';
import { RouteLink } from './link.tsx';
import { Failure, Panel, Skeleton } from './state.tsx';

/** What "worst" may mean, in the server's words and ours. */
const ORDERS: [string, string][] = [
  ['stall_session_ms', 'Stall time'],
  ['stall_count', 'Number of stalls'],
  ['startup_any_ms', 'Slowest startup'],
  ['startup_content_ms', 'Slowest startup, content'],
  ['error_count', 'Most errors'],
  ['play_ms', 'Longest play'],
  ['started_at', 'Latest'],
];

/** `page`: how many at first. */
export function AttemptsPanel({ page }: { page: number }) {
  const { api, route, go, range, tick, signOut } = useDashboard();
  const [limit, setLimit] = useState(page);
  const { zone, filters, worst } = route;
  const key = JSON.stringify(['attempts', route.range, route.from, route.to, zone, filters, worst, limit]);
  const asked = useAnswer<ImpressionsResult>(key, tick, async (signal) => {
    return (await api.impressions(attemptsQuestion(route, range, limit, null), signal)).result;
  });
  const shown = asked.answer;
  return (
    <Panel
      title="Single attempts"
      label="Single attempts"
      name="attempts"
      busy={asked.busy}
      current={!shown || asked.current}
      controls={
        <label class="picker">
          <span>worst by</span>
          <select name="worst" value={worst} onChange={(event) => go({ worst: event.currentTarget.value }, { replace: true })}>
            {ORDERS.map(([name, title]) => (
              <option key={name} value={name} selected={name === worst}>
                {title}
              </option>
            ))}
          </select>
        </label>
      }
    >
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      {!shown && !asked.error && <Skeleton height={360} />}
      {shown && shown.rows.length === 0 && <p class="nothing">No attempts {filters.length > 0 ? 'match the filters in this range' : 'in this range'}.</p>}
      {shown && shown.rows.length > 0 && (
        <>
          <div class="table-scroll" role="region" aria-label="Attempts table" tabIndex={0}>
            <table class="attempts">
              <caption class="visually-hidden">Single attempts</caption>
              <thead>
                <tr>
                  <th scope="col">Started</th>
                  <th scope="col">Video</th>
                  <th scope="col">Startup</th>
                  <th scope="col">Stalled</th>
                  <th scope="col">Played</th>
                  <th scope="col">Outcome</th>
                </tr>
              </thead>
              <tbody>
                {shown.rows.map((attempt) => (
                  <AttemptRow key={attempt.attemptId} attempt={attempt} />
                ))}
              </tbody>
            </table>
          </div>
          <p class="more">
            {shown.nextCursor !== null && limit < 500 && (
              <button type="button" class="button button-quiet" onClick={() => setLimit((old) => Math.min(500, old * 5))}>
                Show more
              </button>
            )}
          </p>
        </>
      )}
    </Panel>
  );
}

function AttemptRow({ attempt }: { attempt: Impression }) {
  const { route, locale } = useDashboard();
  const { totals, attemptId } = attempt;
  const outcome = outcomeOf(attempt);
  return (
    <tr data-attempt={attemptId}>
      <th scope="row">
        <RouteLink change={{ attempt: attemptId }}>
          <span class="line">{format.timeOfDayText(Date.parse(attempt.startedAt), route.zone, locale)}</span>
        </RouteLink>
        <span class="line muted small">{format.dayText(Date.parse(attempt.startedAt), route.zone, locale)}</span>
      </th>
      <td class="wide">
        <span class="line">{titleOf(attempt)}</span>
        <span class="line muted small">{whereOf(attempt)}</span>
      </td>
      <td class="figure-cell" data-label="Startup">
        {format.text(totals.startup_any_ms, 'ms', locale)}
      </td>
      <td class="figure-cell" data-label="Stalled">
        <span class="line">{format.text(totals.stall_ms ?? 0, 'ms', locale)}</span>
        {(totals.stall_count ?? 0) > 0 && (
          <span class="line muted small">
            {totals.stall_count} ×, max {format.text(totals.stall_ms_max ?? 0, 'ms', locale)}
          </span>
        )}
      </td>
      <td class="figure-cell" data-label="Played">
        {format.text(totals.play_ms ?? 0, 'ms', locale)}
      </td>
      <td class="outcome-cell">
        <span class="outcome" data-outcome={outcome.kind}>
          {outcome.text}
        </span>
      </td>
    </tr>
  );
}
