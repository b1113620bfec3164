// Here lives the gallery: every chart in every state worth looking at, from fixed data. At once example, documentation and
// the page the browser tests photograph. Open /gallery.html; no server and no key needed.
import { render, type ComponentChildren } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style.css';
import './later.css';
import type { Adaptation, Verdict } from './api-types.ts';
import { CohortLine } from './chart/cohort-line.tsx';
import { DropOff } from './chart/drop-off.tsx';
import { Histogram } from './chart/histogram.tsx';
import { Icon } from './chart/icon.tsx';
import { MatrixTable } from './chart/matrix.tsx';
import { SeriesChart, type SeriesChartProps } from './chart/series.tsx';
import { Sparkline } from './chart/sparkline.tsx';
import { ThroughputChart } from './chart/throughput.tsx';
import { TimelineChart } from './chart/timeline.tsx';
import { VerdictMark } from './chart/verdict.tsx';
import { Whisker } from './chart/whisker.tsx';
import { throughputPicture } from './data/adaptation.ts';
import { distributionOf } from './data/distribution.ts';
import { domainOf } from './data/effects.ts';
import { tellingOf } from './data/readings.ts';
import { bins, binsBefore, comparison, dropOff, marks, matrix, measure, points, readings, throughput, timeline, ZONE } from './gallery-data.ts';
import { useScheme } from './use.ts';

const LOCALE = 'en-GB';
const VERDICTS: Verdict[] = [
  'worse',
  'better',
  'higher',
  'lower',
  'no_detectable_change',
  'insufficient_data',
  'provisional',
  'refused',
  'a_verdict_of_a_newer_server',
];

const SERIES: [string, Partial<SeriesChartProps> & Pick<SeriesChartProps, 'points'>][] = [
  ['A day with an incident, a gap and a partial end', { points: points({ count: 22, level: 0.0081, spread: 0.3, gaps: [6, 7], worse: [14, 15, 16] }) }],
  ['What happened when: a holiday, a release, an incident that goes on', { points: points({ count: 22, level: 0.0081, spread: 0.3, worse: [14, 15, 16] }), marks }],
  ['A share far above 0', { points: points({ count: 22, level: 0.86, spread: 0.02 }), measure: measure({ title: 'Good attempts', better: 'higher' }) }],
  ['Milliseconds, no baseline', { points: points({ count: 22, level: 2_400, spread: 0.15, baseline: false }), measure: measure({ title: 'Startup, p95', unit: 'ms', kind: 'distribution' }), against: '' }],
  ['Play time, in hours', { points: points({ count: 22, level: 3_600_000 * 420, spread: 0.05 }), measure: measure({ title: 'Play time', unit: 'ms', kind: 'sum', better: 'neither' }) }],
  ['Hardly any data', { points: points({ count: 12, level: 0.0081, spread: 2, gaps: [0, 1, 3, 4, 6, 7, 8, 10] }) }],
  ['One bucket', { points: points({ count: 1, level: 1_840, spread: 0.1 }), measure: measure({ title: 'Attempts', unit: 'count', kind: 'sum', better: 'neither' }) }],
];

function Gallery() {
  const [scheme, toggleScheme] = useScheme();
  return (
    <main class="page">
      <header class="top">
        <h1>Gallery</h1>
        <div class="top-actions">
          <button type="button" class="button" onClick={toggleScheme}>
            <Icon name={scheme === 'dark' ? 'sun' : 'moon'} /> {scheme === 'dark' ? 'Light' : 'Dark'}
          </button>
        </div>
      </header>
      <Piece title="Verdicts">
        <ul class="notes">
          {VERDICTS.map((verdict) => (
            <li key={verdict}>
              <VerdictMark comparison={comparison(verdict, verdict === 'better' || verdict === 'lower' ? -0.31 : 0.52)} judged={RATIO} locale={LOCALE} />
            </li>
          ))}
          <li>
            <VerdictMark comparison={comparison('worse', null, 0)} judged={RATIO} locale={LOCALE} />
          </li>
        </ul>
      </Piece>
      <Piece title="Intervals on one scale">
        {[
          { value: 0.012, low: 0.01, high: 0.0147 },
          { value: 0.0081, low: 0.0079, high: 0.0083 },
          { value: 0.02, low: 0.001, high: 0.2 },
          { value: null, reason: 'no play' },
        ].map((value) => (
          <Whisker
            key={value.value}
            value={value}
            comparison={comparison(value.value === 0.012 ? 'worse' : 'no_detectable_change')}
            domain={[0.004, 0.026]}
            unit="ratio"
            locale={LOCALE}
          />
        ))}
      </Piece>
      {SERIES.map(([title, props]) => (
        <Piece key={title} title={title}>
          <SeriesChart measure={RATIO} interval="hour" zone={ZONE} locale={LOCALE} scheme={scheme} against="the usual Friday" {...props} />
        </Piece>
      ))}
      <Piece title="An effect at 8 readings, the first of which know little">
        <SeriesChart points={readings} measure={RATIO} interval="minute" zone={ZONE} locale={LOCALE} scheme={scheme} against="0" telling={READING} />
      </Piece>
      <Piece title="Effects beside 0: sure, unsure, without a bound">
        {[
          { value: 0.002, low: 0.0005, high: 0.0035 },
          { value: -0.001, low: -0.004, high: 0.002 },
          { value: 0.001, low: null, high: null },
        ].map((value) => (
          <Whisker key={value.value} value={value} comparison={comparison('no_detectable_change', null, 0)} domain={domainOf({ difference: value.value, ...value })} unit="ratio" locale={LOCALE} label={`difference ${value.value}`} />
        ))}
      </Piece>
      {(['change', 'level'] as const).map((tint) => (
        <Piece key={tint} title={`Two attributes at once, coloured by the ${tint}`}>
          <div class="table-scroll">
            <MatrixTable matrix={MATRICES[tint]} titles={['CDN', 'Player version']} measure={RATIO} tint={tint} against="the usual Friday" locale={LOCALE} choose={() => {}} />
          </div>
        </Piece>
      ))}
      <Piece title="Lines side by side: an incident in one, gaps, one point">
        <ul class="cohorts">
          {COHORTS.map((cohort) => (
            <li key={cohort.map(({ value }) => value).join()}>
              <CohortLine points={cohort} whole={WHOLE} axis={[0, 0.02]} label="One of several lines on one scale" />
            </li>
          ))}
        </ul>
      </Piece>
      <Piece title="A distribution and the baseline’s, with marks">
        <Histogram
          distribution={distributionOf(bins, binsBefore)}
          against="the usual Friday"
          title="Startup"
          unit="ms"
          locale={LOCALE}
          marks={[
            { title: 'median', value: 1_240 },
            { title: 'p95', value: 4_100 },
            { title: 'median before', value: 1_100, reference: true },
          ]}
        />
      </Piece>
      <Piece title="A distribution of one value">
        <Histogram distribution={distributionOf({ bins: [{ from: 812, to: 828, count: 1 }], count: 1 })} title="Startup" unit="ms" locale={LOCALE} marks={[{ title: 'median', value: 820 }]} />
      </Piece>
      <Piece title="A line for a wall: a gap, and a last minute that is still filling">
        <div style={{ height: '160px' }}>
          <Sparkline points={points({ count: 60, level: 18_400, spread: 0, gaps: [20, 21, 22] })} label="Between 15,000 and 21,000 viewers" />
        </div>
      </Piece>
      <Piece title="One attempt">
        <TimelineChart timeline={timeline} locale={LOCALE} summary="Failed after two stalls, one seek and two errors in 1:38." />
      </Piece>
      <Piece title="An attempt of which nothing but its intent is known">
        <TimelineChart
          timeline={{ ...timeline, states: [{ fromMs: 0, toMs: 0, state: 's' }], stalls: [], renditions: [], seeks: [], errors: [], requests: [], buffer: [], visibility: [], firstFrameMs: null, endMs: 0 }}
          locale={LOCALE}
          summary="Starting."
        />
      </Piece>
      <Piece title="A line as small as a word: its intervals, and an axis that is not from zero">
        <div class="figure-spark" style={{ width: '180px', height: '26px' }}>
          <Sparkline points={points({ count: 28, level: 0.0042, spread: 0.2 })} axis={[0.002, 0.0065]} />
        </div>
      </Piece>
      <Piece title="How far an audience watched, and what it played again">
        <DropOff result={dropOff} label="Half did not come beyond 46 % of the video." locale={LOCALE} />
      </Piece>
      <Piece title="How far an audience watched, of whom a few went on and none again">
        <DropOff result={SHORT} label="Where half have left is not known." locale={LOCALE} />
      </Piece>
      <Piece title="What the line gave, and the bitrate that was on the screen">
        {THROUGHPUT && <ThroughputChart picture={THROUGHPUT} locale={LOCALE} summary="Median 5.1 Mbit/s of 16 requests." />}
      </Piece>
    </main>
  );
}

// One object, so that drawing again does not build every chart again.
const RATIO = measure();
const MATRICES = { change: matrix('change'), level: matrix('level') };
const WHOLE = points({ count: 22, level: 0.0081, spread: 0.05, partial: 0 });
const COHORTS = [
  points({ count: 22, level: 0.0095, spread: 0.2, worse: [14, 15, 16] }),
  points({ count: 21, level: 0.006, spread: 0.4, gaps: [3, 4, 9, 11] }),
  points({ count: 22, level: 0.009, spread: 0.3, partial: 0, gaps: Array.from({ length: 22 }, (_, index) => index).filter((index) => index !== 10) }),
];
const READING = tellingOf(RATIO, ZONE, LOCALE);
const THROUGHPUT = throughputPicture({ throughput } as Adaptation, timeline, LOCALE);
const SHORT = {
  median: null,
  points: dropOff.points.map((point) => ({ ...point, rewatches: 0, ...(point.position < 0.3 ? {} : { value: null, low: null, high: null }) })),
};

function Piece({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="panel" aria-label={title} style={{ marginBottom: '14px' }}>
      <header class="panel-head">
        <h2>{title}</h2>
      </header>
      <div class="panel-body">{children}</div>
    </section>
  );
}

const place = document.getElementById('app');
if (!place) throw new Error('gallery.html has no #app');
render(<Gallery />, place);
