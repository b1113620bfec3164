// Here lives the demo player page: one <video> with hls.js and the collector, buttons that make things go wrong,
// and two measurements side by side. `window.player` is what browser tests drive it with.

import Hls, { type ErrorData } from 'hls.js';

import { collect } from './collect.ts';
import { Network } from './network.ts';
import { listen, type SentBeacon } from './sent.ts';
import { Truth, type AttemptTruth } from './truth.ts';

const MANIFEST = '/player/media/master.m3u8';

/** Low, so that a bad network is felt within seconds: one segment has 3 s. */
const BUFFER_S = 4;

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
}

const parameters = new URLSearchParams(location.search);
const video = element<HTMLVideoElement>('video');
const network = new Network();
const truth = new Truth(video);

/** Every attempt this page began, latest totals each, by id. */
const sent = new Map<string, SentBeacon>();
let lastSent: SentBeacon | null = null;
let batches = 0;

const opened = performance.now();
function log(line: string): void {
  const at = ((performance.now() - opened) / 1000).toFixed(2).padStart(7);
  const pane = element('log');
  pane.textContent += `${at} s  ${line}\n`;
  pane.scrollTop = pane.scrollHeight;
}

listen((beacons, outcome) => {
  batches += 1;
  for (const beacon of beacons) {
    const before = sent.get(beacon.attempt_id);
    if (before === undefined || before.sequence < beacon.sequence) sent.set(beacon.attempt_id, beacon);
    if (lastSent === null || beacon.started_at_ms >= lastSent.started_at_ms) lastSent = sent.get(beacon.attempt_id) ?? beacon;
    log(`sent ${beacon.kind} #${beacon.sequence} state ${beacon.state} → ${outcome ?? 'beacon'}`);
  }
  element('sent').textContent = `${batches} batches, ${sent.size} attempt(s); last ${lastSent?.attempt_id ?? ''}`;
});

let hls: Hls | null = null;

/** A new hls.js on the same element: another source, so another attempt. */
function load(manifest: string): void {
  collector?.destroy();
  hls?.destroy();
  hls = new Hls({
    maxBufferLength: BUFFER_S,
    maxMaxBufferLength: BUFFER_S,
    backBufferLength: 10,
    fLoader: network.loader(),
    // Media is loaded when somebody wants to see it: so startup is what a viewer waits, and a slow network shows in it.
    autoStartLoad: false,
  });
  hls.on(Hls.Events.ERROR, (_event, data: ErrorData) => log(`hls.js ${data.fatal ? 'fatal ' : ''}${data.details}`));
  hls.on(Hls.Events.LEVEL_SWITCHED, (_event, { level }) => log(`now ${hls?.levels[level]?.height ?? '?'}p`));
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    const quality = element<HTMLSelectElement>('quality');
    quality.length = 1;
    hls?.levels.forEach(({ height, bitrate }, index) => {
      quality.add(new Option(`${height}p, ${Math.round(bitrate / 1000)} kbit/s`, String(index)));
    });
    applyQuality();
  });
  collector = collect(video, hls, Hls, parameters);
  hls.loadSource(manifest);
  hls.attachMedia(video);
}
let collector: ReturnType<typeof collect> | null = null;

/** The `hls` whose media is being loaded. */
let loading: Hls | null = null;
function startLoading(): void {
  if (hls === loading) return;
  loading = hls;
  hls?.startLoad();
}

function applyQuality(): void {
  const level = Number(element<HTMLSelectElement>('quality').value);
  if (hls !== null) hls.nextLevel = level;
}

async function play(): Promise<void> {
  if (hls === null) load(MANIFEST);
  if (truth.current === null) truth.intent();
  await video.play();
}

/** Begins again from the start, on a fresh hls.js. */
async function again(manifest = MANIFEST): Promise<void> {
  video.pause();
  load(manifest);
  truth.intent();
  await video.play();
}

/** Holds the network until the picture has stood still for `ms`; the next frame ends the stall. */
async function stallFor(ms: number): Promise<AttemptTruth | null> {
  network.hold();
  log(`network held until the picture stands for ${ms} ms`);
  const begin = await truth.stalled();
  await new Promise((resolve) => setTimeout(resolve, begin + ms - performance.now()));
  const frame = truth.nextFrame();
  network.release();
  await frame;
  log('network released');
  return truth.read();
}

function seek(seconds: number): void {
  video.currentTime = Math.max(0, Math.min(video.currentTime + seconds, video.duration - 1));
}

const ms = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${Math.round(value).toLocaleString('en')} ms`;

function draw(): void {
  const page = truth.read();
  const totals = lastSent?.totals;
  const stalls = page?.stalls ?? [];
  const rows: [string, string, string][] = [
    ['Startup', ms(page?.startup_ms), ms(totals?.startup_any_ms)],
    ['Playing', ms(page?.play_ms), ms(totals?.play_ms)],
    ['Stalls', String(stalls.length), String(totals?.stall_count ?? 0)],
    ['Stalled', ms(stalls.reduce((sum, stall) => sum + stall.stall_ms, 0)), ms(totals?.stall_ms ?? 0)],
    ['Seeks', String(page?.seeks_ms.length ?? 0), String(totals?.seek_count ?? 0)],
    ['Errors', '–', `${totals?.error_count ?? 0}${totals?.failure ? `, ${totals.failure.class}` : ''}`],
    ['State', video.ended ? 'ended' : video.paused ? 'paused' : stalls.at(-1)?.open ? 'standing still' : 'playing', lastSent?.state ?? '–'],
  ];
  element('measurements').replaceChildren(
    ...rows.map(([name, ...cells]) => {
      const row = document.createElement('tr');
      const head = document.createElement('th');
      head.scope = 'row';
      head.textContent = name;
      row.append(head, ...cells.map((text) => Object.assign(document.createElement('td'), { textContent: text })));
      return row;
    }),
  );
  element('stalls').replaceChildren(
    ...stalls.map(({ at_ms, stall_ms, open }) =>
      Object.assign(document.createElement('li'), {
        textContent: `${ms(stall_ms)} at ${(at_ms / 1000).toFixed(2)} s${open ? ', still' : ''}`,
      }),
    ),
  );
}

function on(id: string, act: () => unknown): void {
  element(id).addEventListener('click', () => {
    log(element(id).textContent?.trim() ?? id);
    Promise.resolve(act()).catch((error: unknown) => log(String(error)));
  });
}
on('play', play);
on('pause', () => video.pause());
on('back', () => seek(-10));
on('forward', () => seek(10));
on('again', () => again());
on('stall', () => stallFor(3000));
on('hold', () => {
  if (network.held) network.release();
  else network.hold();
  element('hold').setAttribute('aria-pressed', String(network.held));
});
on('break-segment', () => {
  network.breakSegments = 1;
});
on('break-stream', () => {
  network.breakSegments = Infinity;
});
on('break-manifest', () => again('/player/media/missing.m3u8'));
element('quality').addEventListener('change', applyQuality);
element<HTMLSelectElement>('speed').addEventListener('change', (event) => {
  network.speed_kbps = Number((event.target as HTMLSelectElement).value);
});
element<HTMLSelectElement>('delay').addEventListener('change', (event) => {
  network.delay_ms = Number((event.target as HTMLSelectElement).value);
});
// The element's own controls begin a playback too.
video.addEventListener('play', () => {
  if (truth.current === null) truth.intent();
  startLoading();
});
if (!parameters.has('key')) {
  const notice = element('notice');
  notice.textContent = 'No license key in the address (?key=…): this page plays, but nothing is reported.';
  notice.hidden = false;
}
load(MANIFEST);
draw();
setInterval(draw, 250);

const player = { video, network, truth, sent, play, again, stallFor, seek, lastSent: () => lastSent, hls: () => hls };
declare global {
  interface Window {
    /** What browser tests drive this page with. */
    player: typeof player;
  }
}
window.player = player;
