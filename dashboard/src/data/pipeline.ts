// Here lives how the pipeline fares, read from the page of numbers that Prometheus reads too (text format 0.0.4). Pure.

/** One sample: a metric's name, its labels and its value. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\d+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** The samples of a page; what is no sample is left out. */
export function samplesOf(page: string): Sample[] {
  return page.split('\n').flatMap((line) => {
    const [, name, labels, value] = LINE.exec(line) ?? [];
    if (!name) return [];
    const unescaped = (text: string) => text.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
    const pairs = [...(labels ?? '').matchAll(LABEL)].map(([, key, text]) => [key!, unescaped(text!)]);
    return [{ name, labels: Object.fromEntries(pairs), value: value === '+Inf' ? Infinity : Number(value) }];
  });
}

/** Beacons of one node since it started, all organisations together. Null: the node does not tell. */
export interface Pipeline {
  received: number | null;
  stored: number | null;
  duplicate: number | null;
  inFlight: number | null;
  /** Answered with 503; their senders keep them. */
  refused: number | null;
  lost: number | null;
  deadLetters: number | null;
  /** By reason, most first. */
  rejected: { code: string; count: number }[];
  rateLimited: number | null;
  journalAgeMs: number | null;
  journalHealthy: boolean | null;
}

export function pipelineOf(page: string): Pipeline {
  const samples = samplesOf(page);
  const one = (name: string) => samples.find((sample) => sample.name === `playhead_ingest_${name}`)?.value ?? null;
  const healthy = one('journal_healthy');
  return {
    received: one('beacons_received_total'),
    stored: one('beacons_stored_total'),
    duplicate: one('beacons_duplicate_total'),
    inFlight: one('beacons_in_flight'),
    refused: one('beacons_refused_total'),
    lost: one('beacons_lost_total'),
    deadLetters: one('dead_letters_total'),
    rejected: samples
      .filter(({ name, value }) => name === 'playhead_ingest_beacons_rejected_total' && value > 0)
      .map(({ labels, value }) => ({ code: labels.code ?? 'unknown', count: value }))
      .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
    rateLimited: one('requests_rate_limited_total'),
    journalAgeMs: one('journal_age_ms'),
    journalHealthy: healthy === null ? null : healthy === 1,
  };
}

/** What somebody has to look at, in words; empty when all is well. */
export function concernsOf(pipeline: Pipeline): string[] {
  const { journalHealthy, journalAgeMs, lost, deadLetters, received, rejected } = pipeline;
  const turnedAway = rejected.reduce((sum, { count }) => sum + count, 0);
  return [
    journalHealthy === false ? 'A disk error stopped the journal: beacons are refused until the disk is mended and the node started again.' : null,
    (journalAgeMs ?? 0) > 60_000 ? 'The oldest beacon has waited for ClickHouse for more than a minute: it is away, slow, or refuses.' : null,
    (lost ?? 0) > 0 ? 'Beacons left by no named exit: a bug, to be reported with the log.' : null,
    (deadLetters ?? 0) > 0 ? 'ClickHouse refused rows for their own sake: they are in the table dead_letters, with the reason.' : null,
    received !== null && received > 0 && turnedAway > 0.05 * received ? 'More than 5 % of beacons are rejected: perhaps a player’s release, or a clock.' : null,
  ].filter((concern) => concern !== null);
}
