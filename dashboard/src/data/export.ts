// Here lives an export in words: what it holds, how far it is; and how a question becomes one. Pure.
import type { Export, ExportRequest, QueryRequest } from '../api-types.ts';
import * as format from '../format.ts';

/** Every row of the answer to a question that was asked for some of them. */
export function answerExport({ limit: _, cursor: __, ...question }: QueryRequest, form: ExportRequest['format']): ExportRequest {
  return { kind: 'answer', format: form, question };
}

/** What an export holds: `attempts`, `rebuffer_ratio by cdn and country, per hour`. */
export function contentText({ kind, question }: ExportRequest): string {
  if (kind === 'attempts') return 'single attempts';
  if (!question) return kind;
  const { metrics, dimensions, interval } = question;
  return [metrics.join(', '), dimensions?.length ? ` by ${dimensions.join(' and ')}` : '', interval ? `, per ${interval}` : ''].join('');
}

/** From when to when it is about, ms since 1970; null where the request does not say. */
export function spanOf({ kind, start, end, question }: ExportRequest): [number, number] | null {
  const [from, to] = kind === 'attempts' ? [start, end] : [question?.start, question?.end];
  const [first, last] = [Date.parse(from ?? ''), Date.parse(to ?? '')];
  return Number.isNaN(first) || Number.isNaN(last) ? null : [first, last];
}

export const isUnderWay = ({ state }: Pick<Export, 'state'>): boolean => state === 'queued' || state === 'running';

/** How far it is. */
export function progressText({ state, progress, rows, bytes, reason }: Export, locale: string): string {
  const size = (count: number | null | undefined) => format.text(count, 'bytes', locale);
  switch (state) {
    case 'queued':
      return 'waits for its turn';
    case 'running': {
      const expected = progress?.rowsExpected;
      return `being written: ${size(progress?.bytes ?? 0)}${typeof expected === 'number' ? `, ${format.text(expected, 'count', locale)} rows` : ''}`;
    }
    case 'done':
      return `${format.text(rows, 'count', locale)} ${rows === 1 ? 'row' : 'rows'}, ${size(bytes)}`;
    case 'failed':
      return `failed: ${reason ?? 'the server does not say why'}`;
    default:
      return state;
  }
}
