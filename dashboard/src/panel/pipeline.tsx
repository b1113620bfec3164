// Here lives the panel of how beacons fare on their way into the tables: what a node's probe and its page of numbers say. Both are of one
// node and of all organisations, and may be kept from the world; then that is said.
import { useDashboard } from '../context.ts';
import { concernsOf, pipelineOf, type Pipeline } from '../data/pipeline.ts';
import * as format from '../format.ts';
import { useAnswer, useNow } from '../use.ts';
import { Icon } from '../chart/icon.tsx';
import { Failure, Panel, Skeleton } from './state.tsx';

const REFRESH_MS = 5_000;

export function PipelinePanel() {
  const { api, route, locale } = useDashboard();
  const now = useNow(REFRESH_MS);
  const ready = useAnswer('ready', now, async (signal) => (await api.ready(signal)).result);
  const numbers = useAnswer('numbers', now, async (signal) => {
    const page = await api.numbers(signal);
    return page === null ? null : pipelineOf(page);
  });
  const canary = ready.answer?.canary ?? null;
  const told = numbers.answer;
  const concerns = told ? concernsOf(told) : [];
  const fact = (title: string, value: string, detail?: string) => (
    <div>
      <dt>{title}</dt>
      <dd>
        {value} {detail && <span class="muted small">{detail}</span>}
      </dd>
    </div>
  );
  const count = (value: number | null) => format.text(value, 'count', locale);
  return (
    <Panel title="Pipeline" label="Pipeline" name="pipeline" busy={ready.busy || numbers.busy}>
      <p class="panel-words">
        How beacons fare on the node that answers here, all organisations together, since it started. Other nodes have numbers of their own.
      </p>
      {ready.error && <Failure error={ready.error} retry={ready.retry} compact={ready.answer !== null} />}
      {numbers.error && <Failure error={numbers.error} retry={numbers.retry} compact={told !== null} />}
      {!ready.answer && !ready.error && <Skeleton height={110} />}
      {ready.answer && (
        <dl class="card-facts" data-ready={ready.error ? 'no' : 'yes'}>
          {fact('Questions and storage', ready.error ? 'not ready' : 'ready')}
          {canary
            ? fact(
                'Canary',
                canary.found ? `found after ${format.text(canary.freshnessMs, 'ms', locale)}` : 'lost',
                `${canary.reason ? `${format.sentence(canary.reason)} ` : ''}at ${format.momentText(Date.parse(canary.at), route.zone, locale)}`,
              )
            : fact('Canary', 'has not come back yet', 'or is switched off')}
          {told && told.journalAgeMs !== null && fact('Oldest beacon on its way', told.journalAgeMs > 0 ? format.text(told.journalAgeMs, 'ms', locale) : 'none waits')}
        </dl>
      )}
      {concerns.map((concern) => (
        <p key={concern} class="lesser" role="note" data-concern>
          <Icon name="unsure" />
          <span>{concern}</span>
        </p>
      ))}
      {numbers.current && told === null && !numbers.error && (
        <p class="nothing">This server keeps its counters from where you are (/metrics). Whoever runs it sees them in Prometheus.</p>
      )}
      {told && <Exits pipeline={told} count={count} />}
    </Panel>
  );
}

function Exits({ pipeline, count }: { pipeline: Pipeline; count: (value: number | null) => string }) {
  const { locale } = useDashboard();
  const { received, stored, duplicate, inFlight, refused, lost, rejected, rateLimited } = pipeline;
  const rows: [string, string, number | null, string][] = [
    ['received', 'Received', received, 'of batches answered with success, and those found in the journal at start'],
    ['stored', 'Stored', stored, 'confirmed by ClickHouse'],
    ['duplicate', 'Duplicate', duplicate, 'had been acknowledged before; many mean that senders do not get their answers'],
    ...rejected.map(({ code, count: turnedAway }): [string, string, number, string] => [`rejected-${code}`, 'Rejected', turnedAway, code]),
    ...(rejected.length === 0 ? [['rejected', 'Rejected', received === null ? null : 0, 'none so far'] satisfies [string, string, number | null, string]] : []),
    ['in-flight', 'On their way', inFlight, 'acknowledged, in the journal, not yet confirmed'],
    ['refused', 'Refused', refused, 'answered with 503; their senders keep them'],
    ['lost', 'Lost', lost, 'by no named exit; must stay 0'],
    ['rate-limited', 'Requests over their rate', rateLimited, 'answered with 429'],
  ];
  return (
    <div class="table-scroll" role="region" aria-label="Pipeline table" tabIndex={0}>
      <table class="stacked exits">
        <caption class="visually-hidden">Where beacons went</caption>
        <thead>
          <tr>
            <th scope="col">Beacons</th>
            <th scope="col" class="number">
              Count
            </th>
            <th scope="col" class="number">
              Of received
            </th>
            <th scope="col">What that is</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([id, title, value, words]) => (
            <tr key={id} data-exit={id} data-value={value ?? ''}>
              <th scope="row">{title}</th>
              <td class="number">{count(value)}</td>
              <td class="number muted">{received && value !== null && id !== 'rate-limited' ? format.partText(value / received, locale) : format.NOTHING}</td>
              <td class="muted whole">{words.replaceAll('_', ' ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
