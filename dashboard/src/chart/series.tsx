// Here lives the chart of one metric over time: line, interval band, baseline, partial ends, gaps, verdict marks.
// Drawn by uPlot on a canvas; the words beside it (caption, readout, table) carry everything the canvas shows.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { Measure } from '../catalogue.ts';
import { markText, touches, type Mark } from '../data/annotations.ts';
import { axisOf, columnsOf, type Point, type Telling } from '../data/series.ts';
import { comparisonWords, valueSentence } from '../data/verdict.ts';
import * as format from '../format.ts';
import type { Scheme } from '../use.ts';
import type { Interval } from '../zone.ts';
import { VerdictMark } from './verdict.tsx';

export interface SeriesChartProps {
  points: Point[];
  measure: Measure;
  interval: Interval;
  zone: string;
  locale: string;
  scheme: Scheme;
  /** The baseline as it is named beside a number; empty without one. */
  against: string;
  /** How points are told that are no values of buckets. Another one builds the chart anew. */
  telling?: Telling;
  /** What happened when, drawn on the time axis under the numbers it has in the list. */
  marks?: readonly Mark[];
  /** Asked for when a stretch was chosen by dragging: its begin and end, ms since 1970. */
  onZoom?: (from: number, to: number) => void;
}

const HEIGHT = 300;
const NO_MARKS: readonly Mark[] = [];
const LOW = 1;
const HIGH = 2;
const REFERENCE = 3;
const WHOLE = 4;
const PARTIAL = 5;

const inks = new Map<string, string>();

/** A colour of the scheme that is shown. Each is read once: a look at computed styles makes the browser compute them. */
function ink(name: string): string {
  const key = `${document.documentElement.dataset.scheme} ${name}`;
  let colour = inks.get(key);
  if (colour === undefined) {
    colour = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    inks.set(key, colour);
  }
  return colour;
}

/** Steps of a time axis in whole days, s. */
const DAY_STEPS = [1, 2, 3, 4, 7, 14, 28, 56, 91, 182, 364].map((days) => days * 86_400);

/** Steps of a value axis: 1, 2, 5 of the unit that is written, so that an axis in hours has whole hours. */
function stepsOf(divisor: number): number[] {
  const steps: number[] = [];
  for (let power = -6; power <= 12; power++) for (const digit of [1, 2, 5]) steps.push(divisor * digit * 10 ** power);
  return steps;
}

/** Labels of a value axis, all on the scale of its top, with the decimals its step needs. */
function axisTexts(splits: number[], measure: Measure, locale: string, written: typeof format.text): string[] {
  const top = Math.max(...splits.map(Math.abs));
  const scale = format.scaleOf(measure.unit, top);
  const step = Math.abs((splits[1] ?? top) - (splits[0] ?? 0)) / scale.divisor;
  const decimals = step > 0 ? Math.min(6, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))) : 0;
  return splits.map((at) => written(at, measure.unit, locale, { ...scale, decimals }));
}

/** Indices drawn as dots: points without a neighbour to draw a line to, and the last partial one. */
function lonePoints(column: ArrayLike<number | null | undefined>, tail: boolean): number[] {
  const lone: number[] = [];
  for (let index = 0; index < column.length; index++) {
    if (typeof column[index] !== 'number') continue;
    const ends = typeof column[index + 1] !== 'number';
    if (ends && (tail || typeof column[index - 1] !== 'number')) lone.push(index);
  }
  return lone;
}

export function SeriesChart({ points, measure, interval, zone, locale, scheme, against, telling, marks = NO_MARKS, onZoom }: SeriesChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [hover, setHover] = useState<{ index: number; left: number; width: number } | null>(null);

  const data = useMemo<uPlot.AlignedData>(() => {
    const { x, whole, partial, low, high, reference } = columnsOf(points);
    return [x, low, high, reference, whole, partial];
  }, [points]);
  const now = { data, points, marks, scheme, onZoom };
  const latest = useRef(now);
  latest.current = now;
  /** What the plot was last drawn with. */
  const drawn = useRef(now);
  const [bottom, top] = useMemo(() => (telling ? telling.axisOf(points) : axisOf(points, measure)), [points, measure, telling]);
  const axis = useRef<[number, number]>([bottom, top]);
  axis.current = [bottom, top];
  const written = telling?.text ?? format.text;
  const when = telling?.when ?? ((start: number) => format.bucketText(start, interval, zone, locale));

  // The plot is built anew when its words change (metric, zone, bucket length); new data only moves its lines. It is drawn after the words
  // beside it, in a task of its own: its place is there already.
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const none = { show: false };
    const font = '12px system-ui, sans-serif';
    const divisor = format.scaleOf(measure.unit, Math.max(...axis.current.map(Math.abs))).divisor;
    const options: uPlot.Options = {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      padding: [20, 26, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
      scales: {
        x: {
          time: true,
          // One lonely bucket still needs a stretch of axis around it: its own length on both sides.
          range: (_, min, max) => {
            const [only, second] = latest.current.points;
            if (!only || second) return [min, max];
            const length = (only.end - only.start) / 1000;
            return [only.start / 1000 - length, only.end / 1000];
          },
        },
        y: { range: () => axis.current },
      },
      axes: [
        {
          font,
          stroke: () => ink('muted'),
          grid: none,
          ticks: { stroke: () => ink('line'), size: 5 },
          space: 68,
          // Between two days of a daily line there is nothing to label.
          ...(interval === 'day' || interval === 'week' || interval === 'month' ? { incrs: DAY_STEPS } : {}),
          size: 32,
          values: (_, splits, __, ___, step) => splits.map((at) => format.tickText(at * 1000, step * 1000, zone, locale)),
        },
        {
          font,
          stroke: () => ink('muted'),
          grid: { stroke: () => ink('grid'), width: 1 },
          ticks: none,
          gap: 8,
          space: 42,
          incrs: stepsOf(divisor),
          values: (_, splits) => axisTexts(splits, measure, locale, written),
          size: (self, values) => {
            if (!values) return 56;
            self.ctx.save();
            self.ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
            const widest = Math.max(0, ...values.map((value) => self.ctx.measureText(value ?? '').width));
            self.ctx.restore();
            return Math.ceil(widest / devicePixelRatio) + 14;
          },
        },
      ],
      series: [
        {},
        { stroke: 'transparent', width: 0, points: none },
        { stroke: 'transparent', width: 0, points: none },
        { stroke: () => ink('reference'), width: 1.5, dash: [5, 4], points: { show: true, size: 5, filter: (self, i) => lonePoints(self.data[i]!, false) } },
        { stroke: () => ink('accent'), width: 2, points: { show: true, size: 6, fill: () => ink('accent'), filter: (self, i) => lonePoints(self.data[i]!, false) } },
        {
          stroke: () => ink('accent'),
          width: 2,
          dash: [2, 4],
          points: { show: true, size: 6, fill: () => ink('surface'), filter: (self, i) => lonePoints(self.data[i]!, true) },
        },
      ],
      bands: [{ series: [HIGH, LOW], fill: () => ink('band') }],
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 6 },
        points: {
          size: (_, i) => (i === WHOLE || i === PARTIAL ? 9 : i === REFERENCE ? 6 : 0),
          width: (_, i) => (i === WHOLE || i === PARTIAL ? 2 : 0),
          stroke: () => ink('surface'),
          fill: (_, i) => ink(i === REFERENCE ? 'reference' : 'accent'),
        },
      },
      hooks: {
        setCursor: [
          (self) => {
            const index = self.cursor.idx;
            if (typeof index !== 'number' || (self.cursor.left ?? -1) < 0) return setHover(null);
            const left = self.valToPos(self.data[0][index]!, 'x') + self.over.offsetLeft;
            setHover((old) => (old?.index === index && old.left === left ? old : { index, left, width: self.width }));
          },
        ],
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            const first = latest.current.points[self.posToIdx(left)];
            const last = latest.current.points[self.posToIdx(left + width)];
            if (width > 6 && first && last) latest.current.onZoom?.(first.start, last.end);
          },
        ],
        drawAxes: [(self) => drawStretches(self, latest.current.marks)],
        draw: [(self) => drawMarks(self, latest.current.marks), (self) => drawLoneIntervals(self, latest.current.points), (self) => drawVerdicts(self, latest.current.points)],
      },
    };
    let begin: Function = () => undefined;
    const chart = new uPlot(options, data, (self, init) => {
      element.append(self.root);
      begin = init;
    });
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== chart.width) chart.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    // Made in one task, drawn in the next, with what came in between.
    const timer = setTimeout(() => {
      begin();
      plot.current = chart;
      drawn.current = { ...latest.current };
      if (latest.current.data !== data) chart.setData(latest.current.data);
      observer.observe(element);
    });
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [measure, interval, zone, locale, telling]);

  useEffect(() => {
    const chart = plot.current;
    if (!chart) return;
    const { data: before, scheme: schemeBefore, marks: marksBefore } = drawn.current;
    if (before !== data) chart.setData(data);
    else if (schemeBefore !== scheme || marksBefore !== marks) chart.redraw(false);
    drawn.current = { ...latest.current };
  }, [data, scheme, marks]);

  const moveTo = (index: number) => {
    const chart = plot.current;
    const at = chart?.data[0][index];
    if (!chart || at === undefined) return;
    chart.setCursor({ left: chart.valToPos(at, 'x'), top: 0 });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = points.length - 1;
    const at = hover?.index ?? last + 1;
    const target = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, PageUp: at - 10, PageDown: at + 10 }[event.key];
    if (target === undefined) {
      if (event.key === 'Escape') setHover(null);
      return;
    }
    event.preventDefault();
    moveTo(Math.min(last, Math.max(0, target)));
  };

  const shown = hover ? points[hover.index] : undefined;
  const happened = (point: Point) => marks.filter((mark) => touches(mark, point.start, point.end));
  const readout = (point: Point) =>
    [
      when(point.start),
      point.partial ? 'partial' : null,
      telling ? telling.sentence(point) : valueSentence(point.source ?? { value: point.value }, measure.unit, locale),
      telling || point.reference === null ? null : `${against} ${format.text(point.reference, measure.unit, locale)}`,
      point.comparison ? comparisonWords(point.comparison, measure.better).short : null,
      ...happened(point).map(markText),
    ]
      .filter(Boolean)
      .join('; ');

  return (
    <div
      class="series-chart"
      role="slider"
      tabIndex={0}
      aria-label={`${measure.title} over time; arrow keys read it point by point`}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, points.length - 1)}
      aria-valuenow={hover?.index ?? Math.max(0, points.length - 1)}
      aria-valuetext={readout(shown ?? points.at(-1)!)}
      onKeyDown={onKeyDown}
      onBlur={() => setHover(null)}
    >
      <div ref={host} class="series-canvas" style={{ height: `${HEIGHT}px` }} aria-hidden="true" />
      {hover && shown && (
        <div
          class="readout"
          aria-hidden="true"
          style={hover.left > hover.width / 2 ? { right: `${hover.width - hover.left + 14}px` } : { left: `${hover.left + 14}px` }}
        >
          <div class="readout-time">
            {when(shown.start)}
            {shown.partial && <span class="tag">partial</span>}
          </div>
          <div class="readout-value">{written(shown.value, measure.unit, locale)}</div>
          {shown.low !== null && shown.high !== null && (
            <div class="muted">
              95 %:{' '}
              {telling
                ? telling.bounds(shown.low, shown.high)
                : format.intervalText(shown.low, shown.high, measure.unit, locale, shown.value ?? shown.high)}
            </div>
          )}
          {shown.value === null && shown.source?.reason && <div class="muted">{shown.source.reason}</div>}
          {!telling && shown.reference !== null && (
            <div class="muted">
              {against} {format.text(shown.reference, measure.unit, locale)}
            </div>
          )}
          {shown.comparison && <VerdictMark comparison={shown.comparison} judged={measure} locale={locale} />}
          {shown.attempts !== null && measure.name !== 'attempts' && (
            <div class="muted">{format.text(shown.attempts, 'count', locale)} attempts</div>
          )}
          {happened(shown).map((mark) => (
            <div key={mark.annotation.id}>
              {mark.number}. {markText(mark)}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** A band needs two points; the interval of a point between gaps is a bar. */
function drawLoneIntervals(self: uPlot, points: readonly Point[]): void {
  const { ctx, bbox } = self;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = ink('band');
  ctx.lineWidth = 5 * devicePixelRatio;
  points.forEach(({ start, low, high }, index) => {
    if (low === null || high === null || (points[index - 1]?.low ?? null) !== null || (points[index + 1]?.low ?? null) !== null) return;
    const x = self.valToPos(start / 1000, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, self.valToPos(low, 'y', true));
    ctx.lineTo(x, self.valToPos(high, 'y', true));
    ctx.stroke();
  });
  ctx.restore();
}

/** Where a mark stands on the canvas, cut at the plot's edges; null where it lies beside it. */
function placeOf(self: uPlot, { from, to }: Mark): { left: number; right: number } | null {
  const { left: first, width } = self.bbox;
  const last = first + width;
  const left = self.valToPos(from / 1000, 'x', true);
  const right = to === null ? last : self.valToPos(to / 1000, 'x', true);
  // What began before the first bucket and has not ended stands at the edge; what is over by then, or comes later, stands nowhere.
  if (right < first || left > last || (right === first && to !== from)) return null;
  return { left: Math.max(first, left), right: Math.min(last, right) };
}

/** Stretches lie under the lines. */
function drawStretches(self: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = self;
  ctx.save();
  for (const mark of marks) {
    const place = placeOf(self, mark);
    if (!place || mark.to === mark.from) continue;
    ctx.fillStyle = ink(`mark-${mark.annotation.kind}-soft`) || ink('mark-note-soft');
    ctx.fillRect(place.left, bbox.top, Math.max(devicePixelRatio, place.right - place.left), bbox.height);
  }
  ctx.restore();
}

/** A line where each begins, and its number above: the number, not the colour, says which one of the list it is. */
function drawMarks(self: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = self;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `600 ${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  for (const mark of marks) {
    const place = placeOf(self, mark);
    if (!place) continue;
    const colour = ink(`mark-${mark.annotation.kind}`) || ink('mark-note');
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash(mark.to === mark.from ? [] : [3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(place.left, bbox.top);
    ctx.lineTo(place.left, bbox.top + bbox.height);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = colour;
    ctx.beginPath();
    ctx.arc(place.left, bbox.top - 9 * ratio, 8 * ratio, 0, 2 * Math.PI);
    ctx.fill();
    ctx.fillStyle = ink('surface');
    ctx.fillText(String(mark.number), place.left, bbox.top - 8.5 * ratio);
  }
  ctx.restore();
}

/** A diamond on every bucket the server called worse: shape and colour, so that neither is needed alone. */
function drawVerdicts(self: uPlot, points: readonly Point[]): void {
  const { ctx } = self;
  const size = 5 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = ink('worse');
  ctx.strokeStyle = ink('surface');
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const { start, value, comparison } of points) {
    if (comparison?.verdict !== 'worse' || value === null) continue;
    const x = self.valToPos(start / 1000, 'x', true);
    const y = self.valToPos(value, 'y', true);
    ctx.beginPath();
    ctx.moveTo(x, y - size);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x, y + size);
    ctx.lineTo(x - size, y);
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}
