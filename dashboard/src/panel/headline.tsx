// Here live the headline numbers: each a value, its interval and its change against the baseline with the verdict in words.
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useMemo, useState } from 'preact/hooks';
import { plainDefinition, type Measure } from '../catalogue.ts';
import { VerdictMark } from '../chart/verdict.tsx';
import { useDashboard } from '../context.ts';
import { isExplainable } from '../data/explain.ts';
import { AUDIENCE, EXPERIENCE, headlineKey, headlineQuestion, VIEWERS } from '../data/question.ts';
import { baselinePhrase, comparisonWords, explain, hasInterval, isChange, valueSentence } from '../data/verdict.ts';
import type { Headline } from '../first.ts';
import * as format from '../format.ts';
import { lazy } from '../lazy.tsx';
import { useAnswer, useLate, type Asked } from '../use.ts';
import { RouteLink } from './link.tsx';
import { Failure, Skeleton } from './state.tsx';

/** Figures of one task. */
const AT_ONCE = 6;

/** By metric, how it went, drawn. */
export type Sparks = ReadonlyMap<string, ComponentChildren>;
const Sparks = createContext<Sparks>(new Map());
const Spark = ({ name }: { name: string }) => <span class="figure-spark">{useContext(Sparks).get(name)}</span>;

const SparksOf = lazy(
  () => import('./sparks.tsx'),
  () => null,
);

export function HeadlinePanel({ asked }: { asked: Asked<Headline> }) {
  const { catalogue, signOut } = useDashboard();
  const { answer } = asked;
  // In three tasks: what viewers experienced in two, then how many they were.
  const second = useLate(answer);
  const third = useLate(second);
  const figures = (names: readonly string[], headline: Headline | null) =>
    catalogue.known([...names]).map((measure) => <li key={measure.name}>{headline ? <Figure measure={measure} headline={headline} /> : <Skeleton />}</li>);
  const first = useMemo(() => figures(EXPERIENCE.slice(0, AT_ONCE), answer), [catalogue, answer]);
  const further = useMemo(() => figures(EXPERIENCE.slice(AT_ONCE), second), [catalogue, second]);
  const audience = useMemo(() => figures(AUDIENCE, third), [catalogue, third]);
  const [sparks, setSparks] = useState<Sparks>(new Map());
  return (
    <Sparks.Provider value={sparks}>
      <section aria-label="Headline numbers" data-panel="headline" aria-busy={asked.busy}>
        <h2 class="visually-hidden">Headline numbers</h2>
        {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={asked.answer !== null} />}
        {(asked.answer || !asked.error) && (
          <div data-stale={asked.answer && !asked.current ? '' : undefined}>
            <ul class="figures figures-experience" aria-label="Experience">
              {first}
              {further}
            </ul>
            <ul class="figures figures-audience" aria-label="Audience">
              {audience}
              {third ? <Viewers /> : figures(VIEWERS, null)}
            </ul>
            {third && <SparksOf put={setSparks} />}
          </div>
        )}
      </section>
    </Sparks.Provider>
  );
}

/** How many watched: a question of its own. */
function Viewers() {
  const { api, catalogue, route, range, tick } = useDashboard();
  const known = catalogue.known(VIEWERS);
  const metrics = known.map(({ name }) => name);
  const { answer, current, error, retry } = useAnswer<Headline>(headlineKey(route, metrics), tick, async (signal) => ({
    answer: await api.query(headlineQuestion(route, range, metrics), signal),
    range,
    route,
  }));
  return (
    <>
      {known.map((measure) => (
        <li key={measure.name} data-stale={answer && !current ? '' : undefined}>
          {answer ? <Figure measure={measure} headline={answer} /> : error ? <Unanswered measure={measure} words={error.message} retry={retry} /> : <Skeleton />}
        </li>
      ))}
    </>
  );
}

function Unanswered({ measure, words, retry }: { measure: Measure; words: string; retry: () => void }) {
  return (
    <div class="figure" role="alert">
      <span class="figure-title">{measure.title}</span>
      <span class="figure-value muted">{format.NOTHING}</span>
      <span class="figure-interval">{words}</span>
      <button type="button" class="button button-quiet" onClick={retry}>
        Try again<span class="visually-hidden">: {measure.title}</span>
      </button>
    </div>
  );
}

function Figure({ measure, headline }: { measure: Measure; headline: Headline }) {
  const { route, go, locale } = useDashboard();
  const row = headline.answer.result.rows[0];
  const value = row?.values[measure.name];
  const comparison = row?.comparisons?.[headline.route.baseline]?.[measure.name];
  const { unit } = measure;
  const against = baselinePhrase(headline.route, headline.range);
  const written = typeof value?.value === 'number' ? format.write(value.value, unit, locale) : null;
  const words = [
    `${measure.title}: ${valueSentence(value, unit, locale)}.`,
    ...(comparison ? explain(comparison, measure, against, locale) : []),
    ...(value?.unreliable ? ['A tail of few attempts: not reliable.'] : []),
    plainDefinition(measure),
  ];
  const id = `figure-${measure.name}`;
  return (
    <>
      <button
        type="button"
        class="figure"
        data-metric={measure.name}
        data-value={value?.value ?? ''}
        data-verdict={comparison?.verdict}
        data-tip={words.join('\n')}
        aria-pressed={route.metric === measure.name}
        aria-describedby={id}
        onClick={() => go({ metric: measure.name })}
      >
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
          {value && hasInterval(value) ? format.intervalText(value.low, value.high, unit, locale, value.value) : written ? '' : (value?.reason ?? 'no data')}
          {value?.unreliable && (written && hasInterval(value) ? ' · few attempts' : 'few attempts')}
        </span>
        <Spark name={measure.name} />
        <span class="figure-change">
          {comparison && (
            <>
              <VerdictMark comparison={comparison} judged={measure} locale={locale} />
              {typeof comparison.reference === 'number' && (
                <span class="figure-reference">
                  {isChange(comparisonWords(comparison, measure.better)) ? 'than' : 'vs'}{' '}
                  {format.text(comparison.reference, unit, locale)}
                </span>
              )}
            </>
          )}
        </span>
        <span id={id} class="visually-hidden">
          {words.slice(1).join(' ')}
        </span>
      </button>
      {comparison && isExplainable(measure) && isChange(comparisonWords(comparison, measure.better)) && <WhyLink measure={measure} class="figure-why" />}
    </>
  );
}

/** From a change to where it comes from; of a difference from the industry nobody can say. */
export function WhyLink({ measure, class: name }: { measure: Measure; class: string }) {
  if (useDashboard().route.baseline === 'industry') return null;
  return (
    <RouteLink class={name} change={{ view: 'why', metric: measure.name }} data-why={measure.name}>
      Why?<span class="visually-hidden"> Where the change of {measure.title} comes from</span>
    </RouteLink>
  );
}
