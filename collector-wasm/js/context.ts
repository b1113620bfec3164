// Here lives who watched what, with what, where. Names as on the wire; schemas/src/beacon.rs says what each means.

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

const encoder = new TextEncoder();

/** Shortens to so many bytes, between characters. */
export function shortened(text: string, bytes: number): string {
  if (text.length * 3 <= bytes || encoder.encode(text).length <= bytes) return text;
  const room = new Uint8Array(bytes);
  return text.slice(0, encoder.encodeInto(text, room).read);
}

/** The context as it goes on the wire: no nulls, no text beyond its limit, custom values as text. */
export function wire(context: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(context)) {
    if (value === null || value === undefined || value === '') continue;
    if (key === 'custom') {
      const custom: Record<string, string> = {};
      for (const [name, given] of Object.entries(value as object).slice(0, CUSTOM_MAX)) {
        if (given !== null && given !== undefined && given !== '') custom[shortened(name, LABEL_BYTES)] = shortened(String(given), TEXT_BYTES);
      }
      if (Object.keys(custom).length > 0) out.custom = custom;
    } else if (typeof value !== 'string') {
      out[key] = typeof value === 'number' ? Math.round(value) : value;
    } else {
      out[key] = shortened(String(value), key === 'video_title' ? TEXT_BYTES : LABEL_BYTES);
    }
  }
  return out;
}
