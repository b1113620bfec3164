// Here lives the composition: sign-in, catalogues, the bar, the panels, and which of them stand for a given route.
import { Fragment, type ComponentChildren } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Api, ApiError } from './api.ts';
import type { Organization, OrganizationList } from './api-types.ts';
import { Catalogue } from './catalogue.ts';
import { Icon, Mark } from './chart/icon.tsx';
import { DashboardProvider, useDashboard, type Dashboard } from './context.ts';
import { branchesOf, ownOf } from './data/account.ts';
import { headlineKey, headlineMetrics, headlineQuestion } from './data/question.ts';
import { rangeOf } from './data/range.ts';
import * as format from './format.ts';
import { catalogues, type First, type Headline } from './first.ts';
import { forgetKey, keepKey } from './key.ts';
import { lazy } from './lazy.tsx';
import { AttemptsPanel } from './panel/attempts.tsx';
import { BreakdownPanel } from './panel/breakdown.tsx';
import { Empty } from './panel/empty.tsx';
import { HeadlinePanel } from './panel/headline.tsx';
import { RouteLink } from './panel/link.tsx';
import { SeriesPanel } from './panel/series.tsx';
import { SignIn } from './panel/sign-in.tsx';
import { Panel, Skeleton, uncomparedText } from './panel/state.tsx';
import { Tip } from './panel/tip.tsx';
import { Toolbar } from './panel/toolbar.tsx';
import { VIEWS, type View } from './route.ts';
import { browserLocale, useAnswer, useLate, useNear, useNow, useRoute, useScheme, type Asked, type Scheme } from './use.ts';

const AttemptPanel = lazy(
  () => import('./panel/attempt.tsx'),
  () => <Skeleton height={640} />,
);

const WhyPanel = lazy(
  () => import('./panel/why.tsx'),
  () => <Skeleton height={420} />,
);

const ExplorePanel = lazy(
  () => import('./panel/explore.tsx'),
  () => <Skeleton height={420} />,
);
const LivePanel = lazy(
  () => import('./panel/live.tsx'),
  () => <Skeleton height={420} />,
);
const ExperimentsPanel = lazy(
  () => import('./panel/experiments.tsx'),
  () => <Skeleton height={420} />,
);
const SettingsPanel = lazy(
  () => import('./panel/settings.tsx'),
  () => <Skeleton height={420} />,
);

const VIEW_TITLES: Record<View, string> = {
  overview: 'Overview',
  explore: 'Explore',
  why: 'Why',
  attempts: 'Attempts',
  live: 'Live',
  experiments: 'Experiments',
  settings: 'Settings',
};

/** Views that do not wait behind another. */
const FRESH: Partial<Record<View, () => ComponentChildren>> = { live: () => <LivePanel />, experiments: () => <ExperimentsPanel />, settings: () => <SettingsPanel /> };

type Entry =
  | { step: 'asking'; error: ApiError | null }
  | { step: 'checking'; key: string; remember: boolean | null }
  /** `first`: what was asked with the same key before. */
  | { step: 'in'; api: Api; catalogue: Catalogue; whose: OrganizationList; first: First | null };

/** `first`: what was asked already; null without a key. */
export function App({ first }: { first: First | null }) {
  const [scheme, toggleScheme] = useScheme();
  const [entry, setEntry] = useState<Entry>(() => {
    return first ? { step: 'checking', key: first.key, remember: null } : { step: 'asking', error: null };
  });

  useEffect(() => {
    if (entry.step !== 'checking') return;
    const controller = new AbortController();
    const { key, remember } = entry;
    const api = new Api(key);
    const begun = first?.key === key ? first.takeCatalogues() : null;
    (begun ?? catalogues(api, controller.signal)).then(
      ([metrics, attributes, { result: whose }]) => {
        if (controller.signal.aborted) return;
        if (remember !== null) keepKey(key, remember);
        setEntry({ step: 'in', first: begun && first, api, catalogue: new Catalogue(metrics.result.metrics, attributes.result.attributes), whose });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        controller.abort();
        if (!(error instanceof ApiError)) throw error;
        // A key that opens nothing is not kept; one that could not be tried is.
        if (error.isKey) forgetKey();
        setEntry({ step: 'asking', error });
      },
    );
    return () => controller.abort();
  }, [entry]);

  const signOut = useCallback(() => {
    forgetKey();
    setEntry({ step: 'asking', error: null });
  }, []);

  if (entry.step === 'in') return <Signed {...entry} scheme={scheme} toggleScheme={toggleScheme} signOut={signOut} />;
  // A kept key is checked behind a blank page of the right shape, not behind a form that would flash up.
  if (entry.step === 'checking' && entry.remember === null) return <Waiting />;
  return (
    <SignIn
      error={entry.step === 'asking' ? entry.error : null}
      busy={entry.step === 'checking'}
      enter={(key, remember) => setEntry({ step: 'checking', key, remember })}
    />
  );
}

/** The same stands in index.html: it is there before any code is. */
function Waiting() {
  return (
    <div class="page" aria-busy="true">
      <header class="top">
        <p class="brand">
          <Mark />
          <span>Playhead</span>
        </p>
      </header>
      <main>
        <div class="skeleton skeleton-page" />
      </main>
    </div>
  );
}

function Signed(props: { first: First | null; api: Api; catalogue: Catalogue; whose: OrganizationList; scheme: Scheme; toggleScheme: () => void; signOut: () => void }) {
  const { catalogue, scheme, toggleScheme, signOut } = props;
  const [route, go] = useRoute();
  const { organization } = route;
  const api = useMemo(() => props.api.within(organization), [props.api, organization]);
  const [organizations, setOrganizations] = useState<readonly Organization[]>(props.whose.organizations);
  const organizationsChanged = useCallback(() => {
    // Made a moment ago by the same key: a failure here only leaves the list as it was.
    props.api.organizations().then(({ result }) => setOrganizations(result.organizations), (error: unknown) => console.error(error));
  }, [props.api]);
  const { scope } = props.whose;
  const may = useMemo(() => ({ write: scope !== 'read', administer: scope === 'admin' }), [scope]);
  const [locale] = useState(browserLocale);
  // How often to look again depends on the range, and what the range is depends on when one looks.
  const [started] = useState(() => Date.now());
  const { refreshMs } = useMemo(() => rangeOf(route, started), [route, started]);
  const now = useNow(route.attempt ? null : refreshMs);
  const range = useMemo(() => rangeOf(route, now), [route.range, route.from, route.to, route.zone, now]);
  const dashboard = useMemo(
    () => ({ api, catalogue, organizations, may, organizationsChanged, locale, scheme, route, go, range, tick: now, shown: true, signOut }),
    [api, catalogue, organizations, may, organizationsChanged, locale, scheme, route, go, range, now, signOut],
  );
  const { attempt, view } = route;
  const place = attempt ?? route.experiment ?? view;
  useScrollAndFocus(place, JSON.stringify([place, route.filters]));
  useLayoutEffect(() => {
    const title = attempt ? 'Attempt' : view === 'overview' ? null : VIEW_TITLES[view];
    document.title = title ? `${title} · Playhead` : 'Playhead';
  }, [attempt, view]);

  const bar = { scheme, toggleScheme };
  const Fresh = FRESH[view];
  if (organization && !organizations.some(({ id }) => id === organization)) return <Unseen go={() => go({ organization: null })} signOut={signOut} />;
  return (
    <DashboardProvider value={dashboard}>
      <a class="skip" href="#main">
        Skip to the numbers
      </a>
      <div class="page">
        {attempt && (
          <>
            <Top {...bar} asked={null} />
            <main id="main" tabIndex={-1}>
              <AttemptPanel id={attempt} />
            </main>
          </>
        )}
        <Kept key={`overview ${organization}`} shown={!attempt && view === 'overview'} value={dashboard}>
          <Overview {...bar} first={props.first} />
        </Kept>
        <Kept key={`explore ${organization}`} shown={!attempt && view === 'explore'} value={dashboard}>
          <Page {...bar}>
            <ExplorePanel />
          </Page>
        </Kept>
        <Kept key={`why ${organization}`} shown={!attempt && view === 'why'} value={dashboard}>
          <Page {...bar}>
            <WhyPanel />
          </Page>
        </Kept>
        <Kept key={`attempts ${organization}`} shown={!attempt && view === 'attempts'} value={dashboard}>
          <Page {...bar}>
            <h1 class="visually-hidden">Attempts</h1>
            <AttemptsPanel page={25} />
          </Page>
        </Kept>
        {/* These ask anew each time: what they show may have been changed elsewhere, or is over. */}
        {!attempt && Fresh && (
          <Fragment key={`${view} ${organization}`}>
            {!(view === 'live' && route.wall) && <Top {...bar} asked={null} />}
            <main id="main" tabIndex={-1}>
              <Fresh />
            </main>
          </Fragment>
        )}
      </div>
      <Tip />
    </DashboardProvider>
  );
}

/** The address names an organisation that the key does not see: a link from someone with another key. */
function Unseen({ go, signOut }: { go: () => void; signOut: () => void }) {
  return (
    <main class="sign-in">
      <section class="sign-in-card" aria-label="Organisation not seen" data-panel="unseen">
        <h1>This API key does not see the organisation of this address</h1>
        <p>The address came from someone with another key, perhaps.</p>
        <button type="button" class="button button-primary" onClick={go}>
          Look at the key’s own organisation
        </button>
        <button type="button" class="button" onClick={signOut}>
          Use another key
        </button>
      </section>
    </main>
  );
}

/** A view that was looked at stays behind the one that is, frozen, so that going back finds it as it was. */
function Kept({ shown, value, children }: { shown: boolean; value: Dashboard; children: ComponentChildren }) {
  const frozen = useRef<Dashboard | null>(null);
  if (shown) frozen.current = value;
  else if (frozen.current?.shown) frozen.current = { ...frozen.current, shown: false };
  if (!frozen.current) return null;
  return (
    <div hidden={!shown}>
      <DashboardProvider value={frozen.current}>{children}</DashboardProvider>
    </div>
  );
}

/** A new place begins at its top, one that was there before where it was left. Its content takes the focus. */
function useScrollAndFocus(place: string, key: string): void {
  const scrolled = useRef(new Map<string, number>());
  const current = useRef(key);
  current.current = key;
  const first = useRef(true);
  useLayoutEffect(() => {
    if (!first.current) {
      document.getElementById('main')?.focus({ preventScroll: true });
      scrollTo(0, scrolled.current.get(current.current) ?? 0);
    }
    first.current = false;
    const remember = () => scrolled.current.set(current.current, scrollY);
    addEventListener('scroll', remember, { passive: true });
    return () => removeEventListener('scroll', remember);
  }, [place]);
}

/** A page beside the overview that is about the same attempts. */
function Page({ children, ...bar }: { scheme: Scheme; toggleScheme: () => void; children: ComponentChildren }) {
  const { shown } = useDashboard();
  return (
    <>
      <Top {...bar} asked={null} />
      <Toolbar />
      <main id={shown ? 'main' : undefined} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function Overview({ scheme, toggleScheme, first }: { scheme: Scheme; toggleScheme: () => void; first: First | null }) {
  const { api, catalogue, route, range, tick, shown } = useDashboard();
  const metrics = useMemo(() => catalogue.known(headlineMetrics(route)).map(({ name }) => name), [catalogue, route.metric]);
  const key = headlineKey(route, metrics);
  const headline = useAnswer<Headline>(
    key,
    tick,
    async (signal) => (await first?.takeHeadline(key)) ?? { answer: await api.query(headlineQuestion(route, range, metrics), signal), range, route },
  );
  const toolbar = useMemo(() => <Toolbar />, []);
  const attempts = headline.answer?.answer.result.rows[0]?.values.attempts?.value ?? 0;
  // One failure said once is enough; the panels below would only repeat it.
  const failed = headline.answer === null && headline.error !== null;
  const empty = headline.answer !== null && headline.current && attempts === 0;
  return (
    <>
      <Top scheme={scheme} toggleScheme={toggleScheme} asked={headline} />
      {toolbar}
      <main id={shown ? 'main' : undefined} tabIndex={-1}>
        <h1 class="visually-hidden">What viewers experience</h1>
        {empty ? (
          <Empty />
        ) : (
          <HeadlinePanel asked={headline} />
        )}
        {!failed && <Notes asked={headline} />}
        {!empty && !failed && (
          <>
            <Further headline={headline} />
          </>
        )}
      </main>
    </>
  );
}

/** Panels below the headline. */
const SERIES = 1;
const BREAKDOWN = 2;
const ATTEMPTS = 3;

/** What stands below the headline comes panel by panel, each in a task of its own, and is asked when the headline has been answered: the server
 * has that to answer first. */
function Further({ headline }: { headline: Asked<Headline> }) {
  const { answer, current } = headline;
  const [last, setLast] = useState(0);
  const answered = answer !== null;
  useEffect(() => {
    if (last < SERIES || (answered && last < ATTEMPTS)) setLast(last + 1);
  }, [last, answered]);
  // The chart tells the headline's words after the headline.
  const told = useLate(useMemo(() => ({ answer, current }), [answer, current]));
  const { catalogue, route } = useDashboard();
  const title = catalogue.measure(route.metric)?.title ?? route.metric;
  const series = useMemo(() => <SeriesPanel headline={told} />, [told]);
  const breakdown = useMemo(() => <BreakdownPanel />, []);
  const attempts = useMemo(() => <AttemptsPanel page={10} />, []);
  return (
    <>
      {last >= SERIES && (
        <Near title={title} height={420} ready={answered}>
          {series}
        </Near>
      )}
      {last >= BREAKDOWN && (
        <div class="columns">
          <Near title="Breakdown" height={300}>
            {breakdown}
          </Near>
          {last >= ATTEMPTS && (
            <Near title="Single attempts" height={360}>
              {attempts}
            </Near>
          )}
        </div>
      )}
    </>
  );
}

/** A panel that is asked for and drawn when it is `ready` and near the window: on a phone the headline alone fills it. Until then its heading
 * stands there. */
function Near({ title, height, ready = true, children }: { title: string; height: number; ready?: boolean; children: ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null);
  const near = useNear(place);
  if (ready && near) return children;
  return (
    <div ref={place}>
      <Panel title={title} label={title} name="later">
        <Skeleton height={height} />
      </Panel>
    </div>
  );
}

function Top({ scheme, toggleScheme, asked }: { scheme: Scheme; toggleScheme: () => void; asked: Asked<Headline> | null }) {
  const { route, range, locale, organizations, signOut } = useDashboard();
  const result = asked?.answer?.answer.result;
  const freshAsOf = result?.freshAsOf ? Date.parse(result.freshAsOf) : null;
  return (
    <header class="top">
      <p class="brand">
        <Mark />
        <span>Playhead</span>
      </p>
      <nav class="views" aria-label="Views">
        {VIEWS.map((view) => (
          <RouteLink key={view} change={{ view, attempt: null, experiment: null }} aria-current={route.view === view && !route.attempt ? 'page' : undefined} data-view={view}>
            {VIEW_TITLES[view]}
          </RouteLink>
        ))}
      </nav>
      {organizations.length > 1 && <OrganizationPicker />}
      {asked && (
        <p class="status">
          {range.live && (
            <span class="status-live">
              <span class="live-dot" data-paused={asked.error ? '' : undefined} aria-hidden="true" />
              {asked.error ? 'Not refreshing' : 'Live'}
            </span>
          )}
          {freshAsOf !== null && <span data-fresh>data to {format.timeOfDayText(freshAsOf, route.zone, locale)}</span>}
          {typeof result?.completeness === 'number' && <span data-completeness>{format.completenessText(result.completeness, locale)} complete</span>}
        </p>
      )}
      <div class="top-actions">
        <button type="button" class="button button-quiet" aria-label={scheme === 'dark' ? 'Use light colours' : 'Use dark colours'} onClick={toggleScheme}>
          <Icon name={scheme === 'dark' ? 'sun' : 'moon'} />
        </button>
        <button type="button" class="button button-quiet" onClick={signOut}>
          <Icon name="leave" />
          <span class="wide-only">Sign out</span>
          <span class="visually-hidden narrow-only">Sign out</span>
        </button>
      </div>
    </header>
  );
}

/** Whose numbers: the key's own organisation, or one below it. Values to filter by are another's, so filters do not go along. */
function OrganizationPicker() {
  const { route, go, organizations } = useDashboard();
  const own = ownOf(organizations);
  const current = route.organization ?? own?.id;
  return (
    <label class="picker">
      <span class="visually-hidden">Organisation</span>
      <select
        name="organization"
        value={current}
        onChange={({ currentTarget: { value } }) => go({ organization: value === own?.id ? null : value, filters: [], attempt: null })}
      >
        {branchesOf(organizations).map(({ organization: { id, name }, depth }) => (
          <option key={id} value={id} selected={id === current}>
            {'\u2003'.repeat(depth) + name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What the server says beside the numbers: warnings first; and which range they are about. */
function Notes({ asked }: { asked: Asked<Headline> }) {
  const { locale } = useDashboard();
  const shown = asked.answer;
  const messages = [...new Map(shown?.answer.messages.map((message) => [message.text, message])).values()];
  return (
    <ul class="notes" aria-label="Notes">
      <li class="muted">
        {shown ? format.rangeText(shown.range.start, shown.range.end, shown.route.zone, locale) : ' '}
        {shown && ` · ${shown.route.zone.replaceAll('_', ' ')}`}
      </li>
      {shown?.answer.uncompared && (
        <li data-type="WARNING" data-uncompared>
          <b>Note: </b>
          {uncomparedText(shown.answer.uncompared)}
        </li>
      )}
      {messages.map(({ text, type }) => (
        <li key={text} data-type={type}>
          {type === 'WARNING' && <b>Note: </b>}
          {text}
        </li>
      ))}
    </ul>
  );
}

