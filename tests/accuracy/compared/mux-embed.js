// mux-embed: its beacons name the view's own sums.
import mux from 'mux-embed';

export const attach = (video) => mux.monitor(video, { debug: false, disableCookies: true, data: { env_key: 'compared', video_id: 'compared', player_name: 'compared' } });

/** `xtitofifr` is view_time_to_first_frame, `xreco` and `xredu` are view_rebuffer_count and _duration. */
export function read(requests) {
  const found = {};
  for (const { body } of requests) for (const event of JSON.parse(body).events ?? []) Object.assign(found, event);
  return { startup_ms: found.xtitofifr ?? null, stall_count: found.xreco ?? null, stall_ms: found.xredu ?? null };
}
