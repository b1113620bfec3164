// Ours: core and one adapter, as a page with hls.js would bundle them.
import { attach as attachHere } from '@playhead/collector';
import { decode } from '@playhead/collector/debug';
import { html5 } from '@playhead/collector/html5';

export const attach = (video) => attachHere(video, { licenseKey: 'pl_compared', endpoint: 'https://collector.example', adapter: html5(), context: { video_id: 'compared' } });

export function read(requests) {
  const totals = {};
  for (const { bytes } of requests) {
    for (const beacon of decode(bytes).beacons) for (const [name, value] of Object.entries(beacon.totals)) if (!(totals[name] > value)) totals[name] = value;
  }
  return { startup_ms: totals.startup_any_ms ?? null, stall_count: totals.stall_count ?? 0, stall_ms: totals.stall_ms ?? 0 };
}
