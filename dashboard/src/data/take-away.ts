// Here lives what is taken away from a panel: what it shows as CSV (RFC 4180), and the question it asked as a command; pure, but for the
// handing over of a file.
import type { QueryRequest, QueryResult } from '../api-types.ts';
import type { Beside } from './distribution.ts';

/** One field. What a spreadsheet would take for a formula is text there: values of attributes come from anybody's player. */
function field(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const lines = (rows: (string | number | boolean | null | undefined)[][]): string => rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');

/** Every row: time, dimensions, then of each metric its value, interval and comparison. Numbers are unrounded, in the catalogue's units. */
export function csvOf(result: QueryResult, baseline: string): string {
  const compared = result.rows.some(({ comparisons }) => comparisons?.[baseline]);
  const timed = result.rows.some(({ time }) => time !== undefined);
  const names = (kind: string) => result.columns.filter((column) => column.kind === kind).map(({ name }) => name);
  const [dimensions, metrics] = [names('dimension'), names('metric')];
  const ofValue = ['', '_low', '_high', '_why_not'];
  const ofComparison = compared ? ['_baseline', '_difference', '_difference_low', '_difference_high', '_verdict'] : [];
  const head = [...(timed ? ['time', 'partial'] : []), ...dimensions, ...metrics.flatMap((name) => [...ofValue, ...ofComparison].map((suffix) => name + suffix))];
  return lines([
    head,
    ...result.rows.map((row) => [
      ...(timed ? [row.time, row.partial === true] : []),
      ...dimensions.map((name) => row.dimensions[name]),
      ...metrics.flatMap((name) => {
        const value = row.values[name];
        const comparison = row.comparisons?.[baseline]?.[name];
        return [
          ...[value?.value, value?.low, value?.high, value?.reason],
          ...(compared ? [comparison?.reference, comparison?.difference, comparison?.low, comparison?.high, comparison?.verdict] : []),
        ];
      }),
    ]),
  ]);
}

/** Bins of a distribution, lowest first. */
export const binsCsv = (bins: readonly Beside[]): string => {
  const compared = bins.some(({ reference }) => reference !== null);
  return lines([['from', 'to', 'count', ...(compared ? ['baseline_count'] : [])], ...bins.map(({ from, to, count, reference }) => [from, to, count, ...(compared ? [reference] : [])])]);
};

/** The question as it can be typed into a shell. The key stays where keys belong: in the environment. */
export function curlOf(request: QueryRequest, origin: string, organization: string | null): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    `curl -s ${quoted(`${origin}/v1/analytics/query`)}`,
    `-H "X-Api-Key: $PLAYHEAD_API_KEY"`,
    ...(organization ? [`-H ${quoted(`X-Tenant-Org-Id: ${organization}`)}`] : []),
    `-H 'Content-Type: application/json'`,
    `-d ${quoted(JSON.stringify(request))}`,
  ].join(' \\\n  ');
}

/** A file's name: what, of which days, without anything a file system minds. */
export const fileName = (what: string, { start, end }: Pick<QueryRequest, 'start' | 'end'>): string =>
  `playhead-${what.replace(/[^a-z0-9_.-]+/gi, '-')}-${start.slice(0, 10)}-${end.slice(0, 10)}.csv`;

/** Hands a file to the browser, which keeps it where the reader keeps such. */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser does not say when it has read it; a minute is long for what lies on this machine already.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
