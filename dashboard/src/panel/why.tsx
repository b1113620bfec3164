// Here lives the page that says where a change comes from: the change in words, the cells that carry it, what the data cannot
// tell from them, and the audience's own shift apart. Each cause leads to the dashboard narrowed to it and to its attempts.
// Asked once, not at every refresh: the server searches through hundreds of cells. Loaded on demand.
import type { Answer } from '../api.ts';
import type { Cause, Condition, ExplainResult } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { Icon } from '../chart/icon.tsx';
import { VerdictMark } from '../chart/verdict.tsx';
import { useDashboard } from '../context.ts';
import { carriesScale, causeSentence, cellKey, cellText, foundSentence, isExplainable, shiftSentence } from '../data/explain.ts';
import { explainQuestion, worstFor } from '../data/question.ts';
import type { Range } from '../data/range.ts';
import { BASELINE_TITLES, baselinePhrase, explain, hasInterval } from '../data/verdict.ts';
import * as format from '../format.ts';
import { withCell, type Route } from '../route.ts';
import { useAnswer } from '../use.ts';
import { RouteLink } from './link.tsx';
import { Failure, Panel, Skeleton } from './state.tsx';
import '../later.css';

interface Explained {
  answer: Answer<ExplainResult>;
  route: Route;
  range: Range;
  measure: Measure;
  askedMs: number;
}

export default function WhyPanel() {
  const { catalogue, route, go } = useDashboard();
  const measure = catalogue.measure(route.metric) ?? catalogue.measures[0]!;
  return (
    <>
      <p class="back">
        <RouteLink change={{ view: 'overview' }}>
          <Icon name="back" /> Overview
        </RouteLink>
      </p>
      <div class="page-head">
        <h1>Where does the change come from?</h1>
        <label class="picker">
          <span>Metric</span>
          <select name="why-metric" value={measure.name} onChange={(event) => go({ metric: event.currentTarget.value })}>
            {catalogue.measures.filter((each) => isExplainable(each) || each === measure).map(({ name, title }) => (
              <option key={name} value={name} selected={name === measure.name}>
                {title}
              </option>
            ))}
          </select>
        </label>
      </div>
      {route.baseline === 'none' ? (
        <section class="panel empty" aria-label="No comparison" data-panel="why-nothing">
          <h2>No comparison is chosen</h2>
          <p class="empty-actions">Without something to compare with there is no change to explain.</p>
          <button type="button" class="button button-primary" onClick={() => go({ baseline: 'auto' })}>
            Compare with: {BASELINE_TITLES.auto}
          </button>
        </section>
      ) : route.baseline === 'industry' ? (
        <section class="panel empty" aria-label="Not explainable" data-panel="why-nothing">
          <h2>Nobody’s numbers can be read from the industry</h2>
          <p class="empty-actions">So a difference from it cannot be taken apart. What changed since before can.</p>
          <button type="button" class="button button-primary" onClick={() => go({ baseline: 'auto' })}>
            Compare with: {BASELINE_TITLES.auto}
          </button>
        </section>
      ) : !isExplainable(measure) ? (
        <section class="panel empty" aria-label="Not explainable" data-panel="why-nothing">
          <h2>{measure.title} does not add up over parts of the audience</h2>
          <p class="empty-actions">One viewer can be in several parts, so no part carries a share of its change. Attempts and plays can be asked about.</p>
          <button type="button" class="button button-primary" onClick={() => go({ metric: 'attempts' })}>
            Ask about attempts
          </button>
        </section>
      ) : (
        <Answered measure={measure} />
      )}
    </>
  );
}

function Answered({ measure }: { measure: Measure }) {
  const { api, route, range, locale, signOut } = useDashboard();
  const { zone, baseline, cohort, filters } = route;
  const key = JSON.stringify(['why', measure.name, route.range, route.from, route.to, zone, baseline, cohort, filters]);
  const asked = useAnswer<Explained>(key, 0, async (signal) => {
    const asking = { ...route, metric: measure.name };
    const answer = await api.explain(explainQuestion(asking, range), signal);
    return { answer, route: asking, range, measure, askedMs: Date.now() };
  });
  // A cause of another question beside this one's title would be a lie, so the old answer does not stay.
  const shown = asked.current ? asked.answer : null;
  return (
    <>
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      {!shown && !asked.error && (
        <section class="panel waiting" aria-label="Looking for causes" aria-busy="true" data-panel="why">
          <p role="status">
            Looking at every value of every attribute, then inside those that stand out. A large audience takes a while.
          </p>
          <Skeleton height={110} />
          <Skeleton height={230} />
        </section>
      )}
      {shown && (
        <>
          <Total explained={shown} busy={asked.busy} again={asked.retry} locale={locale} />
          <Causes explained={shown} />
          <Shifts explained={shown} />
        </>
      )}
    </>
  );
}

function Total({ explained, busy, again, locale }: { explained: Explained; busy: boolean; again: () => void; locale: string }) {
  const { answer, route, range, measure, askedMs } = explained;
  const { value, comparison } = answer.result.total;
  const written = typeof value.value === 'number' ? format.write(value.value, measure.unit, locale) : null;
  const against = baselinePhrase(route, range);
  return (
    <Panel
      title={measure.title}
      label="The change"
      name="why"
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
      <div class="why-total" data-value={value.value ?? ''} data-verdict={comparison.verdict}>
        <p class="figure-value">
          {written ? (
            <>
              {written.number}
              {written.unit && <small> {written.unit}</small>}
            </>
          ) : (
            <span class="muted">{format.NOTHING}</span>
          )}
        </p>
        <p class="muted small">
          {hasInterval(value) ? `95 % interval ${format.intervalText(value.low, value.high, measure.unit, locale, value.value)}` : (value.reason ?? '')}
        </p>
        <VerdictMark comparison={comparison} judged={measure} locale={locale} />
      </div>
      <ul class="why-words">
        <li class="muted">{format.rangeText(range.start, range.end, route.zone, locale)}</li>
        {explain(comparison, measure, against, locale).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Panel>
  );
}

function Causes({ explained }: { explained: Explained }) {
  const { catalogue, locale } = useDashboard();
  const { result, messages } = explained.answer;
  const scale = carriesScale(result.causes);
  return (
    <Panel title={result.causes.length > 0 ? 'What carries it' : 'No cause stands out'} label="Causes" name="causes">
      <p class="panel-words" data-tested={result.tested}>
        {foundSentence(result, locale)}
      </p>
      {/* Of nothing that was looked at nothing is alike. */}
      {messages.filter(({ type }) => result.tested > 0 || type === 'WARNING').map(({ text, type }) => (
        <p key={text} class="panel-words" data-type={type}>
          {type === 'WARNING' && <b>Note: </b>}
          {format.sentence(text)}
        </p>
      ))}
      {result.causes.length === 0 && (
        <p class="why-actions">
          <RouteLink class="button" change={{ view: 'attempts', worst: worstFor(explained.measure.name) }}>
            Single attempts, worst first
          </RouteLink>
        </p>
      )}
      {result.causes.length > 0 && (
        <ol class="causes">
          {result.causes.map((cause) => {
            const { length, all } = scale(cause.carries);
            const name = cellText(cause.conditions, (attribute) => catalogue.attributeTitle(attribute));
            return (
              <li key={cellKey(cause.conditions)} class="cause" data-cause={cellKey(cause.conditions)} data-carries={cause.carries ?? ''}>
                <h3>
                  <Cell cell={cause.conditions} />
                  <VerdictMark comparison={cause.comparison} judged={explained.measure} locale={locale} />
                </h3>
                <p data-sentence>{causeSentence(cause, result.unit, (attribute) => catalogue.attributeTitle(attribute), locale)}.</p>
                {typeof cause.carries === 'number' && (
                  <div class="carries" aria-hidden="true">
                    <span class="carries-bar" data-role={cause.comparison.verdict} style={{ width: `${(100 * length).toFixed(1)}%` }} />
                    <span class="carries-all" style={{ left: `${(100 * all).toFixed(1)}%` }} />
                  </div>
                )}
                <Notes cause={cause} tested={result.tested} />
                <p class="why-actions">
                  <RouteLink
                    class="button button-primary"
                    change={narrowed(explained, cause.conditions, 'attempts')}
                    data-attempts={cellKey(cause.conditions)}
                  >
                    Attempts behind it, worst first<span class="visually-hidden">: {name}</span>
                  </RouteLink>
                  <RouteLink class="button" change={narrowed(explained, cause.conditions, 'overview')}>
                    Show only this everywhere<span class="visually-hidden">: {name}</span>
                  </RouteLink>
                </p>
              </li>
            );
          })}
        </ol>
      )}
    </Panel>
  );
}

/** How sure it is, what it was compared with, and what the data cannot tell from it. */
function Notes({ cause, tested }: { cause: Cause; tested: number }) {
  const { locale } = useDashboard();
  return (
    <ul class="why-notes">
      <li>
        {cause.comparedWith === 'itself' ? 'Compared with itself before' : 'Not there before: compared with what it is part of'}
        {typeof cause.adjustedPValue === 'number' &&
          `; ${format.pValueText(cause.adjustedPValue, locale)}, adjusted for all ${format.text(tested, 'count', locale)} that were looked at`}
        .
      </li>
      {cause.alike.length > 0 && (
        <li data-alike>
          The data cannot tell it from{' '}
          {cause.alike.map((cell, index) => (
            <span key={cellKey(cell)}>
              {index > 0 && '; '}
              <Cell cell={cell} />
            </span>
          ))}
          .
        </li>
      )}
    </ul>
  );
}

/** A cell's name; pressed, it narrows the whole dashboard to it. */
function Cell({ cell }: { cell: Condition[] }) {
  const { route, catalogue } = useDashboard();
  return (
    <RouteLink change={{ view: 'overview', filters: withCell(route.filters, cell) }} title="Show only this everywhere">
      {cellText(cell, (attribute) => catalogue.attributeTitle(attribute))}
    </RouteLink>
  );
}

const narrowed = ({ route, measure }: Explained, cell: Condition[], view: Route['view']): Partial<Route> => ({
  view,
  metric: measure.name,
  filters: withCell(route.filters, cell),
  ...(view === 'attempts' ? { worst: worstFor(measure.name) } : {}),
});

function Shifts({ explained }: { explained: Explained }) {
  const { locale } = useDashboard();
  const { shifts, unit } = explained.answer.result;
  if (shifts.length === 0) return null;
  return (
    <Panel title="Another audience" label="Shifts of the audience" name="shifts">
      <p class="panel-words">Parts of the audience that grew or shrank, and moved the whole by that alone. Their own quality may be as ever.</p>
      <ul class="shifts">
        {shifts.map((shift) => (
          <li key={cellKey(shift.conditions)} data-shift={cellKey(shift.conditions)}>
            <Cell cell={shift.conditions} />: {shiftSentence(shift, unit, locale)}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
