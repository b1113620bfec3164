// Here lives what one attempt says in words and figures: who, what, how it went. Pure; totals come as the server merged them.
import type { Impression, State, Totals } from '../api-types.ts';

/** States in the words of CMCD v2 `sta`, for people; null is a stretch whose beacons are missing. */
const STATE_TITLES: Record<string, string> = {
  s: 'Starting',
  p: 'Playing',
  k: 'Seeking',
  r: 'Rebuffering',
  a: 'Paused',
  w: 'Waiting',
  e: 'Ended',
  f: 'Failed',
  q: 'Left',
  d: 'Preloading',
};

export const stateTitle = (state: State | null): string =>
  state === null ? 'Not reported' : (STATE_TITLES[state] ?? `State ${state}`);

const CAUSE_TITLES: Record<string, string> = {
  network: 'network',
  seek: 'after a seek',
  rendition_switch: 'quality switch',
  ad_boundary: 'ad boundary',
  decoder: 'decoder',
  live_edge: 'live edge',
  suspended: 'suspended',
  unknown: 'unknown cause',
};

export const causeTitle = (cause: string): string => CAUSE_TITLES[cause] ?? cause.replaceAll('_', ' ');

/** How an attempt stands or ended. `failed` and `left_before_start` are what a reader looks for. */
export type OutcomeKind = 'running' | 'ended' | 'left' | 'left_before_start' | 'failed';

export interface Outcome {
  kind: OutcomeKind;
  text: string;
}

export function outcomeOf({ totals, ended, state }: Pick<Impression, 'totals' | 'ended' | 'state'>): Outcome {
  if (totals.failure) {
    const { class: kind, code } = totals.failure;
    const when = totals.first_frame_seen ? 'Failed' : 'Failed to start';
    return { kind: 'failed', text: `${when}: ${kind.replaceAll('_', ' ')}${code ? ` (${code})` : ''}` };
  }
  if (!ended) return { kind: 'running', text: stateTitle(state) };
  switch (totals.end_reason) {
    case 'ended':
      return { kind: 'ended', text: 'Watched to the end' };
    case 'fatal':
      return { kind: 'failed', text: totals.first_frame_seen ? 'Failed' : 'Failed to start' };
    case 'timeout':
      return { kind: totals.first_frame_seen ? 'left' : 'left_before_start', text: 'Fell silent' };
    case 'source_change':
      return { kind: 'left', text: 'Went to another video' };
    default:
      return totals.first_frame_seen
        ? { kind: 'left', text: 'Left' }
        : { kind: 'left_before_start', text: 'Left before the start' };
  }
}

/** Σ stall ÷ Σ (play + stall); null when it neither played nor stalled. */
export function rebufferRatio({ play_ms = 0, stall_ms = 0 }: Totals): number | null {
  return play_ms + stall_ms > 0 ? stall_ms / (play_ms + stall_ms) : null;
}

/** Declared average bandwidth, weighted by the media time rendered; null when none was declared. */
export function bitrateAvg({ bitrate_bps_ms = 0, bitrate_media_ms = 0 }: Totals): number | null {
  return bitrate_media_ms > 0 ? bitrate_bps_ms / bitrate_media_ms : null;
}

/** Frames dropped ÷ decoded; null when none were counted. */
export function droppedShare({ frames_dropped = 0, frames_decoded = 0 }: Totals): number | null {
  return frames_decoded > 0 ? frames_dropped / frames_decoded : null;
}

/** What was watched, as well as is known. */
export const titleOf = ({ dimensions }: Pick<Impression, 'dimensions'>): string =>
  dimensions.video_title || dimensions.video_id || 'Untitled video';

/** Browser, system and place, as well as they are known. */
export function whereOf({ dimensions }: Pick<Impression, 'dimensions'>): string {
  const { browser, os, device_class, city, country } = dimensions;
  return [browser, os ?? device_class, [city, country].filter(Boolean).join(', ')].filter(Boolean).join(' · ');
}
