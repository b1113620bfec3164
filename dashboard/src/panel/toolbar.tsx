// Here lives the bar that says which attempts the page is about: time range, zone, baseline, filters.
import { useState } from 'preact/hooks';
import { hasIndustry } from '../catalogue.ts';
import { Icon } from '../chart/icon.tsx';
import { useDashboard } from '../context.ts';
import { cohortText, filterValueText, OPERATOR_WORDS } from '../data/filter.ts';
import { RANGE_TITLES } from '../data/range.ts';
import { BASELINE_TITLES } from '../data/verdict.ts';
import { lazy } from '../lazy.tsx';
import { BASELINES, RANGES, type Baseline, type Filter } from '../route.ts';
import { browserZone } from '../use.ts';

const Form = lazy(
  () => import('./toolbar-forms.tsx'),
  () => null,
);

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
      {open && <Form key={open} what={open} close={() => setOpen(null)} />}
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
      {open && <Form what="filter" close={() => setOpen(false)} />}
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
