// Snowplow's tracker with its media plugin, wired to an element as its guide says.
import * as media from '@snowplow/browser-plugin-media';
import { newTracker } from '@snowplow/browser-tracker';

export function attach(video) {
  newTracker('compared', 'https://collector.example', { appId: 'compared', anonymousTracking: true, stateStorageStrategy: 'none', plugins: [media.SnowplowMediaPlugin()] });
  const id = 'compared';
  media.startMediaTracking({ id, session: true, pings: { pingInterval: 10 }, player: { label: 'compared' } });
  const player = () => ({ currentTime: video.currentTime, duration: video.duration || null, paused: video.paused, ended: video.ended, playbackRate: video.playbackRate });
  let waiting = false;
  const calls = {
    loadedmetadata: () => media.trackMediaReady({ id, player: player() }),
    play: () => media.trackMediaPlay({ id, player: player() }),
    pause: () => media.trackMediaPause({ id, player: player() }),
    ended: () => media.trackMediaEnd({ id, player: player() }),
    seeking: () => media.trackMediaSeekStart({ id, player: player() }),
    seeked: () => media.trackMediaSeekEnd({ id, player: player() }),
    waiting: () => {
      waiting = true;
      media.trackMediaBufferStart({ id, player: player() });
    },
    playing: () => {
      if (waiting) media.trackMediaBufferEnd({ id, player: player() });
      waiting = false;
    },
    timeupdate: () => media.updateMediaTracking({ id, player: player() }),
    resize: () => media.trackMediaQualityChange({ id, player: player() }),
  };
  for (const [name, call] of Object.entries(calls)) video.addEventListener(name, call);
}

/** Only what its session entity sums: time buffering, whatever its reason. */
export function read(requests) {
  const seconds = requests.flatMap(({ body }) => JSON.parse(body).data).flatMap(({ co }) => JSON.parse(co).data).flatMap(({ data }) => data.timeBuffering ?? []);
  return { startup_ms: null, stall_count: null, stall_ms: seconds.length === 0 ? null : Math.max(...seconds) * 1_000 };
}
