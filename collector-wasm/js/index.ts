// Here lives the default entry: the module inlined as texts, so that no second request, no MIME type and no bundler plugin is needed.

// @ts-expect-error -- build.mjs puts the module here as texts
import texts from 'playhead:wasm';

import { attachWith, type Handle, type Options } from './collector.ts';
import { unpacked } from './unpack.ts';
import { fallback, instance, load } from './wasm.ts';

export type { Adapter, FailureClass, FinishedRequest, LiveEdge, ObjectType, PlaybackError, Rendition, Signals } from './adapter.ts';
export type { Handle, Options } from './collector.ts';
export type { Context } from './context.ts';
export type { SentBatch } from './transport.ts';
export { html5 } from './adapters/html5.ts';

/** Watches `video` and reports to `endpoint`. Never throws, never delays playback. */
export function attach(video: HTMLMediaElement, options: Options): Handle {
  return attachWith(() => load(() => instance(unpacked((texts as () => string[])())), fallback), video, options);
}
