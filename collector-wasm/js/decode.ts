// Here lives the reading of what is sent, for whoever looks at it: the overlay, the demo page, tests. Nothing of it is in the collector itself.
// It gives what JSON would have said (docs/wire-form.md): the same names and words.

import { CONTEXT } from './context.ts';

/** A beacon, as far as types are of use here; schemas/src/beacon.rs says what each name means. */
export interface Beacon {
  attempt_id: string;
  sequence: number;
  started_at_ms: number;
  kind: string;
  state: string;
  interval: { from_ms: number; to_ms: number; state: string; events?: { at_ms: number; event: string; [field: string]: unknown }[] };
  /** What is 0, false or null is absent. */
  totals: { [field: string]: unknown };
  context?: { [field: string]: unknown };
}
export interface Batch {
  schema_version: number;
  sent_at_ms: number;
  clock?: 'historic';
  beacons: Beacon[];
}

const STATE = 's,p,k,r,a,w,e,f,q,d';
const CLASS = 'manifest,segment,drm,decode,ad,network,timeout,unknown,business';

/** Fields that are all absent when they say nothing, and hold `usual` where nothing else stands. */
function sparse(fields: string, usual: string): string {
  return fields.replace(/(\w+)(?::(\S+))?/g, (_entry, name, holds = usual) => `${name}?:${holds}`);
}

/**
 * Every message: its fields in the order of their numbers, from 1, and what they hold if it is no text. `?` is absent when it is 0, false or
 * empty, the others are there always. A test compares them with the definition.
 */
export const MESSAGES = {
  BeaconBatch: 'schema_version:number sent_at_ms:number clock?:historic beacons:Beacon[]',
  Beacon: `attempt_id:id sequence:number started_at_ms:number kind:start,first_frame,change,beat,hide,end state:${STATE} interval:Interval totals:Totals context?:Context`,
  Interval: `from_ms:number to_ms:number state:${STATE} events?:Event[] events_dropped?:number`,
  Event:
    `at_ms:number state?:${STATE} first_frame_startup_ms?:number stall?:Stall seek?:Seek rendition?:Rendition error?:Error ` +
    'visibility_hidden?:bool request?:Request buffer_ms?:number suspension_gap_ms?:number',
  Stall: 'stall_ms:number cause:network,seek,rendition_switch,ad_boundary,decoder,live_edge,suspended,unknown',
  Seek: 'seek_ms:number from_position_ms:number to_position_ms:number',
  Rendition: 'bitrate_bps?:number width?:number height?:number',
  Error: `class:${CLASS} code fatal:bool repeat_count?:number message? context?`,
  Request: 'bytes:number ttfb_ms?:number duration_ms:number object_type?:m,i,v,a,av,c,tt,k,o host?',
  Totals: sparse(
    'first_frame_seen:bool startup_wait_ms play_ms media_ms bitrate_bps_ms bitrate_media_ms bitrate_peak_bps_ms bitrate_peak_media_ms data_bytes ' +
    'frames_decoded startup_any_ms startup_content_ms player_startup_ms upscale_ms play_ms_by_rendition:RenditionPlay[] startup_interrupted:bool ' +
    'startup_hidden:bool suspended:bool play_hidden_ms paused_ms stall_ms stall_count stall_short_count stall_short_ms stall_ms_max stall_network_ms ' +
    'stall_seek_ms stall_rendition_switch_ms stall_ad_boundary_ms stall_decoder_ms stall_live_edge_ms stall_suspended_ms stall_unknown_ms seek_ms ' +
    'seek_count ad_ms switch_up_count switch_down_count frames_dropped upscale_css_permille_ms upscale_px_permille_ms error_count page_load_ms ' +
    'drm_load_ms failure:Failure end_reason:ended,quit,fatal,source_change,timeout bitrate_measured_bytes bitrate_measured_media_ms dvr_ms ' +
    'live_latency_median throughput_median ttfb_median startup_manifest_ms startup_drm_ms startup_ad_ms startup_init_ms startup_segment_ms ' +
    'startup_decode_ms startup_other_ms unique_media_ms position_ms_max',
    'number',
  ),
  RenditionPlay: 'rendition play_ms:number',
  Failure: `class:${CLASS} code message?`,
  Context: sparse(CONTEXT, ''),
};

/** Names of the events that are a number: as the event, and its field. */
const PLAIN_EVENTS: Record<string, readonly [string, string]> = {
  state: ['state', 'state'],
  first_frame_startup_ms: ['first_frame', 'startup_ms'],
  visibility_hidden: ['visibility', 'hidden'],
  buffer_ms: ['buffer', 'buffer_ms'],
  suspension_gap_ms: ['suspension', 'gap_ms'],
};

const decoder = new TextDecoder();

/** The fields of a message, by number, as they come. */
function* fields(bytes: Uint8Array): Generator<[number, number | Uint8Array]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the message ends in the middle of a number');
      value += (byte % 128) * unit;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const value = varint();
    if (key % 8 === 0) yield [Math.floor(key / 8), value];
    else if (key % 8 === 2) yield [Math.floor(key / 8), bytes.subarray(at, (at += value))];
    else throw new RangeError(`wire type ${key % 8}`);
    if (at > bytes.length) throw new RangeError('a field is longer than its message');
  }
}

/** What a field `holds`, of its value on the wire; without one, what stands for nothing. */
function value(holds: string, given: number | Uint8Array | undefined): unknown {
  if (holds === 'number') return given ?? 0;
  if (holds === 'bool') return given === 1;
  const bytes = given instanceof Uint8Array ? given : new Uint8Array();
  if (holds === '') return decoder.decode(bytes);
  if (holds === 'id') {
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
  if (holds in MESSAGES) return message(holds as keyof typeof MESSAGES, bytes);
  return holds.split(',')[Number(given) - 1];
}

function message(type: keyof typeof MESSAGES, bytes: Uint8Array): Record<string, unknown> {
  const known = MESSAGES[type].split(' ').map((entry) => /^(\w+)(\??):?(.*)$/.exec(entry) as unknown as [string, string, string, string]);
  const read: Record<string, unknown> = {};
  for (const [, name, optional, holds] of known) if (!optional) read[name] = holds.endsWith('[]') ? [] : value(holds, undefined);
  for (const [number, given] of fields(bytes)) {
    const [, name, , holds] = known[number - 1] ?? [];
    // Newer than this.
    if (name === undefined || holds === undefined) continue;
    if (holds.endsWith('[]')) ((read[name] ??= []) as unknown[]).push(value(holds.slice(0, -2), given));
    else if (holds === 'map') {
      const entry = Object.fromEntries(fields(given as Uint8Array)) as Record<number, Uint8Array>;
      ((read[name] ??= {}) as Record<string, string>)[decoder.decode(entry[1])] = decoder.decode(entry[2]);
    } else if (type === 'Event' && name in PLAIN_EVENTS) {
      const [event, only] = PLAIN_EVENTS[name]!;
      Object.assign(read, { event, [only]: value(holds, given) });
    } else if (type === 'Event' && number > 1) Object.assign(read, { event: name }, value(holds, given));
    else read[name] = value(holds, given);
  }
  return read;
}

/** Reads a body: message `BeaconBatch`. Throws a `RangeError` when it is none. */
export function decode(body: Uint8Array): Batch {
  return message('BeaconBatch', body) as unknown as Batch;
}
