// Here lives the page of what happens now: viewers and health in the last minutes, told every second, by up to two attributes; and the
// same as a wall screen, to be read from across the room. Loaded on demand.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api.ts';
import type { QueryResult, Row, Value } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { Icon } from '../chart/icon.tsx';
import { Sparkline } from '../chart/sparkline.tsx';
import { useDashboard } from '../context.ts';
import { filterValueText, OPERATOR_WORDS, valueText } from '../data/filter.ts';
import { follow, LIVE_METRICS, liveQuery, VIEWERS, type Told } from '../data/live.ts';
import { dimensionsOf, seriesQuestion } from '../data/question.ts';
import { bucketsOf, rangeOf } from '../data/range.ts';
import { hasPoints, pointsOf, summaryOf, type Point } from '../data/series.ts';
import { baselinePhrase, hasInterval, valueSentence } from '../data/verdict.ts';
import { countryName, whereOf } from '../data/where.ts';
import * as format from '../format.ts';
import { withFilter, WINDOWS, type Filter } from '../route.ts';
import { useAnswer, useNow } from '../use.ts';
import { AttributePicker } from './attribute-picker.tsx';
import { SeriesFigure } from './series.tsx';
import { Failure, Panel, Skeleton, TableToggle } from './state.tsx';
import { FilterBar } from './toolbar.tsx';
import '../later.css';

/** What is known of a stream: the newest answer stays while it is broken. */
interface Stream {
  result: QueryResult | null;
  /** When that came, ms since 1970. */
  atMs: number | null;
  state: 'connecting' | 'open' | 'broken' | 'refused';
  error: ApiError | null;
}

const NOTHING_YET: Stream = { result: null, atMs: null, state: 'connecting', error: null };

function next(old: Stream, told: Told): Stream {
  switch (told.kind) {
    case 'tick':
      return { result: told.result, atMs: told.atMs, state: 'open', error: null };
    case 'unanswered':
      return { ...old, error: told.error };
    case 'broken':
    case 'refused':
      return { ...old, state: told.kind, error: told.error };
  }
}

/** Marks numbers that stand although the stream is broken: paler, not so pale that they cannot be read for as long as it lasts. */
const isHeld = ({ result, state }: Stream) => (result && state !== 'open' ? '' : undefined);

/** Waits, but not past the moment at which the network comes back. */
const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
    signal.addEventListener('abort', done, { once: true });
  });

/** Follows a stream while the page is looked at. Null: none is wanted. `again` begins it anew. */
function useStream(query: string | null): Stream & { again: () => void } {
  const { api } = useDashboard();
  const [stream, setStream] = useState<{ query: string | null } & Stream>({ query: null, ...NOTHING_YET });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (query === null) return;
    let controller: AbortController | null = null;
    const begin = () => {
      controller = new AbortController();
      const { signal } = controller;
      void follow({
        connect: (signal) => api.live(query, signal),
        told: (told) => setStream((old) => ({ query, ...next(old.query === query ? old : NOTHING_YET, told) })),
        pause,
        now: Date.now,
        signal,
      });
    };
    // Nobody looks at a hidden page, and a browser has few connections to one server.
    const onVisibility = () => {
      if (document.visibilityState === 'hidden') {
        controller?.abort();
        controller = null;
      } else if (!controller) begin();
    };
    onVisibility();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      controller?.abort();
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [api, query, attempt]);
  const known = stream.query === query ? stream : NOTHING_YET;
  return { ...known, again: () => setAttempt((count) => count + 1) };
}

const WINDOW_TITLES: Record<number, string> = { 60: 'minute', 300: '5 minutes', 900: '15 minutes', 3_600: 'hour' };
const windowTitle = (seconds: number) => WINDOW_TITLES[seconds] ?? `${seconds} s`;

export default function LivePanel() {
  const { route } = useDashboard();
  const dimensions = dimensionsOf(route);
  const whole = useStream(liveQuery(route, []));
  const parts = useStream(liveQuery(route, dimensions));
  // A browser has few connections to one server: none more than are seen.
  const where = useStream(route.wall ? null : liveQuery(route, [COUNTRY], VIEWERS));
  const hour = useHour();
  if (route.wall) return <Wall whole={whole} parts={parts} dimensions={dimensions} hour={hour} />;
  return <Page whole={whole} parts={parts} where={where} dimensions={dimensions} hour={hour} />;
}

/** The attribute that says where a viewer is. */
const COUNTRY = 'country';

interface Hour {
  points: Point[];
  measure: Measure | null;
  against: string;
  zone: string;
  error: ApiError | null;
  retry: () => void;
  busy: boolean;
}

const HOUR_REFRESH_MS = 15_000;

/** Viewers minute by minute in the last hour, with the baseline: by the same question as everywhere. */
function useHour(): Hour {
  const { api, route, catalogue } = useDashboard();
  const now = useNow(HOUR_REFRESH_MS);
  const measure = catalogue.measure('concurrent_viewers') ?? null;
  const { zone, baseline, cohort, filters } = route;
  const asked = useAnswer(JSON.stringify(['hour', zone, baseline, cohort, filters, route.organization]), now, async (signal) => {
    const range = rangeOf({ ...route, range: 'last_hour' }, Date.now());
    // How many watch is no measure of the industry.
    const asking = { ...route, metric: 'concurrent_viewers', ...(baseline === 'industry' ? { baseline: 'none' as const } : {}) };
    const { result } = await api.query(seriesQuestion(asking, range, 'minute'), signal);
    return { result, range, route: asking };
  });
  const shown = asked.answer;
  const points = useMemo(
    () => (shown && measure ? pointsOf(shown.result, bucketsOf(shown.range, 'minute', shown.route.zone), measure, shown.route.baseline) : []),
    [shown, measure],
  );
  const against = shown ? baselinePhrase(shown.route, shown.range) : '';
  return { points, measure, against, zone, error: asked.error, retry: asked.retry, busy: shown === null && asked.error === null };
}

interface Shown {
  whole: Stream & { again: () => void };
  parts: Stream & { again: () => void };
  dimensions: readonly string[];
  hour: Hour;
}

function Page({ whole, parts, where, dimensions, hour }: Shown & { where: Stream & { again: () => void } }) {
  const { route, go, catalogue, signOut } = useDashboard();
  const [table, setTable] = useState(false);
  return (
    <>
      <div class="page-head">
        <h1>Live</h1>
        <StreamState stream={whole} />
        <span class="page-actions">
          <label class="picker">
            <span>the last</span>
            <select name="window" value={String(route.window)} onChange={(event) => go({ window: Number(event.currentTarget.value) }, { replace: true })}>
              {WINDOWS.map((seconds) => (
                <option key={seconds} value={String(seconds)} selected={seconds === route.window}>
                  {windowTitle(seconds)}
                </option>
              ))}
            </select>
          </label>
          <button type="button" class="button" onClick={() => go({ wall: true })}>
            <Icon name="wall" /> Wall screen
          </button>
        </span>
      </div>
      <FilterBar />
      {whole.error && <Failure error={whole.error} retry={whole.again} signOut={signOut} compact={whole.result !== null} />}
      {(whole.result || whole.state === 'connecting') && (
        <section aria-label="Now" data-panel="live">
          <ul class="figures figures-live" data-held={isHeld(whole)}>
            {catalogue.known(LIVE_METRICS).map((measure) => (
              <li key={measure.name}>{whole.result ? <Figure measure={measure} value={whole.result.rows[0]?.values[measure.name]} /> : <Skeleton />}</li>
            ))}
          </ul>
        </section>
      )}
      <div class="live-columns">
        <Panel
          title="Viewers in the last hour"
          label="Viewers in the last hour"
          name="live-hour"
          busy={hour.busy}
          controls={<TableToggle table={table} set={setTable} />}
        >
          {hour.error && <Failure error={hour.error} retry={hour.retry} compact={hour.points.length > 0} />}
          {hour.busy && <Skeleton height={318} />}
          {!hour.busy && hour.measure && hasPoints(hour.points) && (
            <SeriesFigure points={hour.points} measure={hour.measure} interval="minute" zone={hour.zone} against={hour.against} table={table} />
          )}
          {!hour.busy && !hour.error && !hasPoints(hour.points) && <p class="nothing">Nobody watched in the last hour.</p>}
        </Panel>
        <Panel title="Where they are" label="Where viewers are" name="live-where" busy={where.state === 'connecting'}>
          {where.error && where.state !== whole.state && <Failure error={where.error} retry={where.again} compact={where.result !== null} />}
          {!where.result && where.error && where.state === whole.state && <p class="nothing">No answer, as above.</p>}
          {!where.result && !where.error && <Skeleton height={318} />}
          {where.result && (
            <div data-held={isHeld(where)}>
              <Places rows={where.result.rows} />
            </div>
          )}
        </Panel>
      </div>
      <Panel
        title="Parts of the audience"
        label="Parts of the audience"
        name="live-parts"
        busy={parts.state === 'connecting'}
        controls={
          <>
            <AttributePicker name="by" label="by" value={route.by} change={(by) => go({ by: by ?? route.by, and: route.and === by ? null : route.and })} />
            <AttributePicker name="and" label="and" value={route.and} without={route.by} none="nothing else" change={(and) => go({ and })} />
          </>
        }
      >
        {parts.error && parts.state !== whole.state && <Failure error={parts.error} retry={parts.again} compact={parts.result !== null} />}
        {!parts.result && parts.error && parts.state === whole.state && <p class="nothing">No answer, as above.</p>}
        {!parts.result && !parts.error && <Skeleton height={240} />}
        {parts.result && (
          <div data-held={isHeld(parts)}>
            <Parts result={parts.result} dimensions={dimensions} />
          </div>
        )}
      </Panel>
    </>
  );
}

function Figure({ measure, value }: { measure: Measure; value: Value | undefined }) {
  const { route, locale } = useDashboard();
  const { unit } = measure;
  const written = typeof value?.value === 'number' ? format.write(value.value, unit, locale) : null;
  return (
    <div class="figure" data-metric={measure.name} data-value={value?.value ?? ''} data-tip={`${measure.title}: ${valueSentence(value, unit, locale)}.`}>
      <span class="figure-title">{measure.title}</span>
      <span class="figure-value">
        {written ? (
          <>
            {written.number}
            {written.unit && <small> {written.unit}</small>}
          </>
        ) : (
          <span class="muted">{format.NOTHING}</span>
        )}
      </span>
      <span class="figure-interval">
        {value && hasInterval(value)
          ? format.intervalText(value.low, value.high, unit, locale, value.value)
          : written
            ? measure.kind === 'concurrency'
              ? 'on average'
              : `in ${route.window === 60 ? 'a minute' : windowTitle(route.window)}`
            : (value?.reason ?? 'no data')}
      </span>
    </div>
  );
}

/** In words and a mark how current the numbers are. */
function StreamState({ stream, large }: { stream: Stream; large?: boolean }) {
  const { route, locale } = useDashboard();
  const to = stream.atMs === null ? null : format.timeOfDayText(stream.atMs, route.zone, locale);
  const broken = stream.state === 'broken' || stream.state === 'refused';
  const words =
    stream.state === 'open'
      ? stream.error
        ? `No answer since ${to}`
        : 'Live'
      : broken
        ? `${to ? `No data since ${to}` : 'No data'}${stream.state === 'broken' ? ', trying again' : ''}`
        : 'Connecting';
  return (
    <p class={`status-live${large ? ' status-large' : ''}`} data-stream={stream.state}>
      <span class="live-dot" data-paused={stream.state === 'open' && !stream.error ? undefined : ''} aria-hidden="true" />
      <span role="status">{words}</span>
      {stream.state === 'open' && !stream.error && to && <span class="muted">{to}</span>}
    </p>
  );
}

/** Countries ranked by their viewers: lengths compare by eye, and nothing but a name says where one is. */
function Places({ rows }: { rows: readonly Row[] }) {
  const { route, go, locale } = useDashboard();
  const { places, others } = whereOf(rows, COUNTRY);
  if (places.length === 0) return <p class="nothing">Nobody watched in this time.</p>;
  return (
    <ol class="places">
      {places.map(({ code, viewers, share, weight }) => {
        const name = code === null ? valueText(null) : countryName(code, locale);
        return (
          <li key={code} data-place={code ?? ''}>
            <button type="button" class="link" title={`Show only ${name}`} onClick={() => go({ filters: withFilter(route.filters, { attribute: COUNTRY, operator: 'EQ', value: code }) })}>
              {code === null ? <i class="muted">{name}</i> : name}
            </button>
            <span class="places-viewers">{format.text(viewers, 'viewers', locale)}</span>
            <span class="places-share muted">{format.partText(share, locale)}</span>
            <span class="places-bar" style={{ width: `${(100 * weight).toFixed(1)}%` }} aria-hidden="true" />
          </li>
        );
      })}
      {others.count > 0 && (
        <li class="muted small">
          and {others.count} more with {format.partText(others.share, locale)}
        </li>
      )}
    </ol>
  );
}

const cellName = (row: Row, name: string) => valueText(row.dimensions[name]);

function Parts({ result, dimensions }: { result: QueryResult; dimensions: readonly string[] }) {
  const { route, go, catalogue, locale } = useDashboard();
  // The answer may still be that of the attributes before.
  if (result.rows.some((row) => dimensions.some((name) => !(name in row.dimensions)))) return <Skeleton height={240} />;
  if (result.rows.length === 0) return <p class="nothing">No attempt began and nobody watched in this time.</p>;
  const measures = catalogue.known(LIVE_METRICS);
  return (
    <div class="table-scroll" role="region" aria-label="Parts of the audience table" tabIndex={0}>
      <table class="live-parts">
        <caption class="visually-hidden">What happens now, by {dimensions.map((name) => catalogue.attributeTitle(name)).join(' and ')}</caption>
        <thead>
          <tr>
            {dimensions.map((name) => (
              <th key={name} scope="col">
                {catalogue.attributeTitle(name)}
              </th>
            ))}
            {measures.map(({ name, title }) => (
              <th key={name} scope="col" class="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {result.rows.map((row) => (
            <tr key={JSON.stringify(dimensions.map((name) => row.dimensions[name]))} data-key={dimensions.map((name) => row.dimensions[name] ?? '').join(' ')}>
              {dimensions.map((name, index) => {
                const filter: Filter = { attribute: name, operator: 'EQ', value: row.dimensions[name] ?? null };
                const Cell = index === 0 ? 'th' : 'td';
                return (
                  <Cell key={name} scope={index === 0 ? 'row' : undefined}>
                    <button type="button" class="link" title={`Show only ${cellName(row, name)}`} onClick={() => go({ filters: withFilter(route.filters, filter) })}>
                      {cellName(row, name)}
                    </button>
                  </Cell>
                );
              })}
              {measures.map(({ name, unit }) => {
                const value = row.values[name];
                return (
                  <td key={name} class="number" title={value?.reason ?? undefined}>
                    {format.text(value?.value, unit, locale)}
                    {value && hasInterval(value) && <span class="line muted small">{format.intervalText(value.low, value.high, unit, locale, value.value)}</span>}
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

// ---- the wall

/** Rows that can be read from across the room. */
const WALL_ROWS = 5;

function Wall({ whole, parts, dimensions, hour }: Shown) {
  const { go, catalogue, locale, route } = useDashboard();
  const leave = () => go({ wall: false });
  useWallScreen(leave);
  const values = whole.result?.rows[0]?.values ?? {};
  const [viewers, ...others] = catalogue.known(LIVE_METRICS);
  const { min, max } = summaryOf(hour.points);
  const number = (measure: Measure, value: Value | undefined) => {
    const written = typeof value?.value === 'number' ? format.write(value.value, measure.unit, locale) : null;
    return (
      <>
        {written?.number ?? format.NOTHING}
        {written?.unit && <small> {written.unit}</small>}
      </>
    );
  };
  const filters = route.filters.map((filter) => `${catalogue.attributeTitle(filter.attribute)} ${OPERATOR_WORDS[filter.operator]} ${filterValueText(filter)}`);
  return (
    <section class="wall" aria-label="Wall screen" data-panel="wall">
      {/* Nothing to press is seen; who comes with the keyboard finds the way out. */}
      <button type="button" class="skip" onClick={leave}>
        Leave the wall screen
      </button>
      <header class="wall-head">
        <h1>{filters.length > 0 ? filters.join(' · ') : 'All viewers'}</h1>
        <StreamState stream={whole} large />
      </header>
      <div class="wall-main" data-held={isHeld(whole)}>
        {viewers && (
          <div class="wall-viewers" data-metric={viewers.name}>
            <p class="wall-title">{viewers.title}</p>
            <p class="wall-number" data-nothing={typeof values[viewers.name]?.value === 'number' ? undefined : ''}>{number(viewers, values[viewers.name])}</p>
            {hasPoints(hour.points) && hour.measure && (
              <Sparkline
                points={hour.points}
                label={`In the last hour between ${format.text(min?.value, hour.measure.unit, locale)} and ${format.text(max?.value, hour.measure.unit, locale)}`}
              />
            )}
            <p class="wall-note">the last hour</p>
          </div>
        )}
        <ul class="wall-figures">
          {others.map((measure) => {
            const value = values[measure.name];
            return (
              <li key={measure.name} data-metric={measure.name}>
                <p class="wall-title">{measure.title}</p>
                <p class="wall-number" data-nothing={typeof value?.value === 'number' ? undefined : ''}>{number(measure, value)}</p>
                <p class="wall-note">
                  {value && hasInterval(value) ? format.intervalText(value.low, value.high, measure.unit, locale, value.value) : `in the last ${windowTitle(route.window)}`}
                </p>
              </li>
            );
          })}
        </ul>
        {parts.result && viewers && (
          <ul class="wall-parts" aria-label={dimensions.map((name) => catalogue.attributeTitle(name)).join(' and ')}>
            {parts.result.rows.slice(0, WALL_ROWS).map((row) => (
              <li key={dimensions.map((name) => row.dimensions[name] ?? '').join(' ')}>
                <span>{dimensions.map((name) => cellName(row, name)).join(' · ')}</span>
                <b>{number(viewers, row.values[viewers.name])}</b>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

/** The whole screen, dark, without scrolling, kept awake; left by Escape. Full screen and waking are the browser's to give. */
function useWallScreen(leave: () => void): void {
  const leaving = useRef(leave);
  leaving.current = leave;
  useLayoutEffect(() => {
    const root = document.documentElement;
    const scheme = root.dataset.scheme;
    root.dataset.scheme = 'dark';
    root.dataset.wall = '';
    return () => {
      if (scheme) root.dataset.scheme = scheme;
      delete root.dataset.wall;
    };
  }, []);
  useEffect(() => {
    let wasFull = false;
    let lock: WakeLockSentinel | null = null;
    // A browser gives the full screen only after a press, and waking only on a secure origin: the page is a wall screen without them too.
    const refused = (error: unknown) => {
      if (!(error instanceof DOMException) && !(error instanceof TypeError)) throw error;
    };
    const wake = () => {
      if (document.visibilityState === 'visible')
        navigator.wakeLock?.request('screen').then((got) => {
          lock = got;
        }, refused);
    };
    document.documentElement.requestFullscreen?.().then(() => {
      wasFull = true;
    }, refused);
    wake();
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && leaving.current();
    // Full screen takes the first Escape for itself.
    const onFull = () => {
      if (document.fullscreenElement) wasFull = true;
      else if (wasFull) leaving.current();
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('fullscreenchange', onFull);
    document.addEventListener('visibilitychange', wake);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('fullscreenchange', onFull);
      document.removeEventListener('visibilitychange', wake);
      lock?.release().catch(refused);
      if (document.fullscreenElement) document.exitFullscreen().catch(refused);
    };
  }, []);
}
