// Here lives the choice of an attribute: by its title, a custom one that the address names included.
import { useDashboard } from '../context.ts';

interface Props {
  /** Name of the select, for tests. */
  name: string;
  label: string;
  value: string | null;
  /** What choosing none is called; when absent one is always chosen. */
  none?: string;
  /** An attribute that is taken already. */
  without?: string;
  change: (attribute: string | null) => void;
}

export function AttributePicker({ name: select, label, value, none, without, change }: Props) {
  const { catalogue } = useDashboard();
  const offered = catalogue.attributes.filter(({ name }) => name !== without);
  return (
    <label class="picker">
      <span>{label}</span>
      <select name={select} value={value ?? ''} onChange={(event) => change(event.currentTarget.value || null)}>
        {none !== undefined && (
          <option value="" selected={value === null}>
            {none}
          </option>
        )}
        {offered.map(({ name, title }) => (
          <option key={name} value={name} selected={name === value}>
            {title}
          </option>
        ))}
        {value !== null && !catalogue.attributes.some(({ name }) => name === value) && (
          <option value={value} selected>
            {catalogue.attributeTitle(value)}
          </option>
        )}
      </select>
    </label>
  );
}
