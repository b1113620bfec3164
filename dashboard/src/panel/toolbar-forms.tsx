// Here live the forms of the bar: a range of one's own, one more filter, other attempts to compare with. Loaded when one is opened.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useDashboard } from '../context.ts';
import { OPERATOR_WORDS } from '../data/filter.ts';
import { valuesQuestion } from '../data/question.ts';
import * as format from '../format.ts';
import { OPERATORS, withFilter, type Filter, type Operator } from '../route.ts';
import { useAnswer } from '../use.ts';
import { fromLocalText, localText } from '../zone.ts';

export default function Form({ what, close }: { what: 'custom' | 'filter' | 'cohort'; close: () => void }) {
  return what === 'custom' ? <CustomRange close={close} /> : <FilterForm cohort={what === 'cohort'} close={close} />;
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

/** Chooses one condition: a filter, or of `cohort` which other attempts to compare with. */
function FilterForm({ cohort, close }: { cohort: boolean; close: () => void }) {
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
