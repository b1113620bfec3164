// Here lives the panel of alert rules: which there are and how each stands, the form that makes and changes them, what each saw and
// whom it told. What it can be asked is `api-more`; whether something is bad is the server's to say.
import { useState } from 'preact/hooks';
import { alertHistory, alerts, changeAlert, createAlert, deleteAlert, deliveries, testAlert } from '../api-more.ts';
import type { Alert, AlertEvaluation, AlertRequest } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { Icon, type IconName } from '../chart/icon.tsx';
import { Whisker } from '../chart/whisker.tsx';
import { useDashboard } from '../context.ts';
import {
  conditionText,
  deliveryText,
  draftOf,
  JUDGEMENT_TITLES,
  looksOf,
  messageText,
  minutesText,
  reasonText,
  referenceOf,
  requestOf,
  sorted,
  standing,
  STATE_TITLES,
  TOLD_TITLES,
  typedUnit,
  type Draft,
} from '../data/alert.ts';
import { domainOf } from '../data/breakdown.ts';
import { cohortText, valueText } from '../data/filter.ts';
import { BASELINE_TITLES } from '../data/verdict.ts';
import * as format from '../format.ts';
import { BASELINES, type Filter } from '../route.ts';
import { useAction, useAnswer, useNow } from '../use.ts';
import { ConditionFields } from './condition-fields.tsx';
import { Confirm } from './confirm.tsx';
import { Copy, Failure, Panel, Skeleton } from './state.tsx';

/** A rule is looked at once a minute at most. */
const REFRESH_MS = 20_000;
/** A message that was asked for is on its way now. */
const DELIVERIES_REFRESH_MS = 2_000;
const LOOKS = 100;
const SERIES_FEW = 5;
const NAMED = BASELINES.filter((baseline) => baseline !== 'cohort' && baseline !== 'none');

/** Shapes that differ without their colour. None of them is a verdict's red: a rule that fires is an alarm. */
const STATE_ICONS: Record<string, IconName> = { firing: 'worse', pending: 'provisional', ok: 'better', no_data: 'unsure', paused: 'minus', new: 'provisional' };

/** Which of those a look at one series is shown as. */
const LOOK_STATES: Record<string, string> = { bad: 'pending', fine: 'ok' };

function State({ state, words }: { state: string; words: string }) {
  return (
    <span class="alert-state" data-state={state}>
      <Icon name={STATE_ICONS[state] ?? 'unsure'} />
      {words}
    </span>
  );
}

export function AlertsPanel() {
  const { api, route, may, signOut } = useDashboard();
  const now = useNow(REFRESH_MS);
  const asked = useAnswer(JSON.stringify(['alerts', route.organization]), now, async (signal) => (await alerts(api, signal)).result.alerts);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Alert | null>(null);
  const shown = asked.answer;
  return (
    <Panel
      title="Alerts"
      label="Alerts"
      name="alerts"
      busy={asked.busy}
      controls={
        may.write && (
          <button type="button" class="button" aria-expanded={adding} onClick={() => setAdding(!adding)}>
            <Icon name="plus" /> New alert
          </button>
        )
      }
    >
      <p class="panel-words">A question that is asked again and again. It fires once when an interval lies wholly beyond a number, or a verdict is “worse”, and says so once more when that is over.</p>
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      {!shown && !asked.error && <Skeleton height={160} />}
      {made?.secret && (
        <div class="secret" role="status" data-made={made.id}>
          <p>
            <b>{made.name}</b>: copy the key of its webhook’s signatures now. It is shown this once.
          </p>
          <p class="card-key">
            <code data-secret>{made.secret}</code> <Copy text={made.secret} label={`the signing key of ${made.name}`} />
            <button type="button" class="button button-quiet" onClick={() => setMade(null)}>
              I have it
            </button>
          </p>
        </div>
      )}
      {adding && (
        <AlertForm
          alert={null}
          close={(rule) => {
            setAdding(false);
            if (!rule) return;
            setMade(rule.webhook ? rule : null);
            asked.retry();
          }}
        />
      )}
      {shown && shown.length === 0 && !adding && <p class="nothing">No alert yet.{may.write ? ' The first one begins with “New alert”.' : ''}</p>}
      {shown && shown.length > 0 && (
        <ul class="cards">
          {shown.map((alert) => (
            <AlertCard key={alert.id} alert={alert} changed={asked.retry} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** The filters of a rule as everywhere in words. */
const conditionsText = ({ filters }: Alert, titleOf: (attribute: string) => string) =>
  filters
    .map(({ attribute, operator, value }) => {
      const plain: Filter['value'] = Array.isArray(value) ? value.map((each) => each ?? valueText(null)) : value === null ? null : String(value);
      return `${titleOf(attribute)} ${cohortText([{ attribute, operator, value: plain }])}`;
    })
    .join(', ');

function AlertCard({ alert, changed }: { alert: Alert; changed: () => void }) {
  const { api, catalogue, route, locale, may } = useDashboard();
  const [open, setOpen] = useState<'edit' | 'history' | 'deliveries' | 'delete' | null>(null);
  const { busy, error, run } = useAction();
  const { id, name, enabled, metric, dimension, windowMinutes, everyMinutes, webhook, nextAt, series } = alert;
  const measure = catalogue.measure(metric);
  const moment = (at: string) => format.momentText(Date.parse(at), route.zone, locale);
  const toggle = (what: 'edit' | 'history' | 'deliveries') => setOpen(open === what ? null : what);
  const attempts = conditionsText(alert, (attribute) => catalogue.attributeTitle(attribute));
  const facts: [string, string][] = [
    ['Watches', `${measure?.title ?? metric}${dimension ? `, by ${catalogue.attributeTitle(dimension)}` : ''}`],
    ['Of', attempts || 'all attempts'],
    ['Fires when', conditionText(alert, measure?.unit ?? '', locale)],
    ['Looks', `every ${minutesText(everyMinutes, locale)} at ${minutesText(windowMinutes, locale)}`],
    ['Tells', webhook ? webhook.url : 'nobody; what came of it stands here'],
    ['Looks next', nextAt ? moment(nextAt) : 'not while it is paused'],
  ];
  return (
    <li class="card" data-alert={id} data-enabled={enabled} data-state={standing(alert).state}>
      <div class="card-head">
        <h3>{name}</h3>
        <State {...standing(alert)} />
      </div>
      <dl class="card-facts">
        {facts.map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {dimension && series.length > 0 && <SeriesStates alert={alert} moment={moment} />}
      <p class="card-actions">
        <button type="button" class="button" aria-expanded={open === 'history'} onClick={() => toggle('history')}>
          History<span class="visually-hidden"> of {name}</span>
        </button>
        {webhook && (
          <button type="button" class="button" aria-expanded={open === 'deliveries'} onClick={() => toggle('deliveries')}>
            Messages<span class="visually-hidden"> of {name}</span>
          </button>
        )}
        {may.write && (
          <>
            <button type="button" class="button" aria-expanded={open === 'edit'} onClick={() => toggle('edit')}>
              Change<span class="visually-hidden"> {name}</span>
            </button>
            <button type="button" class="button" disabled={busy} onClick={async () => (await run(() => changeAlert(api, id, { enabled: !enabled }))) && changed()}>
              {enabled ? 'Pause' : 'Resume'}
              <span class="visually-hidden"> {name}</span>
            </button>
            {webhook && (
              <button type="button" class="button" disabled={busy} onClick={async () => (await run(() => testAlert(api, id))) && setOpen('deliveries')}>
                Send a test<span class="visually-hidden"> for {name}</span>
              </button>
            )}
            <button type="button" class="button button-quiet" onClick={() => setOpen('delete')}>
              Delete<span class="visually-hidden"> alert {name}</span>
            </button>
          </>
        )}
      </p>
      {error && <Failure error={error} />}
      {open === 'edit' && (
        <AlertForm
          alert={alert}
          close={(rule) => {
            setOpen(null);
            if (rule) changed();
          }}
        />
      )}
      {open === 'history' && <History alert={alert} measure={measure} moment={moment} />}
      {open === 'deliveries' && <Deliveries id={id} name={name} moment={moment} />}
      {open === 'delete' && (
        <Confirm
          title={`Delete ${name}?`}
          action="Delete"
          act={() => deleteAlert(api, id)}
          close={(done) => {
            setOpen(null);
            if (done) changed();
          }}
        >
          Its history and its messages go too, those that wait included. Nobody is told that what it fired about is over.
        </Confirm>
      )}
    </li>
  );
}

function SeriesStates({ alert, moment }: { alert: Alert; moment: (at: string) => string }) {
  const [all, setAll] = useState(false);
  const series = sorted(alert.series);
  const shown = all ? series : series.slice(0, SERIES_FEW);
  return (
    <ul class="alert-series" aria-label={`Series of ${alert.name}`}>
      {shown.map((each) => (
        <li key={each.value} data-series={each.value ?? ''} data-state={each.state}>
          <b>{valueText(each.value)}</b> <State state={each.state} words={STATE_TITLES[each.state] ?? each.state} /> <span class="muted small">since {moment(each.since)}</span>
        </li>
      ))}
      {series.length > SERIES_FEW && (
        <li>
          <button type="button" class="button button-quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? `The first ${SERIES_FEW}` : `All ${series.length}`}
            <span class="visually-hidden"> series of {alert.name}</span>
          </button>
        </li>
      )}
    </ul>
  );
}

// ---- what came of a rule

function History({ alert, measure, moment }: { alert: Alert; measure: Measure | undefined; moment: (at: string) => string }) {
  const { api, locale } = useDashboard();
  const now = useNow(REFRESH_MS);
  const [told, setTold] = useState(true);
  const [older, setOlder] = useState<{ evaluations: AlertEvaluation[]; ended: boolean } | null>(null);
  const { busy, error, run } = useAction();
  const asked = useAnswer(JSON.stringify(['history', alert.id, alert.updatedAt]), now, async (signal) => (await alertHistory(api, alert.id, LOOKS, null, signal)).result.evaluations);
  const latest = asked.answer ?? [];
  const last = older?.evaluations.at(-1) ?? latest.at(-1);
  // The newest answer grows at its head while older ones are read at its end.
  const from = latest.at(-1)?.at;
  const evaluations = [...latest, ...(older?.evaluations ?? []).filter(({ at }) => !from || at < from)];
  const looks = looksOf(evaluations, told);
  const unit = measure?.unit ?? '';
  const domain = domainOf(
    looks.flatMap(({ series }) => (series ? [{ value: { ...series.reading, value: series.reading.value ?? null }, comparison: { reference: referenceOf(alert.condition, series.reading) } }] : [])),
  );
  const more = () =>
    run(async () => {
      const { result } = await alertHistory(api, alert.id, LOOKS, last?.at ?? null);
      setOlder({ evaluations: [...(older?.evaluations ?? []), ...result.evaluations], ended: result.evaluations.length < LOOKS });
    });
  return (
    <div class="alert-part" data-history={alert.id}>
      <div class="segments" role="group" aria-label={`What of ${alert.name}`}>
        <button type="button" aria-pressed={told} onClick={() => setTold(true)}>
          Began or ended
        </button>
        <button type="button" aria-pressed={!told} onClick={() => setTold(false)}>
          Every look
        </button>
      </div>
      {asked.error && <Failure error={asked.error} retry={asked.retry} compact={asked.answer !== null} />}
      {!asked.answer && !asked.error && <Skeleton height={160} />}
      {asked.answer && looks.length === 0 && (
        <p class="nothing">
          {evaluations.length === 0
            ? alert.enabled
              ? 'It has not looked yet.'
              : 'It has not looked; resume it to begin.'
            : `Nothing began or ended in the latest ${evaluations.length === 1 ? 'look' : `${format.text(evaluations.length, 'count', locale)} looks`}.`}
        </p>
      )}
      {looks.length > 0 && (
        <div class="table-scroll alert-table" role="region" aria-label={`History of ${alert.name}`} tabIndex={0}>
          <table class="stacked">
            <thead>
              <tr>
                <th scope="col">Looked at</th>
                {alert.dimension && <th scope="col">Series</th>}
                <th scope="col">What it said</th>
                <th scope="col" class="number">
                  {measure?.title ?? alert.metric}
                </th>
                <th scope="col">{format.partText(alert.confidence, locale)} interval</th>
                <th scope="col" class="number">
                  Attempts
                </th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {looks.map(({ at, series, error: failed }) => {
                const reading = series?.reading;
                return (
                  <tr key={`${at} ${series?.value}`} data-look={at} data-judgement={reading?.judgement ?? 'failed'} data-told={series?.told ?? ''}>
                    <th scope="row">{moment(at)}</th>
                    {alert.dimension && <td>{series ? valueText(series.value) : format.NOTHING}</td>}
                    <td>
                      {series ? (
                        <State
                          state={series.told === 'firing' ? 'firing' : series.told ? 'ok' : (LOOK_STATES[reading?.judgement ?? ''] ?? 'no_data')}
                          words={series.told ? (TOLD_TITLES[series.told] ?? series.told) : (JUDGEMENT_TITLES[reading?.judgement ?? ''] ?? reading?.judgement ?? '')}
                        />
                      ) : (
                        'could not ask'
                      )}
                    </td>
                    <td class="number">{format.text(reading?.value, unit, locale)}</td>
                    <td class="interval-cell">
                      {typeof reading?.low === 'number' && typeof reading.high === 'number' ? (
                        <Whisker
                          value={{ value: reading.value ?? null, low: reading.low, high: reading.high }}
                          comparison={{ verdict: reading.verdict ?? '', reference: referenceOf(alert.condition, reading) }}
                          domain={domain}
                          unit={unit}
                          locale={locale}
                          label={`${format.intervalText(reading.low, reading.high, unit, locale, reading.value ?? reading.high)}; against ${format.text(referenceOf(alert.condition, reading), unit, locale)}`}
                        />
                      ) : (
                        <span class="muted">{format.NOTHING}</span>
                      )}
                    </td>
                    <td class="number muted" data-label="attempts">{format.text(reading?.attempts, 'count', locale)}</td>
                    <td class="muted whole">{failed ?? (reading && reasonText(reading, alert.minimumAttempts))}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {error && <Failure error={error} retry={more} />}
      {last && !older?.ended && (older || latest.length === LOOKS) && (
        <p class="more">
          <button type="button" class="button button-quiet" disabled={busy} onClick={more}>
            Look further back
          </button>
        </p>
      )}
    </div>
  );
}

function Deliveries({ id, name, moment }: { id: string; name: string; moment: (at: string) => string }) {
  const { api } = useDashboard();
  const now = useNow(DELIVERIES_REFRESH_MS);
  const asked = useAnswer(JSON.stringify(['deliveries', id]), now, async (signal) => (await deliveries(api, id, LOOKS, signal)).result.deliveries);
  const shown = asked.answer;
  return (
    <div class="alert-part" data-deliveries={id}>
      {asked.error && <Failure error={asked.error} retry={asked.retry} compact={shown !== null} />}
      {!shown && !asked.error && <Skeleton height={120} />}
      {shown && shown.length === 0 && <p class="nothing">Nobody was told anything yet. “Send a test” tries the webhook.</p>}
      {shown && shown.length > 0 && (
        <div class="table-scroll alert-table" role="region" aria-label={`Messages of ${name}`} tabIndex={0}>
          <table class="stacked">
            <thead>
              <tr>
                <th scope="col">Written at</th>
                <th scope="col">What it says</th>
                <th scope="col" class="number">
                  Tries
                </th>
                <th scope="col">How far it is</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((delivery) => (
                <tr key={delivery.id} data-delivery={delivery.id} data-arrived={delivery.deliveredAt ? 'yes' : 'no'}>
                  <th scope="row">{moment(delivery.createdAt)}</th>
                  <td>{messageText(delivery)}</td>
                  <td class="number" data-label="tries">{delivery.tries}</td>
                  <td class="whole">{deliveryText(delivery, moment)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

// ---- the form

/** Closes with the rule as the server has it, or null where it was not wanted. */
function AlertForm({ alert, close }: { alert: Alert | null; close: (rule: Alert | null) => void }) {
  const { api, catalogue, route } = useDashboard();
  const [draft, setDraft] = useState<Draft>(() => draftOf(alert, catalogue.measure(alert?.metric ?? '')?.unit ?? ''));
  const { busy, error, run } = useAction();
  const set = (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change }));
  const measure = catalogue.measure(draft.metric);
  const unit = measure?.unit ?? '';
  const typed = typedUnit(unit).name;
  const judged = measure?.better !== 'neither';
  const submit = async (event: Event) => {
    event.preventDefault();
    const said = requestOf(draft, unit, alert ? null : route.zone);
    let rule: Alert | null = null;
    const done = await run(async () => {
      // The draft of a new rule has every part of one.
      rule = (await (alert ? changeAlert(api, alert.id, said) : createAlert(api, said as AlertRequest))).result;
    });
    if (done) close(rule);
  };
  const whole = (name: keyof Draft, title: string) => (
    <label class="field">
      <span>{title}</span>
      <input name={`alert-${name}`} inputMode="numeric" pattern="[0-9]+" required value={String(draft[name])} onInput={(event) => set({ [name]: event.currentTarget.value })} />
    </label>
  );
  return (
    <form class="card-form" aria-label={alert ? `Change ${alert.name}` : 'New alert'} onSubmit={submit} onKeyDown={(event) => event.key === 'Escape' && close(null)}>
      <label class="field field-wide">
        <span>Name</span>
        <input name="alert-name" required value={draft.name} autofocus onInput={(event) => set({ name: event.currentTarget.value })} />
      </label>
      <label class="field">
        <span>Metric</span>
        <select
          name="alert-metric"
          value={draft.metric}
          onChange={(event) => {
            const next = event.currentTarget.value;
            // Of what has no better side nothing is worse.
            set({ metric: next, ...(catalogue.measure(next)?.better === 'neither' && draft.kind === 'worse' ? { kind: 'below' } : {}) });
          }}
        >
          {!measure && (
            <option value={draft.metric} selected>
              {draft.metric}
            </option>
          )}
          {catalogue.measures.map(({ name, title }) => (
            <option key={name} value={name} selected={name === draft.metric}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Fires when it is</span>
        <select name="alert-kind" value={draft.kind} onChange={(event) => set({ kind: event.currentTarget.value as Draft['kind'] })}>
          {judged && (
            <option value="worse" selected={draft.kind === 'worse'}>
              worse than
            </option>
          )}
          <option value="above" selected={draft.kind === 'above'}>
            surely above
          </option>
          <option value="below" selected={draft.kind === 'below'}>
            surely below
          </option>
        </select>
      </label>
      {draft.kind === 'worse' ? (
        <label class="field">
          <span>What</span>
          <select name="alert-baseline" value={draft.baseline} onChange={(event) => set({ baseline: event.currentTarget.value })}>
            {draft.baseline === '' && (
              <option value="" selected>
                what it is compared with now
              </option>
            )}
            {NAMED.map((name) => (
              <option key={name} value={name} selected={name === draft.baseline}>
                {BASELINE_TITLES[name]}
              </option>
            ))}
          </select>
        </label>
      ) : (
        <label class="field">
          <span>Number{typed && `, ${typed}`}</span>
          <input name="alert-threshold" inputMode="decimal" pattern="[0-9]+([.,][0-9]+)?" required value={draft.threshold} onInput={(event) => set({ threshold: event.currentTarget.value })} />
        </label>
      )}
      <label class="field">
        <span>Each value of this on its own</span>
        <select name="alert-dimension" value={draft.dimension} onChange={(event) => set({ dimension: event.currentTarget.value })}>
          <option value="" selected={draft.dimension === ''}>
            nothing: one series
          </option>
          {draft.dimension && !catalogue.attributes.some(({ name }) => name === draft.dimension) && (
            <option value={draft.dimension} selected>
              {catalogue.attributeTitle(draft.dimension)}
            </option>
          )}
          {catalogue.attributes.map(({ name, title }) => (
            <option key={name} value={name} selected={name === draft.dimension}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <ConditionFields rows={draft.conditions} change={(conditions) => set({ conditions })} />
      <label class="field field-wide">
        <span>Webhook that is told; empty for nobody</span>
        <input name="alert-webhook" inputMode="url" spellcheck={false} placeholder="https://" value={draft.webhook} onInput={(event) => set({ webhook: event.currentTarget.value })} />
      </label>
      <details class="more-fields" onInvalidCapture={(event) => (event.currentTarget.open = true)}>
        <summary>How often, how long, how sure</summary>
        <div>
          {whole('everyMinutes', 'Looks every … minutes')}
          {whole('windowMinutes', 'at the last … minutes')}
          {whole('delaySeconds', 'that ended … seconds before')}
          <label class="field">
            <span>Interval, %</span>
            <input name="alert-confidence" inputMode="decimal" pattern="[0-9]+([.,][0-9]+)?" required value={draft.confidence} onInput={(event) => set({ confidence: event.currentTarget.value })} />
          </label>
          {whole('minimumAttempts', 'Attempts at least')}
          {whole('times', 'Bad looks in a row')}
          {whole('coolDownMinutes', 'Minutes until it may fire anew')}
        </div>
      </details>
      <p class="card-actions">
        <button type="submit" class="button button-primary" disabled={busy}>
          {alert ? 'Save' : 'Create'}
        </button>
        <button type="button" class="button" onClick={() => close(null)}>
          Cancel
        </button>
      </p>
      {error && <Failure error={error} />}
    </form>
  );
}
