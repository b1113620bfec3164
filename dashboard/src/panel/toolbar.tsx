// Here lives the bar that says which attempts the page is about: time range, zone, baseline, filters.
import { useEffect, useRef, useState } from 'preact/hooks';
import { hasIndustry } from '../catalogue.ts';
import { Icon } from '../chart/icon.tsx';
import { useDashboard } from '../context.ts';
import { cohortText, filterValueText, OPERATOR_WORDS } from '../data/filter.ts';
import { valuesQuestion } from '../data/question.ts';
import { RANGE_TITLES } from '../data/range.ts';
import { BASELINE_TITLES } from '../data/verdict.ts';
import * as format from '../format.ts';
import { BASELINES, OPERATORS, RANGES, withFilter, type Baseline, type Filter, type Operator } from '../route.ts';
import { browserZone, useAnswer } from '../use.ts';
import { fromLocalText, localText } from '../zone.ts';

/** In the choice of baselines: to choose which other attempts to compare with. */
const CHOOSE = 'other';

export function Toolbar() {
  const { route, go, catalogue } = useDashboard();
  const measure = catalogue.measure(route.metric);
  const [open, setOpen] = useState<'custom' | 'filter' | 'cohort' | null>(null);
  const toggle = (name: 'custom' | 'filter') => setOpen((old) => (old === name ? null : name));
  return (
    <section class="toolbar" aria-label="What is shown">
      <div class="toolbar-row">
        <div class="segments" role="group" aria-label="Time range">
          {RANGES.map((range) => (
            <button
              key={range}
              type="button"
              data-range={range}
              aria-pressed={route.range === range}
              aria-expanded={range === 'custom' ? open === 'custom' : undefined}
              onClick={() => {
                if (range === 'custom') return toggle('custom');
                setOpen(null);
                go({ range, from: null, to: null, interval: null });
              }}
            >
              {RANGE_TITLES[range]}
            </button>
          ))}
        </div>
        <label class="picker">
          <span>Compare with</span>
          <select
            name="baseline"
            value={route.baseline}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setOpen(value === CHOOSE ? 'cohort' : null);
              if (value !== CHOOSE) return go({ baseline: value as Baseline, ...(value === 'cohort' ? {} : { cohort: [] }) });
              // Which attempts those are is not chosen yet: until then the comparison stays as it is.
              event.currentTarget.value = route.baseline;
            }}
          >
            {BASELINES.filter(
              (baseline) => baseline === route.baseline || (baseline !== 'cohort' && (baseline !== 'industry' || (measure && hasIndustry(measure)))),
            ).map((baseline) => (
              <option key={baseline} value={baseline} selected={route.baseline === baseline}>
                {baseline === 'cohort' ? `Attempts: ${cohortText(route.cohort)}` : BASELINE_TITLES[baseline]}
              </option>
            ))}
            <option value={CHOOSE}>{BASELINE_TITLES.cohort}</option>
          </select>
        </label>
        <ZonePicker />
        <Filters open={open === 'filter'} toggle={() => toggle('filter')} />
      </div>
      {open === 'custom' && <CustomRange close={() => setOpen(null)} />}
      {open === 'filter' && <FilterForm close={() => setOpen(null)} />}
      {open === 'cohort' && <FilterForm cohort close={() => setOpen(null)} />}
    </section>
  );
}

/** The filters alone, where there is no range to choose. */
export function FilterBar() {
  const [open, setOpen] = useState(false);
  return (
    <section class="toolbar" aria-label="What is shown">
      <div class="toolbar-row">
        <Filters open={open} toggle={() => setOpen(!open)} />
      </div>
      {open && <FilterForm close={() => setOpen(false)} />}
    </section>
  );
}

function Filters({ open, toggle }: { open: boolean; toggle: () => void }) {
  const { route, go } = useDashboard();
  return (
    <div class="filters" role="group" aria-label="Filters">
      {route.filters.map((filter) => (
        <FilterChip key={`${filter.attribute}${filter.operator}`} filter={filter} />
      ))}
      <button type="button" class="button button-quiet" aria-expanded={open} onClick={toggle}>
        <Icon name="plus" />
        <span>Add filter</span>
      </button>
      {route.filters.length > 1 && (
        <button type="button" class="button button-quiet" onClick={() => go({ filters: [] })}>
          Clear all
        </button>
      )}
    </div>
  );
}

function ZonePicker() {
  const { route, go } = useDashboard();
  // There are over four hundred: they are written when somebody comes near, not before the first picture.
  const [all, setAll] = useState<readonly string[]>([]);
  const near = () => all.length === 0 && setAll(Intl.supportedValuesOf('timeZone'));
  const zones = [...new Set([browserZone(), 'UTC', route.zone, ...all])];
  return (
    <label class="picker" onPointerEnter={near} onFocusCapture={near}>
      <span>Time zone</span>
      <select name="timezone" value={route.zone} onChange={(event) => go({ zone: event.currentTarget.value })}>
        {zones.map((zone) => (
          <option key={zone} value={zone} selected={route.zone === zone}>
            {zone.replaceAll('_', ' ')}
          </option>
        ))}
      </select>
    </label>
  );
}

function CustomRange({ close }: { close: () => void }) {
  const { route, go, range } = useDashboard();
  const [from, setFrom] = useState(route.from ?? localText(range.start, route.zone));
  const [to, setTo] = useState(route.to ?? localText(range.end, route.zone));
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const start = fromLocalText(from, route.zone);
  const end = fromLocalText(to, route.zone);
  const valid = start !== null && end !== null && start < end;
  return (
    <form
      class="toolbar-form"
      aria-label="Custom time range"
      onKeyDown={(event) => event.key === 'Escape' && close()}
      onSubmit={(event) => {
        event.preventDefault();
        if (!valid) return;
        go({ range: 'custom', from: from.slice(0, 16), to: to.slice(0, 16), interval: null });
        close();
      }}
    >
      <label class="field">
        <span>From</span>
        <input ref={first} type="datetime-local" name="from" value={from} required onInput={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>To</span>
        <input type="datetime-local" name="to" value={to} required onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button button-primary" disabled={!valid}>
        Apply
      </button>
      <span class="muted small" role="status">
        {valid ? `in ${route.zone}` : 'The end must come after the beginning.'}
      </span>
    </form>
  );
}

function FilterChip({ filter }: { filter: Filter }) {
  const { route, go, catalogue } = useDashboard();
  const title = catalogue.attributeTitle(filter.attribute);
  const words = `${title} ${OPERATOR_WORDS[filter.operator]} ${filterValueText(filter)}`;
  return (
    <span class="chip" data-filter={filter.attribute}>
      <span>
        {title} {OPERATOR_WORDS[filter.operator]} <b>{filterValueText(filter)}</b>
      </span>
      <button type="button" aria-label={`Remove filter: ${words}`} onClick={() => go({ filters: route.filters.filter((other) => other !== filter) })}>
        <Icon name="close" />
      </button>
    </span>
  );
}

/** Chooses one condition: a filter, or of `cohort` which other attempts to compare with. */
function FilterForm({ cohort, close }: { cohort?: boolean; close: () => void }) {
  const { api, route, go, range, catalogue, locale } = useDashboard();
  const [attribute, setAttribute] = useState(route.by);
  const [operator, setOperator] = useState<Operator>('EQ');
  const [value, setValue] = useState('');
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => first.current?.focus(), []);

  const asked = useAnswer(JSON.stringify(['values', attribute, route.range, route.filters]), 0, (signal) =>
    api.query(valuesQuestion(route, range, attribute), signal),
  );
  const rows = asked.current ? (asked.answer?.result.rows ?? []) : [];
  const known = rows.filter((row) => typeof row.dimensions[attribute] === 'string');
  return (
    <form
      class="toolbar-form"
      aria-label={cohort ? 'Compare with other attempts' : 'Add filter'}
      onKeyDown={(event) => event.key === 'Escape' && close()}
      onSubmit={(event) => {
        event.preventDefault();
        const parts = value.split(',').map((part) => part.trim()).filter(Boolean);
        const chosen: Filter = { attribute, operator, value: operator === 'IN' ? parts : value };
        go(cohort ? { baseline: 'cohort', cohort: [chosen] } : { filters: withFilter(route.filters, chosen) });
        close();
      }}
    >
      <label class="field">
        <span>Attribute</span>
        <select ref={first} name="filter-attribute" value={attribute} onChange={(event) => setAttribute(event.currentTarget.value)}>
          {catalogue.attributes.map(({ name, title }) => (
            <option key={name} value={name} selected={name === attribute}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Condition</span>
        <select name="filter-operator" value={operator} onChange={(event) => setOperator(event.currentTarget.value as Operator)}>
          {OPERATORS.map((name) => (
            <option key={name} value={name} selected={name === operator}>
              {OPERATOR_WORDS[name]}
            </option>
          ))}
        </select>
      </label>
      <label class="field field-wide">
        <span>{operator === 'IN' ? 'Values, with commas between' : 'Value'}</span>
        <input
          name="filter-value"
          list="filter-values"
          autocomplete="off"
          required
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
        <datalist id="filter-values">
          {known.map((row) => (
            <option key={row.dimensions[attribute]} value={row.dimensions[attribute] ?? ''}>
              {format.text(row.values.attempts?.value, 'count', locale)} attempts
            </option>
          ))}
        </datalist>
      </label>
      <button type="submit" class="button button-primary">
        {cohort ? 'Compare' : 'Add'}
      </button>
      {cohort && <span class="muted small">The same time and filters, but where this holds.</span>}
    </form>
  );
}
