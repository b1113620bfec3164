// Here lives the page of one experiment's results: who saw which arm, what the arms did against the first with intervals that hold at
// every look, their encoding ladders, and one arm beside the first over time. Asked once, not at every refresh. Loaded on demand.
import { useMemo, useState } from 'preact/hooks';
import type { Answer } from '../api.ts';
import type { ArmComparison, Experiment, ExperimentResults, QueryResult } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { Icon } from '../chart/icon.tsx';
import { useDashboard } from '../context.ts';
import { armSeriesQuestion, assignmentOf, effectsOf, FIRST_ARM } from '../data/effects.ts';
import { shareTexts, sinceText, STATE_TITLES } from '../data/experiment.ts';
import { bucketsOf, intervalFor, type Range } from '../data/range.ts';
import { hasPoints, pointsOf } from '../data/series.ts';
import * as format from '../format.ts';
import { useAnswer } from '../use.ts';
import type { Interval } from '../zone.ts';
import { EffectTable } from './effect-table.tsx';
import { Ladders } from './ladders.tsx';
import { RouteLink } from './link.tsx';
import { Readings } from './readings.tsx';
import { SeriesFigure } from './series.tsx';
import { Failure, Panel, Skeleton, TableToggle } from './state.tsx';
import '../later.css';

interface Told {
  experiment: Experiment;
  /** Null before it starts. */
  answer: Answer<ExperimentResults> | null;
  askedMs: number;
}

export default function ResultsPanel({ id }: { id: string }) {
  const { api, route, locale, signOut } = useDashboard();
  const asked = useAnswer<Told>(JSON.stringify(['results', id, route.organization]), 0, async (signal) => {
    const { result: experiment } = await api.experiment(id, signal);
    const answer = experiment.state === 'draft' ? null : await api.experimentResults(id, signal);
    return { experiment, answer, askedMs: Date.now() };
  });
  const told = asked.answer;
  return (
    <>
      <p class="back">
        <RouteLink change={{ experiment: null }}>
          <Icon name="back" /> Experiments
        </RouteLink>
      </p>
      {!told && <h1 class="visually-hidden">Results of an experiment</h1>}
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={told !== null} />}
      {!told && !asked.error && (
        <section class="panel waiting" aria-label="Reading the results" aria-busy="true" data-panel="exposure">
          <p role="status">Reading every attempt of the experiment, and what its viewers did in the 14 days before.</p>
          <Skeleton height={110} />
          <Skeleton height={230} />
        </section>
      )}
      {told && (
        <>
          <div class="page-head">
            <h1>
              {told.experiment.name} <span class="tag">{STATE_TITLES[told.experiment.state] ?? told.experiment.state}</span>
            </h1>
            <span class="muted">{sinceText(told.experiment, route.zone, locale)}</span>
          </div>
          {told.experiment.description && <p class="page-words">{told.experiment.description}</p>}
          {told.answer ? (
            <Results told={told.experiment} answer={told.answer} askedMs={told.askedMs} busy={asked.busy} again={asked.retry} />
          ) : (
            <section class="panel empty" aria-label="Not started" data-panel="results-nothing">
              <h2>This experiment has not started</h2>
              <p class="empty-actions">Nobody was exposed to it yet. Start it on the page of experiments; the first results show with its first attempts.</p>
              <RouteLink class="button button-primary" change={{ experiment: null }}>
                To the experiments
              </RouteLink>
            </section>
          )}
        </>
      )}
    </>
  );
}

function Results(props: { told: Experiment; answer: Answer<ExperimentResults>; askedMs: number; busy: boolean; again: () => void }) {
  const { told: experiment, answer, askedMs, busy, again } = props;
  const { result, messages } = answer;
  const { route, locale } = useDashboard();
  const assignment = assignmentOf(result, experiment, locale);
  return (
    <>
      <Panel
        title="Who saw what"
        label="Who saw what"
        name="exposure"
        busy={busy}
        controls={
          <>
            <span class="muted small">looked at {format.timeOfDayText(askedMs, route.zone, locale)}</span>
            <button type="button" class="button button-quiet" disabled={busy} onClick={again}>
              {busy ? 'Looking…' : 'Look again'}
            </button>
          </>
        }
      >
        <p class="assignment" data-assignment={assignment.state}>
          <span class="verdict" data-role={assignment.role}>
            <Icon name={assignment.role} />
            <b>{assignment.title}.</b>
          </span>{' '}
          {assignment.text}
        </p>
        <Exposure experiment={experiment} result={result} />
      </Panel>
      {result.comparisons.map((comparison) => (
        <Effects key={comparison.arm} comparison={comparison} experiment={experiment} result={result} />
      ))}
      {result.ladder && <Ladders ladder={result.ladder} comparisons={result.comparisons} />}
      <Readings key={`${experiment.id} ${result.end}`} experiment={experiment} result={result} />
      <OverTime experiment={experiment} result={result} />
      <ul class="notes" aria-label="Notes">
        <li class="muted">
          {format.rangeText(Date.parse(result.start), Date.parse(result.end), route.zone, locale)} · {route.zone.replaceAll('_', ' ')}
        </li>
        {[...new Map(messages.map((message) => [message.text, message])).values()].map(({ text, type }) => (
          <li key={text} data-type={type}>
            {type === 'WARNING' && <b>Note: </b>}
            {format.sentence(text)}
          </li>
        ))}
      </ul>
    </>
  );
}

function Exposure({ experiment, result }: { experiment: Experiment; result: ExperimentResults }) {
  const { locale } = useDashboard();
  const shares = shareTexts(experiment.arms, locale);
  const expected = result.arms.some(({ expectedViewers }) => typeof expectedViewers === 'number');
  const viewers = result.arms.some((arm) => typeof arm.viewers === 'number');
  const count = (value: number | null | undefined) => format.text(value === null || value === undefined ? value : Math.round(value), 'count', locale);
  return (
    <div class="table-scroll" role="region" aria-label="Exposure table" tabIndex={0}>
      <table class="stacked">
        <caption class="visually-hidden">Attempts and viewers of each arm</caption>
        <thead>
          <tr>
            <th scope="col">Arm</th>
            <th scope="col" class="number">
              Attempts
            </th>
            {viewers && (
              <th scope="col" class="number">
                Viewers
              </th>
            )}
            {expected && (
              <th scope="col" class="number">
                Meant to get
              </th>
            )}
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {result.arms.map((arm, index) => (
            <tr key={arm.name} data-arm={arm.name}>
              <th scope="row" class="whole">
                {arm.name} {index === 0 && <span class="tag wide-only">the others are compared with it</span>}
              </th>
              <td class="number" data-label="attempts">
                {count(arm.attempts)}
              </td>
              {viewers && (
                <td class="number" data-label="viewers">
                  {count(arm.viewers)}
                </td>
              )}
              {expected && (
                <td class="number muted" data-label="meant to get">
                  {count(arm.expectedViewers)}
                </td>
              )}
              <td class="muted" data-label="share">
                {shares[index]}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Effects({ comparison, experiment, result }: { comparison: ArmComparison; experiment: Experiment; result: ExperimentResults }) {
  const { catalogue } = useDashboard();
  const { arm, against } = comparison;
  const { decides, guards } = useMemo(() => effectsOf(result, comparison, experiment, catalogue), [result, comparison, experiment, catalogue]);
  const treated = [...decides, ...guards].some(({ effect }) => effect.postTreatment);
  return (
    <Panel title={`${arm} against ${against}`} label={`${arm} against ${against}`} name="effects">
      <p class="panel-words">
        Intervals and evidence hold at all looks together: reading daily and stopping at the first hit errs no more often than one look would. Evidence of
        20 excludes “no difference” at 95 %.
      </p>
      <EffectTable
        comparison={comparison}
        label={`Effects of ${arm}`}
        groups={[
          { title: 'Decides', effects: decides },
          { title: 'Must not get worse', effects: guards },
        ]}
      />
      {treated && (
        <p class="panel-words effects-hint">
          <span class="tag">after the start</span> is a metric of attempts that started. An arm that makes other attempts start is judged on other attempts; trust
          it only while starts themselves do not differ.
        </p>
      )}
    </Panel>
  );
}

interface Drawn {
  result: QueryResult;
  measure: Measure;
  interval: Interval;
  range: Range;
  zone: string;
  comparison: ArmComparison;
}

/** One arm beside the first, stretch by stretch. Each stretch stands by itself, so it has a band of its own and no verdict. */
function OverTime({ experiment, result }: { experiment: Experiment; result: ExperimentResults }) {
  const { api, route, catalogue } = useDashboard();
  const [table, setTable] = useState(false);
  const measures = catalogue.known([...new Set([...experiment.metrics, ...experiment.guardrails, 'attempts'])]);
  const [metric, setMetric] = useState(measures[0]?.name ?? 'attempts');
  const [armName, setArm] = useState(result.comparisons[0]?.arm ?? '');
  const measure = measures.find(({ name }) => name === metric) ?? measures[0];
  const comparison = result.comparisons.find(({ arm }) => arm === armName) ?? result.comparisons[0];
  const range = useMemo<Range>(() => ({ start: Date.parse(result.start), end: Date.parse(result.end), live: false, refreshMs: null }), [result.start, result.end]);
  const interval = intervalFor(range, result.arms.reduce((sum, { attempts }) => sum + attempts, 0) / Math.max(1, result.arms.length));
  const key = JSON.stringify(['arm', experiment.id, measure?.name, comparison?.arm, range, route.zone, interval]);
  const asked = useAnswer<Drawn | null>(key, 0, async (signal) => {
    if (!measure || !comparison) return null;
    const { result: answered } = await api.query(armSeriesQuestion(experiment, comparison, measure.name, range, route.zone, interval), signal);
    return { result: answered, measure, interval, range, zone: route.zone, comparison };
  });
  const shown = asked.answer;
  const points = useMemo(
    () =>
      shown
        ? pointsOf(shown.result, bucketsOf(shown.range, shown.interval, shown.zone), shown.measure, FIRST_ARM).map((point) => ({ ...point, comparison: null }))
        : [],
    [shown],
  );
  if (!measure || !comparison) return null;
  return (
    <Panel
      title={`${measure.title} over time`}
      label="Over time"
      name="arm-series"
      busy={asked.busy}
      current={!shown || asked.current}
      controls={
        <>
          <label class="picker">
            <span class="visually-hidden">Metric over time</span>
            <select name="arm-metric" value={measure.name} onChange={(event) => setMetric(event.currentTarget.value)}>
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
              <select name="arm" value={comparison.arm} onChange={(event) => setArm(event.currentTarget.value)}>
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
      }
    >
      <p class="panel-words">
        {comparison.arm} as the line, {comparison.against} dashed. Each stretch stands by itself; whether the arms differ is told above, from all of them together.
      </p>
      {asked.error && <Failure error={asked.error} retry={asked.retry} compact={shown !== null} />}
      {!shown && !asked.error && <Skeleton height={320} />}
      {shown && !hasPoints(points) && <p class="nothing">Nothing to draw: no attempt of {shown.comparison.arm} so far.</p>}
      {shown && hasPoints(points) && (
        <SeriesFigure points={points} measure={shown.measure} interval={shown.interval} zone={shown.zone} against={shown.comparison.against} table={table} />
      )}
    </Panel>
  );
}
