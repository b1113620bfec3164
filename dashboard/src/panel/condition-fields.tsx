// Here live the fields for conditions on attributes, in a form that is about other attempts than those of the page.
import { Icon } from '../chart/icon.tsx';
import { useDashboard } from '../context.ts';
import type { ConditionRow } from '../data/condition.ts';
import { OPERATOR_WORDS } from '../data/filter.ts';
import { OPERATORS, type Operator } from '../route.ts';

export function ConditionFields({ rows, change }: { rows: readonly ConditionRow[]; change: (rows: ConditionRow[]) => void }) {
  const { catalogue } = useDashboard();
  const set = (index: number, part: Partial<ConditionRow>) => change(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  return (
    <fieldset class="conditions">
      <legend>Which attempts{rows.length === 0 && ': all'}</legend>
      {rows.map(({ attribute, operator, text }, index) => (
        // Rows have no names of their own; what is typed in one is its state, so its place may be its key.
        <div key={index} class="condition" role="group" aria-label={`Condition ${index + 1}`}>
          <select aria-label="Attribute" value={attribute} onChange={(event) => set(index, { attribute: event.currentTarget.value })}>
            {!catalogue.attributes.some(({ name }) => name === attribute) && (
              <option value={attribute} selected>
                {catalogue.attributeTitle(attribute)}
              </option>
            )}
            {catalogue.attributes.map(({ name, title }) => (
              <option key={name} value={name} selected={name === attribute}>
                {title}
              </option>
            ))}
          </select>
          <select aria-label="Condition" value={operator} onChange={(event) => set(index, { operator: event.currentTarget.value as Operator })}>
            {OPERATORS.map((name) => (
              <option key={name} value={name} selected={name === operator}>
                {OPERATOR_WORDS[name]}
              </option>
            ))}
          </select>
          <input
            type="text"
            aria-label={operator === 'IN' ? 'Values, with commas between' : 'Value'}
            placeholder="not known"
            spellcheck={false}
            value={text}
            onInput={(event) => set(index, { text: event.currentTarget.value })}
          />
          <button type="button" class="button button-quiet" aria-label={`Remove condition ${index + 1}`} onClick={() => change(rows.filter((_, at) => at !== index))}>
            <Icon name="close" />
          </button>
        </div>
      ))}
      <button type="button" class="button button-quiet" onClick={() => change([...rows, { attribute: catalogue.attributes[0]?.name ?? '', operator: 'EQ', text: '' }])}>
        <Icon name="plus" /> Add a condition
      </button>
    </fieldset>
  );
}
