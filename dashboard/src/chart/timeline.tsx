// Here lives the picture of one attempt on one axis: states and stalls, renditions, buffer, requests, errors and seeks.
// SVG; the list of happenings beside it says the same in words. Loaded only when an attempt is opened.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Timeline } from '../api-types.ts';
import { causeTitle, stateTitle } from '../data/attempt.ts';
import { clampWindow, momentAt, renditionTitle, ticksOf, zoom, type Window } from '../data/timeline.ts';
import * as format from '../format.ts';
import { Icon } from './icon.tsx';

export interface TimelineChartProps {
  timeline: Timeline;
  locale: string;
  /** What the picture shows, in one sentence. */
  summary: string;
}

type Lane = 'state' | 'stall' | 'rendition' | 'buffer' | 'request' | 'event';
const LANE_SIZES: Record<Lane, { height: number; gap: number; title: string }> = {
  state: { height: 26, gap: 6, title: 'State' },
  stall: { height: 20, gap: 12, title: 'Stalls' },
  rendition: { height: 64, gap: 14, title: 'Bitrate' },
  buffer: { height: 54, gap: 14, title: 'Buffer' },
  request: { height: 44, gap: 12, title: 'Requests' },
  event: { height: 24, gap: 8, title: 'Events' },
};

/** Where each lane stands. A lane whose kind was never reported is left out: an empty one would say "nothing happened". */
function lanesOf(timeline: Timeline) {
  const empty: Partial<Record<Lane, boolean>> = {
    rendition: timeline.renditions.length === 0,
    buffer: timeline.buffer.length === 0,
    request: timeline.requests.length === 0,
  };
  const lanes = {} as Record<Lane, { top: number; height: number; title: string; shown: boolean }>;
  let top = 8;
  for (const [name, { height, gap, title }] of Object.entries(LANE_SIZES) as [Lane, (typeof LANE_SIZES)[Lane]][]) {
    const shown = empty[name] !== true;
    lanes[name] = { top, height, title, shown };
    if (shown) top += height + gap;
  }
  return { lanes, axisTop: top };
}

/** Characters of a label to pixels, about. */
const LABEL_PX = 6.4;

interface StallLabel {
  x: number;
  anchor: 'start' | 'end';
  inside: boolean;
}

/** Where each stall's words fit without covering another's: inside its mark, after it, before it, or nowhere. */
function stallLabels(boxes: { x: number; width: number }[], titles: string[], left: number, right: number): (StallLabel | null)[] {
  let taken = left;
  return boxes.map((box, i) => {
    const need = (titles[i]?.length ?? 0) * LABEL_PX + 10;
    const end = box.x + box.width;
    const before = taken;
    taken = Math.max(taken, end);
    if (box.width >= need) return { x: box.x + 5, anchor: 'start', inside: true };
    if (end + need <= Math.min(right, boxes[i + 1]?.x ?? right)) {
      taken = end + need;
      return { x: end + 4, anchor: 'start', inside: false };
    }
    if (box.x - need >= before) return { x: box.x - 4, anchor: 'end', inside: false };
    return null;
  });
}

const RIGHT = 10;
const STATE_CLASS: Record<string, string> = { s: 'starting', p: 'playing', k: 'seeking', r: 'rebuffering', a: 'paused', w: 'waiting', e: 'ended', f: 'fatal', q: 'quit' };

export function TimelineChart({ timeline, locale, summary }: TimelineChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  const [chosen, setChosen] = useState<Window | null>(null);
  const [pointer, setPointer] = useState<number | null>(null);
  const [drag, setDrag] = useState<number | null>(null);

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const measure = () => setWidth(Math.max(240, element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const endMs = Math.max(1, timeline.endMs);
  // Nobody chose a window: all of it, also while it grows.
  const shown = chosen ? clampWindow(chosen, endMs) : { fromMs: 0, toMs: Math.max(endMs, 500) };
  const left = width < 560 ? 56 : 78;
  const plotWidth = Math.max(1, width - left - RIGHT);
  const x = (ms: number) => left + ((ms - shown.fromMs) / (shown.toMs - shown.fromMs)) * plotWidth;
  const msAt = (px: number) => shown.fromMs + (Math.min(plotWidth, Math.max(0, px - left)) / plotWidth) * (shown.toMs - shown.fromMs);
  const visible = (from: number, to: number) => to >= shown.fromMs && from <= shown.toMs;
  /** A span as x and width inside the picture, never thinner than can be seen. */
  const span = (from: number, to: number, thinnest = 1) => {
    const begin = Math.max(left, x(from));
    return { x: begin, width: Math.max(thinnest, Math.min(left + plotWidth, x(to)) - begin) };
  };

  const bitrateTop = useMemo(() => Math.max(1, ...timeline.renditions.map(({ bitrateBps }) => bitrateBps ?? 0)), [timeline]);
  const bufferTop = useMemo(() => Math.max(1000, ...timeline.buffer.map(({ bufferMs }) => bufferMs)), [timeline]);
  const speedOf = ({ bytes, durationMs }: Timeline['requests'][number]) => (bytes * 8000) / Math.max(1, durationMs);
  const speedTop = useMemo(() => Math.max(1, ...timeline.requests.map(speedOf)), [timeline]);

  const { lanes, axisTop } = useMemo(() => lanesOf(timeline), [timeline]);
  const height = axisTop + 24;
  const stalls = timeline.stalls.filter(({ fromMs, toMs }) => visible(fromMs, toMs));
  const stallTitles = stalls.map(({ stallMs, cause }) => `${causeTitle(cause)} ${format.text(stallMs, 'ms', locale)}`);
  const stallBoxes = stalls.map(({ fromMs, toMs }) => span(fromMs, toMs, 2));
  const labels = stallLabels(stallBoxes, stallTitles, left, left + plotWidth);

  const at = pointer === null ? null : momentAt(timeline, pointer, locale);
  const pointerPx = (event: PointerEvent) => event.clientX - (host.current?.getBoundingClientRect().left ?? 0);
  const zoomBy = (factor: number) => setChosen(zoom(shown, factor, pointer ?? (shown.fromMs + shown.toMs) / 2, endMs));
  const onKeyDown = (event: KeyboardEvent) => {
    const step = (shown.toMs - shown.fromMs) / 50;
    const now = pointer ?? shown.fromMs;
    switch (event.key) {
      case 'ArrowLeft':
        setPointer(Math.max(shown.fromMs, now - step));
        break;
      case 'ArrowRight':
        setPointer(Math.min(shown.toMs, now + step));
        break;
      case 'Home':
        setPointer(shown.fromMs);
        break;
      case 'End':
        setPointer(shown.toMs);
        break;
      case '+':
      case '=':
        zoomBy(0.5);
        break;
      case '-':
        zoomBy(2);
        break;
      case 'Escape':
        setPointer(null);
        setChosen(null);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const words = at
    ? [
        format.clockText(at.atMs, true),
        at.state,
        at.stall && `stall: ${at.stall}`,
        at.rendition,
        at.bufferMs === null ? null : `buffer ${format.text(at.bufferMs, 'ms', locale)}`,
      ].filter(Boolean)
    : null;

  // The buffer is known at samples; between two the line is straight, and after a long silence it breaks.
  const bufferLane = lanes.buffer;
  const bufferY = (ms: number) => bufferLane.top + bufferLane.height - (ms / bufferTop) * bufferLane.height;
  const bufferLine = timeline.buffer.map(({ atMs, bufferMs }, i) => `${i === 0 ? 'M' : 'L'}${x(atMs).toFixed(1)} ${bufferY(bufferMs).toFixed(1)}`).join('');
  const bufferBase = bufferLane.top + bufferLane.height;
  const first = timeline.buffer[0];
  const last = timeline.buffer.at(-1);

  return (
    <figure class="timeline">
      <div class="timeline-tools">
        <output class="timeline-readout" aria-live="polite">
          {words ? (
            words.map((word, i) => (i === 0 ? <b key={word}>{word}</b> : <span key={word}>{word}</span>))
          ) : (
            <span class="muted">Point at the timeline, or use the arrow keys. Drag to zoom.</span>
          )}
        </output>
        <div class="button-group" role="group" aria-label="Zoom">
          <button type="button" class="button button-quiet" aria-label="Zoom in" onClick={() => zoomBy(0.5)}>
            <Icon name="plus" />
          </button>
          <button type="button" class="button button-quiet" aria-label="Zoom out" onClick={() => zoomBy(2)}>
            <Icon name="minus" />
          </button>
          <button type="button" class="button button-quiet" disabled={chosen === null} onClick={() => setChosen(null)}>
            Whole attempt
          </button>
        </div>
      </div>
      <div
        ref={host}
        class="timeline-host"
        tabIndex={0}
        role="slider"
        aria-label="Timeline of the attempt; arrow keys move, plus and minus zoom"
        aria-valuemin={0}
        aria-valuemax={Math.round(endMs)}
        aria-valuenow={Math.round(pointer ?? 0)}
        aria-valuetext={words?.join('; ') ?? summary}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => setPointer(msAt(pointerPx(event)))}
        onPointerLeave={() => drag === null && setPointer(null)}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag(msAt(pointerPx(event)));
        }}
        onPointerUp={(event) => {
          const to = msAt(pointerPx(event));
          if (drag !== null && Math.abs(x(to) - x(drag)) > 6)
            setChosen(clampWindow({ fromMs: Math.min(drag, to), toMs: Math.max(drag, to) }, endMs));
          setDrag(null);
        }}
        onPointerCancel={() => setDrag(null)}
        onDblClick={() => setChosen(null)}
      >
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <defs>
            <clipPath id="timeline-plot">
              <rect x={left} y={0} width={plotWidth} height={height} />
            </clipPath>
            <pattern id="timeline-missing" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect class="missing-ground" width="6" height="6" />
              <rect class="missing-stripe" width="2" height="6" />
            </pattern>
          </defs>
          {Object.values(lanes).filter((lane) => lane.shown).map(({ top, height: laneHeight, title }) => (
            <g key={title}>
              <text class="lane-title" x={0} y={top + Math.min(laneHeight, 26) / 2 + 4}>
                {title}
              </text>
              <rect class="lane" x={left} y={top} width={plotWidth} height={laneHeight} rx={3} />
            </g>
          ))}
          {ticksOf(shown, Math.max(2, Math.floor(plotWidth / 84))).map((tick) => (
            <g key={tick}>
              <line class="tick" x1={x(tick)} x2={x(tick)} y1={4} y2={axisTop} />
              <text class="tick-title" x={x(tick)} y={axisTop + 16} text-anchor="middle">
                {format.clockText(tick)}
                {shown.toMs - shown.fromMs < 5_000 && tick % 1000 !== 0 ? `.${String(Math.round(tick % 1000) / 100)}` : ''}
              </text>
            </g>
          ))}
          <g clip-path="url(#timeline-plot)">
            {timeline.states
              .filter(({ fromMs, toMs }) => visible(fromMs, toMs))
              .map(({ fromMs, toMs, state }) => {
                const box = span(fromMs, toMs);
                const title = stateTitle(state ?? null);
                return (
                  <g key={`${fromMs}${state}`}>
                    <rect
                      class={`state state-${state ? (STATE_CLASS[state] ?? 'other') : 'missing'}`}
                      fill={state ? undefined : 'url(#timeline-missing)'}
                      {...box}
                      y={lanes.state.top}
                      height={lanes.state.height}
                    />
                    {box.width > title.length * 7 + 10 && (
                      <text class={`state-title${state === null || state === 'a' || state === 'w' ? ' on-light' : ''}`} x={box.x + 6} y={lanes.state.top + 17}>
                        {title}
                      </text>
                    )}
                  </g>
                );
              })}
            {stalls.map(({ fromMs }, i) => {
              const box = stallBoxes[i]!;
              const label = labels[i];
              return (
                <g key={fromMs} class="stall">
                  <rect {...box} y={lanes.stall.top} height={lanes.stall.height} rx={2} />
                  {label && (
                    <text class={label.inside ? 'stall-title' : 'stall-title-beside'} x={label.x} y={lanes.stall.top + 14} text-anchor={label.anchor}>
                      {stallTitles[i]}
                    </text>
                  )}
                </g>
              );
            })}
            {timeline.renditions
              .filter(({ fromMs, toMs }) => visible(fromMs, toMs))
              .map((rendition) => {
                const box = span(rendition.fromMs, rendition.toMs);
                const lane = lanes.rendition;
                const share = rendition.bitrateBps ? rendition.bitrateBps / bitrateTop : 0.08;
                const height = Math.max(3, share * (lane.height - 16));
                const title = renditionTitle(rendition, locale);
                return (
                  <g key={rendition.fromMs}>
                    <rect class="rendition" {...box} y={lane.top + lane.height - height} height={height} />
                    <line
                      class="rendition-edge"
                      x1={box.x}
                      x2={box.x + box.width}
                      y1={lane.top + lane.height - height}
                      y2={lane.top + lane.height - height}
                    />
                    {box.width > title.length * 6.2 + 8 && (
                      <text class="rendition-title" x={box.x + 5} y={lane.top + lane.height - height - 4}>
                        {title}
                      </text>
                    )}
                  </g>
                );
              })}
            {first && last && (
              <>
                <path class="buffer-area" d={`${bufferLine}L${x(last.atMs).toFixed(1)} ${bufferBase}L${x(first.atMs).toFixed(1)} ${bufferBase}Z`} />
                <path class="buffer-line" d={bufferLine} />
              </>
            )}
            {timeline.requests
              .filter(({ fromMs, toMs }) => visible(fromMs, toMs))
              .map((request) => {
                const lane = lanes.request;
                const height = Math.max(2, (speedOf(request) / speedTop) * lane.height);
                return (
                  <rect
                    key={`${request.fromMs}-${request.toMs}-${request.bytes}`}
                    class="request"
                    {...span(request.fromMs, request.toMs, 1.5)}
                    y={lane.top + lane.height - height}
                    height={height}
                  />
                );
              })}
            {timeline.seeks
              .filter(({ fromMs, toMs }) => visible(fromMs, toMs))
              .map(({ fromMs, toMs }) => (
                <rect key={`k${fromMs}`} class="seek" {...span(fromMs, toMs, 4)} y={lanes.event.top + 7} height={10} rx={2} />
              ))}
            {hiddenSpans(timeline, endMs)
              .filter(({ fromMs, toMs }) => visible(fromMs, toMs))
              .map(({ fromMs, toMs }) => (
                <rect key={`h${fromMs}`} class="hidden-page" {...span(fromMs, toMs, 2)} y={lanes.event.top + 20} height={4} />
              ))}
            {timeline.suspensions
              .filter(({ atMs }) => visible(atMs, atMs))
              .map(({ atMs }) => (
                <line key={`z${atMs}`} class="suspension" x1={x(atMs)} x2={x(atMs)} y1={lanes.state.top} y2={axisTop} />
              ))}
            {typeof timeline.firstFrameMs === 'number' && visible(timeline.firstFrameMs, timeline.firstFrameMs) && (
              <path class="first-frame" d={`M${x(timeline.firstFrameMs)} ${lanes.event.top + 4}l8 8l-8 8Z`} />
            )}
            {timeline.errors
              .filter(({ atMs }) => visible(atMs, atMs))
              .map(({ atMs, fatal, code }) => (
                <g key={`${atMs}${code}`} class={`error-mark${fatal ? ' error-fatal' : ''}`} transform={`translate(${x(atMs)} ${lanes.event.top + 12})`}>
                  <path d="M-5-5 5 5M5-5-5 5" />
                </g>
              ))}
            {drag !== null && pointer !== null && (
              <rect class="selection" x={Math.min(x(drag), x(pointer))} width={Math.abs(x(pointer) - x(drag))} y={4} height={axisTop - 4} />
            )}
            {pointer !== null && <line class="pointer" x1={x(pointer)} x2={x(pointer)} y1={4} y2={axisTop} />}
          </g>
          {width >= 560 && (
            <g class="lane-scale">
              {timeline.renditions.length > 0 && <text x={0} y={lanes.rendition.top + 32}>{format.text(bitrateTop, 'bps', locale)}</text>}
              {timeline.buffer.length > 0 && <text x={0} y={lanes.buffer.top + 32}>{format.text(bufferTop, 'ms', locale)}</text>}
              {timeline.requests.length > 0 && <text x={0} y={lanes.request.top + 32}>{format.text(speedTop, 'bps', locale)}</text>}
            </g>
          )}
        </svg>
      </div>
      <figcaption class="timeline-legend">
        <span class="visually-hidden">{summary}</span>
        <ul class="legend" aria-hidden="true">
          <li class="legend-frame">first frame</li>
          <li class="legend-seek">seek</li>
          <li class="legend-error">error</li>
          <li class="legend-hidden">page hidden</li>
          <li class="legend-missing">not reported</li>
        </ul>
      </figcaption>
    </figure>
  );
}

/** Stretches in which the page was hidden. */
function hiddenSpans(timeline: Timeline, endMs: number): Window[] {
  const spans: Window[] = [];
  let since: number | null = null;
  for (const { atMs, hidden } of timeline.visibility) {
    if (hidden) since ??= atMs;
    else if (since !== null) {
      spans.push({ fromMs: since, toMs: atMs });
      since = null;
    }
  }
  if (since !== null) spans.push({ fromMs: since, toMs: endMs });
  return spans;
}
