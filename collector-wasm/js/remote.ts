// Here lives what the server says before anything is measured: whether to measure, how much, and which arm of an experiment a viewer
// sees. An entry of its own: only a page that asks the server loads it.

export interface RemoteOptions {
  /** The license key, as for `attach`. */
  licenseKey: string;
  /** Where the server is. Default: where the page comes from. */
  endpoint?: string | undefined;
  /** Whose arm it is: the pseudonym that goes into `context.viewer_id`. Without one an arm holds for this page only. */
  viewerId?: string | null | undefined;
  /** How long to wait for the server, ms. After that everything is measured and nobody is in an experiment. Default: 1,000. */
  timeout?: number;
}

/** What goes into the context of an attempt that is exposed to an experiment; empty for one that is not. */
export interface Exposure {
  experiment_name?: string;
  experiment_variant?: string;
}

export interface Remote {
  /** For `attach`'s `sample`: 0 where the server has switched measuring off. */
  readonly sample: number;
  /** The arm that this viewer sees now; null when the experiment does not run, the viewer takes no part, or the server was not heard. */
  arm(experiment: string): string | null;
  /** For the context of the attempts that see the arm: `context: { …, ...config.exposure('abr-2026') }`. */
  exposure(experiment: string): Exposure;
}

/** `result` of `GET /v1/collector/config`. */
interface Config {
  enabled: boolean;
  sample_permille: number;
  now_ms: number;
  experiments: { name: string; salt: string; traffic_permille: number; switchback_ms: number | null; arms: { name: string; weight: number }[] }[];
}

/** FNV-1a of the UTF-8 bytes with the mixer of MurmurHash3, as in `schemas/src/assignment.rs`: 0 ≤ x < 2³². */
export function hash(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The index of the arm that `unit` sees; -1 when it takes no part. The same function as `schemas::assignment::arm`. */
export function armOf(salt: string, unit: string, weights: readonly number[], trafficPermille: number): number {
  const draw = (what: string, below: number): number => Math.floor((hash(`${salt}:${what}:${unit}`) * below) / 2 ** 32);
  if (draw('traffic', 1_000) >= trafficPermille) return -1;
  const drawn = draw('arm', weights.reduce((sum, weight) => sum + weight, 0));
  let sum = 0;
  return weights.findIndex((weight) => drawn < (sum += weight));
}

/** The unit of a page that knows no viewer. */
let ofThisPage: string | undefined;

async function ask(options: RemoteOptions): Promise<Config | null> {
  const base = (options.endpoint ?? location.origin).replace(/\/+$/, '');
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), options.timeout ?? 1_000);
  try {
    const response = await fetch(`${base}/v1/collector/config?key=${encodeURIComponent(options.licenseKey)}`, { credentials: 'omit', signal: given.signal });
    const answer = (await response.json()) as { data: { result: Config; message?: string } };
    if (!response.ok) throw new Error(`the server answered ${response.status}: ${answer.data.message}`);
    return answer.data.result;
  } catch (error) {
    console.warn('playhead: no configuration from the server; everything is measured, nobody is in an experiment', error);
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Asks the server what it wants of this page. Never rejects: a server that is not heard in time changes nothing about the page. */
export async function remote(options: RemoteOptions): Promise<Remote> {
  const config = await ask(options);
  const heard = performance.now();
  const unit = options.viewerId || (ofThisPage ??= crypto.randomUUID());
  const arm = (name: string): string | null => {
    const experiment = config?.experiments.find((running) => running.name === name);
    if (!experiment) return null;
    const { salt, arms, switchback_ms, traffic_permille } = experiment;
    const stretch = switchback_ms && Math.floor((config!.now_ms + performance.now() - heard) / switchback_ms);
    const index = armOf(salt, stretch ? String(stretch) : unit, arms.map(({ weight }) => weight), traffic_permille);
    return arms[index]?.name ?? null;
  };
  return {
    sample: config ? (config.enabled ? config.sample_permille / 1_000 : 0) : 1,
    arm,
    exposure(name) {
      const variant = arm(name);
      return variant === null ? {} : { experiment_name: name, experiment_variant: variant };
    },
  };
}
