// youboralib: the core alone has no adapter for an element; this one calls what its guide says.
import youbora from 'youboralib';

const Html5 = youbora.Adapter.extend({
  getPlayhead() {
    return this.player.currentTime;
  },
  getDuration() {
    return this.player.duration;
  },
  getPlayerName: () => 'html5',
  registerListeners() {
    // It looks after the playhead itself, and tells stalls by it; with `waiting` besides, each would end the other's.
    this.monitorPlayhead(true, false);
    const calls = {
      play: () => this.fireStart(),
      timeupdate: () => {
        if (this.getPlayhead() > 0.1) this.fireJoin();
      },
      playing: () => this.fireResume(),
      pause: () => this.firePause(),
      seeking: () => this.fireSeekBegin(),
      seeked: () => this.fireSeekEnd(),
      ended: () => this.fireStop(),
      error: () => this.fireFatalError(this.player.error?.code),
    };
    for (const [name, call] of Object.entries(calls)) this.player.addEventListener(name, call);
  },
});

export function attach(video) {
  const plugin = new youbora.Plugin({ accountCode: 'compared', 'content.id': 'compared' });
  plugin.setAdapter(new Html5(video));
  return plugin;
}

export function read(requests) {
  const queries = requests.map(({ url, body }) => [url, `${url} ${body ?? ''}`]);
  const of = (path, name) =>
    queries.filter(([url]) => url.includes(path)).map(([, text]) => Number(new RegExp(`${name}[=":]+(\\d+)`).exec(text)?.[1] ?? NaN));
  const stalls = of('/bufferUnderrun', 'bufferDuration').concat(of('/bufferUnderrun', 'duration')).filter((ms) => ms >= 0);
  return { startup_ms: of('/joinTime', 'joinDuration').concat(of('/joinTime', 'time'))[0] ?? null, stall_count: stalls.length, stall_ms: stalls.reduce((sum, ms) => sum + ms, 0) };
}
