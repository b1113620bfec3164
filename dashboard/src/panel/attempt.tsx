// Here lives the page of one attempt: who watched what, how it went in figures, and its whole timeline. Loaded on demand.
import { useEffect, useState } from 'preact/hooks';
import type { ImpressionDetail } from '../api-types.ts';
import { Icon } from '../chart/icon.tsx';
import { TimelineChart } from '../chart/timeline.tsx';
import { useDashboard } from '../context.ts';
import { bitrateAvg, droppedShare, outcomeOf, rebufferRatio, titleOf, whereOf } from '../data/attempt.ts';
import { saveFile } from '../data/take-away.ts';
import { happeningsOf } from '../data/timeline.ts';
import * as format from '../format.ts';
import { useAnswer, useNow } from '../use.ts';
import { AdaptationPanel } from './adaptation.tsx';
import { RouteLink } from './link.tsx';
import { Failure, Panel, Skeleton } from './state.tsx';
import '../later.css';

const REFRESH_MS = 5_000;

export default function AttemptPanel({ id }: { id: string }) {
  const { api, route, locale, signOut } = useDashboard();
  const [running, setRunning] = useState(true);
  const tick = useNow(running ? REFRESH_MS : null);
  const asked = useAnswer<ImpressionDetail>(id, tick, async (signal) => (await api.impression(id, signal)).result);
  const shown = asked.answer?.attemptId === id || asked.current ? asked.answer : null;
  useEffect(() => setRunning(shown ? !shown.ended : true), [shown]);

  return (
    <>
      <p class="back">
        <RouteLink change={{ attempt: null }}>
          <Icon name="back" /> All attempts
        </RouteLink>
      </p>
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      {!shown && !asked.error && <Skeleton height={640} />}
      {shown && <Attempt attempt={shown} busy={asked.busy} locale={locale} zone={route.zone} />}
    </>
  );
}

/** The whole attempt as the API gave it. */
const fileOf = (attempt: ImpressionDetail) => new Blob([JSON.stringify(attempt, null, 2)], { type: 'application/json' });

function Attempt({ attempt, busy, locale, zone }: { attempt: ImpressionDetail; busy: boolean; locale: string; zone: string }) {
  const { totals, timeline } = attempt;
  const outcome = outcomeOf(attempt);
  const ms = (value: number | null | undefined) => format.text(value, 'ms', locale);
  const facts: [title: string, value: string, note?: string | undefined][] = [
    ['Startup', ms(totals.startup_any_ms), totals.startup_interrupted ? 'interrupted' : totals.startup_hidden ? 'page hidden' : undefined],
    ['Startup, content', ms(totals.startup_content_ms)],
    ['Played', ms(totals.play_ms ?? 0), totals.play_hidden_ms ? `${ms(totals.play_hidden_ms)} hidden` : undefined],
    ['Stalled', ms(totals.stall_ms ?? 0), totals.stall_count ? `${totals.stall_count} ×, longest ${ms(totals.stall_ms_max ?? 0)}` : undefined],
    ['Rebuffering', format.text(rebufferRatio(totals), 'ratio', locale)],
    ['Seeking', ms(totals.seek_ms ?? 0), totals.seek_count ? `${totals.seek_count} seeks` : undefined],
    [
      'Bitrate',
      format.text(bitrateAvg(totals), 'bps', locale),
      totals.switch_up_count || totals.switch_down_count ? `${totals.switch_up_count ?? 0} up, ${totals.switch_down_count ?? 0} down` : undefined,
    ],
    [
      'Dropped frames',
      format.text(droppedShare(totals), 'ratio', locale),
      totals.frames_decoded ? `${format.text(totals.frames_dropped ?? 0, 'count', locale)} of ${format.text(totals.frames_decoded, 'count', locale)}` : undefined,
    ],
    ['Paused', ms(totals.paused_ms ?? 0)],
    ['Data', format.text(totals.data_bytes || null, 'bytes', locale)],
    ['Errors', format.text(totals.error_count ?? 0, 'count', locale)],
    [
      'Beacons',
      format.text(attempt.beaconsReceived, 'count', locale),
      attempt.beaconsMissing > 0 ? `${format.text(attempt.beaconsMissing, 'count', locale)} missing` : 'none missing',
    ],
  ];
  const happenings = happeningsOf(timeline, locale);
  const summary = `${outcome.text}. ${timeline.stalls.length} stalls, ${timeline.seeks.length} seeks, ${timeline.errors.length} errors in ${format.clockText(timeline.endMs)}.`;
  return (
    <>
      <section class="attempt-head" aria-label="Attempt" data-attempt={attempt.attemptId}>
        <div>
          <h1>{titleOf(attempt)}</h1>
          <p class="muted">{whereOf(attempt)}</p>
        </div>
        <div class="attempt-state">
          <span class="outcome" data-outcome={outcome.kind}>
            {!attempt.ended && <span class="live-dot" aria-hidden="true" />}
            {outcome.text}
          </span>
          <span class="muted small">
            {format.momentText(Date.parse(attempt.startedAt), zone, locale)} · {format.clockText(attempt.elapsedMs)} long
          </span>
          <button type="button" class="button button-quiet" onClick={() => saveFile(fileOf(attempt), `attempt-${attempt.attemptId}.json`)}>
            Download JSON
          </button>
        </div>
      </section>
      <dl class="facts" aria-label="Totals">
        {facts.map(([title, value, note]) => (
          <div key={title} data-fact={title}>
            <dt>{title}</dt>
            <dd>
              {value}
              <small>{note ?? ' '}</small>
            </dd>
          </div>
        ))}
      </dl>
      <Panel title="Timeline" label="Timeline" name="timeline" busy={busy}>
        <TimelineChart timeline={timeline} locale={locale} summary={summary} />
        {(attempt.missingSequences.length > 0 || timeline.eventsDropped > 0) && (
          <p class="panel-words">
            {attempt.missingSequences.length > 0 &&
              `${attempt.missingSequences.length} beacons have not arrived; their stretches are hatched. The totals above are complete up to the last beacon all the same. `}
            {timeline.eventsDropped > 0 && `${timeline.eventsDropped} events were counted but not listed.`}
          </p>
        )}
      </Panel>
      <AdaptationPanel adaptation={attempt.adaptation} timeline={timeline} locale={locale} busy={busy} />
      <div class="columns">
        <Panel title="What happened" label="What happened" name="happenings">
          <div class="table-scroll happenings" role="region" aria-label="What happened, in order" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">At</th>
                  <th scope="col">What</th>
                </tr>
              </thead>
              <tbody>
                {happenings.map(({ atMs, kind, text }) => (
                  <tr key={`${atMs}${kind}${text}`} data-happening={kind}>
                    <th scope="row" class="number">
                      {format.clockText(atMs, true)}
                    </th>
                    <td>{text}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
        <Attributes attempt={attempt} />
      </div>
    </>
  );
}

function Attributes({ attempt }: { attempt: ImpressionDetail }) {
  const { catalogue } = useDashboard();
  const known = Object.entries(attempt.dimensions).filter(([, value]) => value !== null);
  const custom = Object.entries(attempt.custom ?? {});
  const unknown = Object.keys(attempt.dimensions).length - known.length;
  return (
    <Panel title="Attributes" label="Attributes" name="attributes">
      <dl class="attributes">
        {[...known, ...custom].map(([name, value]) => (
          <div key={name}>
            <dt>{catalogue.attributeTitle(name)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>Attempt id</dt>
          <dd>
            <code>{attempt.attemptId}</code>
          </dd>
        </div>
      </dl>
      {unknown > 0 && <p class="panel-words">{unknown} attributes are not known.</p>}
    </Panel>
  );
}
