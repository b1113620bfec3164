// bitmovin-analytics: samples, each with its part of startup, playing and buffering.
import { HTMLVideoElementAdapter } from 'bitmovin-analytics';

export const attach = (video) => new HTMLVideoElementAdapter({ key: 'compared', videoId: 'compared', config: { cookiesEnabled: false } }, video);

export function read(requests) {
  const samples = requests.flatMap(({ body, url }) => (/analytics/.test(url) && body ? [JSON.parse(body)] : []));
  if (samples.length === 0) return null;
  const stalls = samples.filter(({ buffered }) => buffered > 0);
  return {
    startup_ms: samples.find(({ videoStartupTime }) => videoStartupTime > 0)?.videoStartupTime ?? null,
    stall_count: stalls.length,
    stall_ms: stalls.reduce((sum, { buffered }) => sum + buffered, 0),
  };
}
