// Here lives the media server under test conditions: what is asked for is logged, and answered when and how a scenario says.
// It takes the collector's beacons, too, so that what is judged is what really left the page.

import { createServer } from 'node:http';

import * as media from './media.mjs';

/** How many bytes of a slow line leave at once. */
const CHUNK_BYTES = 1_024;

/**
 * @typedef {object} Logged One request for media, times in ms since 1970.
 * @property {string} path
 * @property {'manifest' | 'init' | 'segment' | 'key' | 'time'} kind
 * @property {number | null} number of the segment
 * @property {number} at when it came
 * @property {number} status 0 while it is not answered
 * @property {number} bytes
 * @property {number | null} endedAt
 */

/** One page's view of the server: its conditions, its log and its beacons. */
export class Session {
  /** @type {Logged[]} */
  log = [];
  /** Bodies of what came to the collector's door, in order. @type {{at: number, body: Buffer}[]} */
  batches = [];
  /** What the page told of its own end. @type {Record<string, number | string>[]} */
  farewells = [];
  /** Segments from this one on wait. */
  heldFrom = Infinity;
  /** kbit/s of every answer with media; 0 is as fast as it goes. */
  speed_kbps = 0;
  /** @type {{matches: (kind: Logged['kind'], path: string) => boolean, status: number, left: number}[]} */
  faults = [];
  /** When the live stream began, ms since 1970: half a minute before. */
  began = Date.now() - 36_000;
  #waiting = new Set();

  constructor(/** @type {string} */ id) {
    this.id = id;
  }

  /** Segments before `number` are answered, this one and later ones wait. @param {number} number */
  hold(number) {
    this.heldFrom = number;
    for (const check of [...this.#waiting]) check();
  }

  release() {
    this.hold(Infinity);
  }

  /** The next `count` requests that match are answered with `status`. @param {(kind: Logged['kind'], path: string) => boolean} matches @param {number} status @param {number} count */
  fail(matches, status = 404, count = Infinity) {
    this.faults.push({ matches, status, left: count });
  }

  /** Resolves when segment `number` may leave, or the asker is gone. @param {number} number @param {import('node:http').ServerResponse} response */
  gate(number, response) {
    return new Promise((resolve) => {
      const check = () => {
        if (number >= this.heldFrom && !response.destroyed) return;
        this.#waiting.delete(check);
        response.off('close', check);
        resolve(undefined);
      };
      this.#waiting.add(check);
      response.on('close', check);
      check();
    });
  }
}

const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
const TYPES = { m3u8: 'application/vnd.apple.mpegurl', mpd: 'application/dash+xml', mp4: 'video/mp4', m4s: 'video/mp4', html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css' };

/**
 * Serves sessions under `/s/<id>/` and the given files at the root, on a free port of this machine.
 * @param {(path: string) => Promise<Buffer | string | null>} files
 */
export async function startServer(files) {
  /** @type {Map<string, Session>} */
  const sessions = new Map();
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      if (response.destroyed) return;
      console.error(`media server: ${request.url}: ${error.stack}`);
      response.writeHead(500).end();
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async function answer(request, response) {
    const url = new URL(request.url ?? '/', 'http://server');
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Expose-Headers', '*');
    response.setHeader('Timing-Allow-Origin', '*');
    if (request.method === 'OPTIONS') {
      response.setHeader('Access-Control-Allow-Headers', request.headers['access-control-request-headers'] ?? '*');
      response.writeHead(204).end();
      return;
    }
    const [, session, rest] = /^\/s\/([^/]+)\/(.*)$/.exec(url.pathname) ?? [];
    if (session === undefined) {
      const bytes = await files(url.pathname);
      const extension = /** @type {keyof TYPES} */ (/\.(\w+)$/.exec(url.pathname)?.[1] ?? 'html');
      response.writeHead(bytes === null ? 404 : 200, { 'Content-Type': TYPES[extension] ?? 'application/octet-stream' });
      response.end(bytes ?? '');
      return;
    }
    // Not for pages: a browser keeps none of those for a return.
    response.setHeader('Cache-Control', 'no-store');
    const found = sessions.get(session);
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (rest === 'v1/beacons' || rest === 'farewell') {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      if (rest === 'farewell') found.farewells.push(JSON.parse(body.toString('utf8')));
      else found.batches.push({ at: Date.now(), body });
      response.writeHead(202, { 'Content-Type': 'application/json' }).end('{}');
      return;
    }
    await serve(found, rest, request, response);
  }

  return {
    /** Where pages are; media and beacons go to another site. */
    page: `http://localhost:${port}`,
    media: `http://127.0.0.1:${port}`,
    /** @param {string} id */
    session(id) {
      const made = new Session(id);
      sessions.set(id, made);
      return made;
    },
    /** @param {Session} session */
    forget(session) {
      sessions.delete(session.id);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  /** @param {Session} session @param {string} path @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async function serve(session, path, request, response) {
    const extension = /** @type {keyof TYPES} */ (/\.(\w+)$/.exec(path)?.[1] ?? '');
    const number = /(\d+)(?:\.\d+)?\.m4s$/.exec(path)?.[1];
    const kind = path === 'time' ? 'time' : extension === 'm3u8' || extension === 'mpd' ? 'manifest' : /init\.mp4$/.test(path) ? 'init' : 'segment';
    /** @type {Logged} */
    const logged = { path, kind, number: number === undefined ? null : Number(number), at: Date.now(), status: 0, bytes: 0, endedAt: null };
    session.log.push(logged);
    const fault = session.faults.find(({ matches, left }) => left > 0 && matches(kind, path));
    if (fault !== undefined) {
      fault.left -= 1;
      logged.status = fault.status;
      response.writeHead(fault.status).end();
      return;
    }
    if (/^progressive\//.test(path)) {
      await serveFile(session, logged, request, response);
      return;
    }
    if (logged.number !== null) await session.gate(logged.number, response);
    if (response.destroyed) return;
    const bytes = await find(session, path, new URL(request.url ?? '', 'http://server').searchParams, response);
    logged.status = bytes === null ? 404 : 200;
    response.writeHead(logged.status, { 'Content-Type': TYPES[extension] ?? 'text/plain', ...(bytes === null ? {} : { 'Content-Length': Buffer.byteLength(bytes) }) });
    if (bytes !== null) await send(session, logged, Buffer.from(bytes), response);
    response.end();
    logged.endedAt = Date.now();
  }

  /** @param {Session} session @param {Logged} logged @param {Buffer} bytes @param {import('node:http').ServerResponse} response */
  async function send(session, logged, bytes, response) {
    if (logged.kind !== 'segment' || session.speed_kbps === 0) {
      response.write(bytes);
      logged.bytes = bytes.length;
      return;
    }
    for (let at = 0; at < bytes.length && !response.destroyed; at += CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + CHUNK_BYTES);
      if (session.speed_kbps > 0) await sleep((chunk.length * 8) / session.speed_kbps);
      response.write(chunk);
      logged.bytes += chunk.length;
    }
  }

  /** One file, from where the browser asks for it, as far as the scenario lets it. */
  async function serveFile(/** @type {Session} */ session, /** @type {Logged} */ logged, /** @type {import('node:http').IncomingMessage} */ request, /** @type {import('node:http').ServerResponse} */ response) {
    const name = /^progressive\/(\w+)\.mp4$/.exec(logged.path)?.[1] ?? '';
    const { bytes, initEnd, segmentEnds } = media.progressive(name);
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    logged.status = request.headers.range === undefined ? 200 : 206;
    response.writeHead(logged.status, {
      'Content-Type': 'video/mp4',
      'Accept-Ranges': 'bytes',
      'Content-Length': bytes.length - from,
      ...(logged.status === 206 ? { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    let at = from;
    if (at < initEnd) {
      response.write(bytes.subarray(at, initEnd));
      at = initEnd;
    }
    for (const [index, end] of segmentEnds.entries()) {
      if (end <= at) continue;
      await session.gate(index, response);
      if (response.destroyed) return;
      await send(session, logged, bytes.subarray(at, end), response);
      at = end;
    }
    logged.bytes = at - from;
    response.end();
    logged.endedAt = Date.now();
  }

  /** @param {Session} session @param {string} path @param {URLSearchParams} parameters @param {import('node:http').ServerResponse} response @returns {Promise<Buffer | string | null>} */
  async function find(session, path, parameters, response) {
    const origin = `http://127.0.0.1:${port}/s/${session.id}`;
    if (path === 'time') return new Date().toISOString();
    if (path === 'dash/vod.mpd') return media.dash();
    if (path === 'dash/encrypted.mpd') return media.dash({ encrypted: true });
    if (path === 'dash/dense.mpd') return media.dash({ dense: true });
    if (path === 'dash/live.mpd') return media.dash({ began: session.began, origin });
    if (path === 'hls/vod.m3u8') return media.hlsMaster();
    if (path === 'hls/live.m3u8') return media.hlsMaster('-live');
    if (path === 'hls/low-latency.m3u8') return media.hlsMaster('-low');
    if (path === 'hls/encrypted.m3u8') return media.hlsVod(media.RENDITIONS[0].name, 'e');
    if (path === 'hls/dense.m3u8') return media.hlsDenseMaster();
    if (path === 'hls/dense-video.m3u8') return media.hlsDense();
    if (path === 'hls/audio-only.m3u8') return media.hlsAudioMaster();
    if (path === 'hls/audio.m3u8') return media.hlsAudio();
    const playlist = /^hls\/(\d+p)(-live|-low)?\.m3u8$/.exec(path);
    if (playlist !== null) {
      const [, name, live] = playlist;
      if (live === undefined) return media.hlsVod(name);
      // A blocking reload is answered when what it asks for is there.
      if (parameters.has('_HLS_msn')) {
        const wanted = parameters.get('_HLS_part');
        const ready = media.liveReadyAt(session.began, Number(parameters.get('_HLS_msn')), wanted === null ? null : Number(wanted));
        await sleep(Math.max(0, ready - Date.now()));
        if (response.destroyed) return null;
      }
      return media.hlsLive(name, session.began, Date.now(), live === '-low');
    }
    const piece = /^([mvaed])\/(\d+p)\/(init\.mp4|(\d+)(?:\.(\d+))?\.m4s)$/.exec(path);
    if (piece === null) return null;
    const [, kind, name, file, number, part] = piece;
    const track = /** @type {media.Kind} */ (kind);
    if (file === 'init.mp4') return media.init(track, name);
    if (part !== undefined) {
      await sleep(Math.max(0, media.liveReadyAt(session.began, Number(number), Number(part)) - Date.now()));
      return media.part(name, Number(number), Number(part));
    }
    return media.segment(track, name, Number(number));
  }
}
