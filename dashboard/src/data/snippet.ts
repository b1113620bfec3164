// Here lives the code to copy into a page, per player, with the license key filled in (collector-wasm/README.md). Pure.

export const PLAYERS = ['script', 'hlsjs', 'dashjs', 'shaka', 'videojs'] as const;
export type Player = (typeof PLAYERS)[number];

export const PLAYER_TITLES: Record<Player, string> = {
  script: 'Script tag',
  hlsjs: 'hls.js',
  dashjs: 'dash.js',
  shaka: 'Shaka Player',
  videojs: 'Video.js',
};

/** A text as a string of JavaScript that may also stand inside of a <script> element. */
const quoted = (text: string) => JSON.stringify(text).replaceAll('<', '\\u003c');

const MODULES: Record<Exclude<Player, 'script'>, { imports: string; player: string; element: string; adapter: string; after: string }> = {
  hlsjs: {
    imports: 'import Hls from "hls.js";',
    player: 'const video = document.querySelector("video");\nconst hls = new Hls();',
    element: 'video',
    adapter: 'hlsjs(hls, Hls)',
    after: 'hls.loadSource("https://cdn.example/master.m3u8");\nhls.attachMedia(video);',
  },
  dashjs: {
    imports: 'import { MediaPlayer } from "dashjs";',
    player: 'const video = document.querySelector("video");\nconst player = MediaPlayer().create();',
    element: 'video',
    adapter: 'dashjs(player)',
    after: 'player.initialize(video, "https://cdn.example/manifest.mpd", true);',
  },
  shaka: {
    imports: 'import shakaPlayer from "shaka-player";',
    player: 'const video = document.querySelector("video");\nconst player = new shakaPlayer.Player();\nawait player.attach(video);',
    element: 'video',
    adapter: 'shaka(player, shakaPlayer.Player)',
    after: 'await player.load("https://cdn.example/manifest.mpd");',
  },
  videojs: {
    imports: 'import library from "video.js";',
    player: 'const player = library("my-video");',
    element: 'player.tech(true).el()',
    adapter: 'videojs(player, library)',
    after: 'player.src({ src: "https://cdn.example/master.m3u8", type: "application/x-mpegURL" });',
  },
};

/** What to put on the page: the script tag for a plain <video>, a module for each player. */
export function snippetOf(player: Player, licenseKey: string, origin: string): string {
  if (player === 'script')
    return `<script src="${origin}/collector/playhead.js"></script>
<script>
  playhead.attach(document.querySelector("video"), {
    licenseKey: ${quoted(licenseKey)},
    context: { video_id: "…", viewer_id: "a-pseudonym", player_version: "…" },
  });
</script>`;
  const { imports, player: made, element, adapter, after } = MODULES[player];
  return `${imports}
import { attach } from "@playhead/collector";
import { ${player} } from "@playhead/collector/${player}";

${made}
attach(${element}, {
  licenseKey: ${quoted(licenseKey)},
  endpoint: ${quoted(origin)},
  adapter: ${adapter},
  context: { video_id: "…", viewer_id: "a-pseudonym", player_version: "…" },
});
${after}`;
}
