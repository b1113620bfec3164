// Here lives what Grafana does with a dashboard's questions before it sends them: variables and the macros of its ClickHouse source.

/** Every target of a dashboard, with the title of its panel. */
export const targets = (dashboard) => dashboard.panels.flatMap((panel) => (panel.targets ?? []).map((target) => ({ panel: panel.title, ...target })));

/**
 * The SQL as it arrives at ClickHouse. Fails on a macro or a variable that is not known here.
 * @param {string} sql @param {{fromMs: number, toMs: number, variables: Record<string, string>}} about
 */
export function expanded(sql, { fromMs, toMs, variables }) {
  const moment = (ms) => `fromUnixTimestamp64Milli(${ms})`;
  const written = sql
    .replaceAll(/\$__timeFilter\((\w+)\)/g, (_, column) => `${column} >= ${moment(fromMs)} AND ${column} <= ${moment(toMs)}`)
    .replaceAll(/\$__timeInterval\((\w+)\)/g, (_, column) => `toStartOfInterval(toDateTime(${column}), INTERVAL 300 second)`)
    .replaceAll('$__fromTime', `toDateTime(intDiv(${fromMs}, 1000))`)
    .replaceAll('$__toTime', `toDateTime(intDiv(${toMs}, 1000))`)
    .replaceAll(/\$\{(\w+)\}/g, (whole, name) => variables[name] ?? whole);
  const left = /\$\w+|\$\{\w+\}/.exec(written);
  if (left) throw new Error(`unknown macro or variable ${left[0]}`);
  return written;
}

/** The metrics that a PromQL expression names; a histogram by its own name. */
export const metricsIn = (expression) => [...new Set([...expression.matchAll(/playhead_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, '')))];
