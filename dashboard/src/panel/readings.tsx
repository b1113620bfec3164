// Here lives the panel of one effect over time: what an earlier look would have said, beside 0. Every reading is a question of its own that
// reads all attempts until then, so they are asked only when wanted, one after the other, and called off when one leaves.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api.ts';
import type { ArmComparison, Experiment, ExperimentResults } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { SeriesChart } from '../chart/series.tsx';
import { VerdictMark } from '../chart/verdict.tsx';
import { useDashboard } from '../context.ts';
import { boundsText } from '../data/effects.ts';
import { effectPoints, READINGS, readingsSentence, readingTimes, signedText, tellingOf } from '../data/readings.ts';
import type { Point } from '../data/series.ts';
import * as format from '../format.ts';
import { Failure, Panel, TableToggle } from './state.tsx';

interface Asking {
  /** Oldest first, without the one that was there already. */
  readings: ExperimentResults[];
  state: 'unasked' | 'reading' | 'stopped' | 'read';
  error: ApiError | null;
}

/** The readings before `result`, and the way to ask for those that are not there yet. */
function useReadings(id: string, result: ExperimentResults): Asking & { wanted: number; read: () => void } {
  const { api } = useDashboard();
  const times = useMemo(() => readingTimes(result), [result]);
  const [asking, setAsking] = useState<Asking>({ readings: [], state: 'unasked', error: null });
  const flight = useRef<AbortController | null>(null);
  useEffect(() => () => flight.current?.abort(), []);
  const there = asking.readings.length;
  const read = useCallback(async () => {
    if (flight.current) return;
    const controller = new AbortController();
    flight.current = controller;
    setAsking((old) => ({ ...old, state: 'reading', error: null }));
    try {
      for (const at of times.slice(there)) {
        const { result: reading } = await api.experimentResults(id, controller.signal, at);
        setAsking((old) => ({ ...old, readings: [...old.readings, reading] }));
      }
      setAsking((old) => ({ ...old, state: 'read' }));
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      setAsking((old) => ({ ...old, state: 'stopped', error }));
    } finally {
      flight.current = null;
    }
  }, [api, id, times, there]);
  return { ...asking, wanted: times.length + 1, read };
}

export function Readings({ experiment, result }: { experiment: Experiment; result: ExperimentResults }) {
  const { route, locale, catalogue } = useDashboard();
  const { readings, state, error, wanted, read } = useReadings(experiment.id, result);
  const [table, setTable] = useState(false);
  const measures = catalogue.known([...new Set([...experiment.metrics, ...experiment.guardrails])]);
  const [metric, setMetric] = useState(measures[0]?.name ?? '');
  const [armName, setArm] = useState(result.comparisons[0]?.arm ?? '');
  const measure = measures.find(({ name }) => name === metric) ?? measures[0];
  const comparison = result.comparisons.find(({ arm }) => arm === armName) ?? result.comparisons[0];
  const points = useMemo(
    () => (measure && comparison ? effectPoints([...readings, result], comparison, measure) : []),
    [readings, result, measure, comparison],
  );
  if (!measure || !comparison) return null;
  const begun = state !== 'unasked';
  return (
    <Panel
      title={begun ? `Effect on ${measure.title} over time` : 'Effects over time'}
      label="Effects over time"
      name="readings"
      busy={state === 'reading'}
      controls={
        begun && (
          <>
            <label class="picker">
              <span class="visually-hidden">Effect over time</span>
              <select name="reading-metric" value={measure.name} onChange={(event) => setMetric(event.currentTarget.value)}>
                {measures.map(({ name, title }) => (
                  <option key={name} value={name} selected={name === measure.name}>
                    {title}
                  </option>
                ))}
              </select>
            </label>
            {result.comparisons.length > 1 && (
              <label class="picker">
                <span>arm</span>
                <select name="reading-arm" value={comparison.arm} onChange={(event) => setArm(event.currentTarget.value)}>
                  {result.comparisons.map(({ arm }) => (
                    <option key={arm} value={arm} selected={arm === comparison.arm}>
                      {arm}
                    </option>
                  ))}
                </select>
              </label>
            )}
            <TableToggle table={table} set={setTable} />
          </>
        )
      }
    >
      <p class="panel-words">
        {begun ? `${comparison.arm} less ${comparison.against}` : 'Each arm less the first'}, with all attempts from the start to each reading. The intervals hold
        at all readings together: once one of them leaves 0 out, that stands.
      </p>
      {!begun && (
        <p>
          <button type="button" class="button" onClick={read}>
            Read as of {READINGS} times
          </button>{' '}
          <span class="muted small">
            each takes about as long as this page did, {format.text(result.tookMs, 'ms', locale)}
          </span>
        </p>
      )}
      {error && <Failure error={error} retry={read} compact />}
      {begun && (
        <>
          <p class="muted small" role="status" data-readings={readings.length + 1}>
            {state === 'read' ? `${wanted} readings.` : `${readings.length + 1} of ${wanted} readings${state === 'reading' ? ', reading on…' : '.'}`}
          </p>
          <EffectFigure points={points} measure={measure} comparison={comparison} zone={route.zone} table={table} />
        </>
      )}
    </Panel>
  );
}

interface Drawn {
  points: Point[];
  measure: Measure;
  comparison: Pick<ArmComparison, 'arm' | 'against'>;
  zone: string;
  table: boolean;
}

function EffectFigure({ points, measure, comparison, zone, table }: Drawn) {
  const { locale, scheme } = useDashboard();
  const telling = useMemo(() => tellingOf(measure, zone, locale), [measure, zone, locale]);
  if (!points.some(({ value }) => value !== null)) return <p class="nothing">No reading knows a difference yet.</p>;
  const has = (test: (point: Point) => boolean) => points.some(test);
  return (
    <>
      <figure class="series">
        <figcaption class="visually-hidden" data-summary>
          {readingsSentence(points, measure, zone, locale)}
        </figcaption>
        {table ? (
          <ReadingsTable points={points} measure={measure} comparison={comparison} zone={zone} />
        ) : (
          <SeriesChart points={points} measure={measure} interval="minute" zone={zone} locale={locale} scheme={scheme} against="0" telling={telling} />
        )}
      </figure>
      <ul class="legend" aria-hidden="true" style={{ visibility: table ? 'hidden' : undefined }}>
        {has(({ low }) => low !== null) && <li class="legend-band">95 % interval, at all readings together</li>}
        <li class="legend-reference">no difference</li>
        {has(({ comparison: judged }) => judged?.verdict === 'worse') && <li class="legend-worse">worse</li>}
      </ul>
    </>
  );
}

function ReadingsTable({ points, measure, comparison, zone }: Omit<Drawn, 'table'>) {
  const { locale } = useDashboard();
  return (
    <div class="table-scroll" role="region" aria-label={`Effect on ${measure.title} as a table`} tabIndex={0}>
      <table>
        <caption class="visually-hidden">
          {measure.title}, {comparison.arm} less {comparison.against}, at each reading
        </caption>
        <thead>
          <tr>
            <th scope="col">As of</th>
            <th scope="col" class="number">
              Difference
            </th>
            <th scope="col" class="number">
              95 % interval
            </th>
            <th scope="col">Verdict</th>
            <th scope="col" class="number">
              Attempts
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map(({ start, value, low, high, comparison: effect, attempts }) => (
            <tr key={start} data-reading={new Date(start).toISOString()}>
              <th scope="row">{format.momentText(start, zone, locale)}</th>
              <td class="number">{signedText(value, measure.unit, locale)}</td>
              <td class="number muted">{low !== null && high !== null ? boundsText(low, high, measure, locale) : format.NOTHING}</td>
              <td>{effect && <VerdictMark comparison={effect} judged={measure} locale={locale} />}</td>
              <td class="number muted">{format.text(attempts, 'count', locale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
