// Here lives what the dashboard knows of metrics and attributes: only what the server's catalogues say. A metric gets its
// title, unit, axis and rating by standing there; nothing else in this folder names a unit.
import type { Attribute, Better, Kind, Metric, Unit } from './api-types.ts';

/** One thing to ask for: a metric, or one statistic of a distribution. */
export interface Measure {
  /** What to ask for, `startup_any_ms_p95`. */
  name: string;
  /** For people, `Startup, p95`. */
  title: string;
  metric: Metric;
  unit: Unit;
  better: Better;
  kind: Kind;
}

/** What is measured, in plain text: the catalogue marks names with backticks. */
export const plainDefinition = ({ metric }: Measure): string => metric.definition.replaceAll('`', '');

/** Whether it can be compared with the industry: ratios and quantiles can. */
export const hasIndustry = ({ kind, name }: Pick<Measure, 'kind' | 'name'>): boolean => kind === 'ratio' || (kind === 'distribution' && /_p\d+$/.test(name));

// What a suffix is called beside its metric's title. An unknown suffix stands as it is.
const SUFFIX_TITLES: Record<string, string> = { p50: 'median', mean: 'mean', max: 'peak' };

export class Catalogue {
  private readonly byName = new Map<string, Measure>();
  private readonly attributesByName: Map<string, Attribute>;
  /** Every measure with one number, in the catalogue's order: histograms have many, and what is told by a dimension of its own has one for each part. */
  readonly measures: readonly Measure[];
  /** Those that are told by a dimension of their own, by name. */
  readonly parts = new Map<string, Measure>();

  constructor(
    metrics: readonly Metric[],
    readonly attributes: readonly Attribute[],
  ) {
    for (const metric of metrics) {
      for (const name of metric.names) {
        const suffix = name === metric.name ? '' : name.slice(metric.name.length + 1);
        if (suffix === 'histogram') continue;
        const title = suffix ? `${metric.title}, ${SUFFIX_TITLES[suffix] ?? suffix}` : metric.title;
        (metric.dimension ? this.parts : this.byName).set(name, { name, title, metric, unit: metric.unit, better: metric.better, kind: metric.kind });
      }
    }
    this.measures = [...this.byName.values()];
    this.attributesByName = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  }

  /** The measure called `name`; undefined where this server has none. */
  measure(name: string): Measure | undefined {
    return this.byName.get(name);
  }

  /** Those of `names` this server has, in that order. */
  known(names: readonly string[]): Measure[] {
    return names.map((name) => this.byName.get(name)).filter((measure) => measure !== undefined);
  }

  /** A title for people of an attribute, also of a custom one. */
  attributeTitle(name: string): string {
    return this.attributesByName.get(name)?.title ?? name.replace(/^custom\./, '');
  }
}
