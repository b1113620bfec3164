// Here lives who watched what, with what, where. schemas/src/beacon.rs says what each name means.

import { encoder, field } from './compact.ts';

/** What the page may say about an attempt. */
export interface Context {
  /** A pseudonymous id of the viewer. Never a name, an address or an e-mail. */
  viewer_id?: string | null;
  /** The series, show or channel. */
  video_series?: string | null;
  /** Version of the page or app. */
  page_version?: string | null;
  video_id?: string | null;
  video_title?: string | null;
  stream_type?: 'live' | 'vod' | null;
  player_name?: string | null;
  player_version?: string | null;
  player_software?: string | null;
  player_software_version?: string | null;
  cdn?: string | null;
  /** BCP 47, of the audio that plays and the subtitles that show. */
  audio_language?: string | null;
  subtitle_language?: string | null;
  /** As in a codecs string: `avc1.64001f`, `mp4a.40.2`. */
  video_codec?: string | null;
  audio_codec?: string | null;
  /** `com.widevine.alpha`, … */
  drm_system?: string | null;
  experiment_name?: string | null;
  experiment_variant?: string | null;
  /** Custom dimensions, queried as `custom.<key>`; at most 50. */
  custom?: Record<string, string | number | boolean | null>;
}

/** Limits of schemas/src/limits.rs, in UTF-8 bytes. */
const LABEL_BYTES = 128;
const TEXT_BYTES = 512;
const CUSTOM_MAX = 50;

/** Shortens to so many bytes, between characters. */
export function shortened(text: string, bytes: number): string {
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(bytes)).read);
}

/**
 * The fields of message `Context` in the order of their numbers, from 1, and what they hold if it is no text. A test compares them with the
 * definition.
 */
export const CONTEXT =
  'viewer_id video_id video_title stream_type:live,vod player_name player_version player_software player_software_version ' +
  'collector_version page_host cdn connection_type language experiment_name experiment_variant autoplay:bool ' +
  'first_frame_method:frame_callback,playhead_advance video_duration_ms:number custom:map video_series page_version screen ' +
  'audio_language subtitle_language video_codec audio_codec drm_system latency_source:programme_time,player ' +
  'connection_downlink_bps:number connection_rtt_ms:number sample_weight_permille:number muted:bool fullscreen:bool pip:bool casting:bool';

/** Message `Context` as it goes on the wire: no nulls, no text beyond its limit, no word that is none of a closed list. */
export function wire(context: Record<string, unknown>): number[] {
  return CONTEXT.split(' ').flatMap((entry, index) => {
    const [name, holds] = entry.split(':') as [string, string?];
    const value = context[name];
    const put = (given: Parameters<typeof field>[1]): number[] => field(index + 1, given);
    if (isUnknown(value)) return [];
    if (!holds) return put(shortened(`${value}`, name === 'video_title' ? TEXT_BYTES : LABEL_BYTES));
    if (holds === 'map') {
      return Object.entries(value as object)
        .slice(0, CUSTOM_MAX)
        .flatMap(([key, given]) => (isUnknown(given) ? [] : put([...field(1, shortened(key, LABEL_BYTES)), ...field(2, shortened(`${given}`, TEXT_BYTES))])));
    }
    const words = holds.split(',');
    const word = words.indexOf(value as string) + 1;
    if (words.length > 1) return word ? put(word) : [];
    // 32 bits at most, whatever a page says.
    return put(Math.round(Number(value)) >>> 0);
  });
}

const isUnknown = (value: unknown): boolean => value === null || value === undefined || value === '';
