// Here lives the page of settings: license keys with the snippets that carry them, alerts, exports, API keys, organisations, the pipeline’s
// health. What a key may not do is said where it would stand, with the scope that is needed. Loaded on demand.
import { useState } from 'preact/hooks';
import { changeOrganization } from '../api-more.ts';
import type { ApiKey, License, Organization, Scope } from '../api-types.ts';
import { Icon } from '../chart/icon.tsx';
import { useDashboard } from '../context.ts';
import { branchesOf, domainsOf, numberOf, ownOf } from '../data/account.ts';
import { PLAYER_TITLES, PLAYERS, snippetOf, type Player } from '../data/snippet.ts';
import { BASELINE_TITLES } from '../data/verdict.ts';
import type { Baseline } from '../route.ts';
import { PREFERABLE, preferBaseline, preferredBaseline, useAction, useAnswer } from '../use.ts';
import { AlertsPanel } from './alerts.tsx';
import { Confirm } from './confirm.tsx';
import { ExportsPanel } from './exports.tsx';
import { RouteLink } from './link.tsx';
import { PipelinePanel } from './pipeline.tsx';
import { PlatformPanel } from './platform.tsx';
import { Copy, Failure, Panel, Skeleton, Snippet } from './state.tsx';
import '../later.css';

export default function SettingsPanel() {
  const { organizations, route, may } = useDashboard();
  const current = organizations.find(({ id }) => id === route.organization) ?? ownOf(organizations);
  return (
    <>
      <div class="page-head">
        <h1>Settings{organizations.length > 1 && current ? `: ${current.name}` : ''}</h1>
      </div>
      {!may.administer && (
        <p class="lesser" data-lesser role="note">
          <Icon name="refused" />
          <span>
            {may.write
              ? 'This API key may change alerts, exports, annotations and experiments, but no keys and organisations: that needs the scope admin.'
              : 'This API key may look, but not change anything: alerts, exports, annotations and experiments need the scope write, keys and organisations the scope admin.'}{' '}
            Whoever runs the server makes such a key with{' '}
            <code>playhead account create-api-key --scope admin</code>.
          </span>
        </p>
      )}
      <LicensesPanel />
      <AlertsPanel />
      <ExportsPanel />
      {may.administer ? (
        <ApiKeysPanel />
      ) : (
        <Panel title="API keys" label="API keys" name="api-keys">
          <p class="nothing">Only a key with the scope admin sees the others.</p>
        </Panel>
      )}
      <OrganizationsPanel />
      {organizations.length > 1 && <PlatformPanel />}
      <PreferencesPanel />
      <PipelinePanel />
    </>
  );
}

// ---- preferences

/** What this browser's reader prefers. It is kept here, not on the server; an address that says otherwise wins. */
function PreferencesPanel() {
  const { go } = useDashboard();
  const [preferred, setPreferred] = useState(preferredBaseline);
  const choose = (baseline: Baseline) => {
    preferBaseline(baseline);
    setPreferred(baseline);
    // The address of this page says a baseline too, and the pages it leads to would go on with that one.
    go({ baseline, cohort: [] }, { replace: true });
  };
  return (
    <Panel title="Preferences" label="Preferences" name="preferences">
      <p class="panel-words">Yours, kept in this browser. An address that says what to compare with wins, so that whoever opens it sees the same.</p>
      <label class="picker">
        <span>Compare with</span>
        <select name="preferred-baseline" value={preferred} onChange={(event) => choose(event.currentTarget.value as Baseline)}>
          {PREFERABLE.map((baseline) => (
            <option key={baseline} value={baseline} selected={baseline === preferred}>
              {BASELINE_TITLES[baseline]}
            </option>
          ))}
        </select>
      </label>
    </Panel>
  );
}

// ---- license keys

function LicensesPanel() {
  const { api, route, may, signOut } = useDashboard();
  const asked = useAnswer(JSON.stringify(['licenses', route.organization]), 0, async (signal) => (await api.licenses(signal)).result.licenses);
  const [adding, setAdding] = useState(false);
  const shown = asked.answer;
  return (
    <Panel
      title="License keys"
      label="License keys"
      name="licenses"
      busy={asked.busy}
      controls={
        may.administer && (
          <button type="button" class="button" aria-expanded={adding} onClick={() => setAdding(!adding)}>
            <Icon name="plus" /> New license key
          </button>
        )
      }
    >
      <p class="panel-words">What a page carries to send what it measures. It is public and opens nothing; its domains say which pages may use it.</p>
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      {!shown && !asked.error && <Skeleton height={160} />}
      {adding && (
        <LicenseForm
          license={null}
          close={(done) => {
            setAdding(false);
            if (done) asked.retry();
          }}
        />
      )}
      {shown && shown.length === 0 && !adding && (
        <p class="nothing">No license key yet.{may.administer ? ' The first one begins with “New license key”.' : ''}</p>
      )}
      {shown && shown.length > 0 && (
        <ul class="cards">
          {shown.map((license) => (
            <LicenseCard key={license.licenseKey} license={license} changed={asked.retry} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function LicenseCard({ license, changed }: { license: License; changed: () => void }) {
  const { api, locale, may } = useDashboard();
  const { licenseKey, name, allowedDomains, rateLimitPerS, collectorEnabled, sample } = license;
  const [open, setOpen] = useState<'edit' | 'snippet' | 'switch' | 'revoke' | null>(null);
  const { busy, error, run } = useAction();
  const toggle = (what: 'edit' | 'snippet') => setOpen(open === what ? null : what);
  const closed = (done: boolean) => {
    setOpen(null);
    if (done) changed();
  };
  return (
    <li class="card" data-license={licenseKey} data-enabled={collectorEnabled}>
      <div class="card-head">
        <h3>{name}</h3>
        <span class="tag">{collectorEnabled ? 'measuring' : 'measuring is off'}</span>
        <span class="card-key">
          <code>{licenseKey}</code> <Copy text={licenseKey} label={`license key ${name}`} />
        </span>
      </div>
      <dl class="card-facts">
        <div>
          <dt>Domains</dt>
          <dd>{allowedDomains.includes('*') ? 'any' : allowedDomains.join(', ')}</dd>
        </div>
        <div>
          <dt>Beacons a second</dt>
          <dd>{typeof rateLimitPerS === 'number' ? `at most ${rateLimitPerS.toLocaleString(locale)}` : 'the server’s default'}</dd>
        </div>
        <div>
          <dt>Sample</dt>
          <dd>{Number((sample * 100).toFixed(1)).toLocaleString(locale)} % of attaches</dd>
        </div>
      </dl>
      <p class="card-actions">
        <button type="button" class="button" aria-expanded={open === 'snippet'} onClick={() => toggle('snippet')}>
          Snippet<span class="visually-hidden"> for {name}</span>
        </button>
        {may.administer && (
          <>
            <button type="button" class="button" aria-expanded={open === 'edit'} onClick={() => toggle('edit')}>
              Change<span class="visually-hidden"> {name}</span>
            </button>
            {collectorEnabled ? (
              <button type="button" class="button" onClick={() => setOpen('switch')}>
                Switch measuring off<span class="visually-hidden"> for {name}</span>
              </button>
            ) : (
              <button
                type="button"
                class="button button-primary"
                disabled={busy}
                onClick={async () => (await run(() => api.changeLicense(licenseKey, { collectorEnabled: true }))) && changed()}
              >
                Switch measuring on<span class="visually-hidden"> for {name}</span>
              </button>
            )}
            <button type="button" class="button button-quiet" onClick={() => setOpen('revoke')}>
              Revoke<span class="visually-hidden"> license key {name}</span>
            </button>
          </>
        )}
      </p>
      {error && <Failure error={error} />}
      {open === 'edit' && <LicenseForm license={license} close={closed} />}
      {open === 'snippet' && <Snippets licenseKey={licenseKey} />}
      {open === 'switch' && (
        <Confirm
          title={`Switch measuring off for ${name}?`}
          action="Switch measuring off"
          act={() => api.changeLicense(licenseKey, { collectorEnabled: false })}
          close={closed}
        >
          Pages that are open hear so with their next report and send nothing more; what they had not sent is lost. Playback is not touched. It can be
          switched on again, for pages opened from then on.
        </Confirm>
      )}
      {open === 'revoke' && (
        <Confirm title={`Revoke ${name} for ever?`} action="Revoke for ever" act={() => api.revokeLicense(licenseKey)} close={closed}>
          Pages that carry <code>{licenseKey}</code> are refused from now on, and no key can take its place without another release of them. What was
          measured stays.
        </Confirm>
      )}
    </li>
  );
}

function Snippets({ licenseKey }: { licenseKey: string }) {
  const [player, setPlayer] = useState<Player>('script');
  return (
    <div class="snippets">
      <div class="segments" role="group" aria-label="Player">
        {PLAYERS.map((name) => (
          <button key={name} type="button" data-player={name} aria-pressed={player === name} onClick={() => setPlayer(name)}>
            {PLAYER_TITLES[name]}
          </button>
        ))}
      </div>
      <Snippet code={snippetOf(player, licenseKey, location.origin)} />
    </div>
  );
}

function LicenseForm({ license, close }: { license: License | null; close: (done: boolean) => void }) {
  const { api } = useDashboard();
  const [name, setName] = useState(license?.name ?? '');
  const [domains, setDomains] = useState(license?.allowedDomains.join('\n') ?? '');
  const [rate, setRate] = useState(typeof license?.rateLimitPerS === 'number' ? String(license.rateLimitPerS) : '');
  const [sample, setSample] = useState(String(Number(((license?.sample ?? 1) * 100).toFixed(1))));
  const { busy, error, run } = useAction();
  const submit = async (event: Event) => {
    event.preventDefault();
    const said = {
      name: name.trim(),
      allowedDomains: domainsOf(domains),
      rateLimitPerS: numberOf(rate),
      sample: (numberOf(sample) ?? 100) / 100,
    };
    if (await run(() => (license ? api.changeLicense(license.licenseKey, said) : api.createLicense(said)))) close(true);
  };
  return (
    <form class="card-form" aria-label={license ? `Change ${license.name}` : 'New license key'} onSubmit={submit} onKeyDown={(event) => event.key === 'Escape' && close(false)}>
      <label class="field">
        <span>Name</span>
        <input name="license-name" required value={name} autofocus onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label class="field field-wide">
        <span>Domains, one a line; *.example.com is any subdomain, * any page</span>
        <textarea name="license-domains" required rows={3} spellcheck={false} value={domains} onInput={(event) => setDomains(event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>Beacons a second; empty is the default</span>
        <input name="license-rate" inputMode="numeric" pattern="[0-9]*" value={rate} onInput={(event) => setRate(event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>Sample, % of attaches</span>
        <input name="license-sample" inputMode="decimal" pattern="[0-9]+([.,][0-9]+)?" required value={sample} onInput={(event) => setSample(event.currentTarget.value)} />
      </label>
      <p class="card-actions">
        <button type="submit" class="button button-primary" disabled={busy}>
          {license ? 'Save' : 'Create'}
        </button>
        <button type="button" class="button" onClick={() => close(false)}>
          Cancel
        </button>
      </p>
      {error && <Failure error={error} />}
    </form>
  );
}

// ---- API keys

const SCOPE_WORDS: Record<string, string> = {
  read: 'sees every number',
  write: 'also sends history, notes what happened, runs experiments',
  admin: 'also makes keys and erases viewers',
};

function ApiKeysPanel() {
  const { api, route } = useDashboard();
  const keys = useAnswer(JSON.stringify(['api-keys', route.organization]), 0, async (signal) => (await api.apiKeys(signal)).result.apiKeys);
  return (
    <Panel title="API keys" label="API keys" name="api-keys" busy={keys.busy}>
      <p class="panel-words">For scripts, and for this dashboard. Whoever has one sees every number of the organisation; keep it out of pages.</p>
      {keys.error && <Failure error={keys.error} retry={keys.retry} compact={keys.answer !== null} />}
      {!keys.answer && !keys.error && <Skeleton height={120} />}
      {keys.answer && <ApiKeys keys={keys.answer} changed={keys.retry} />}
    </Panel>
  );
}

function ApiKeys({ keys, changed }: { keys: ApiKey[]; changed: () => void }) {
  const { api } = useDashboard();
  const [made, setMade] = useState<ApiKey | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('read');
  const { busy, error, run } = useAction();
  const submit = async (event: Event) => {
    event.preventDefault();
    const done = await run(async () => setMade((await api.createApiKey(name.trim(), scope)).result));
    if (!done) return;
    setName('');
    changed();
  };
  return (
    <>
      {made?.secret && (
        <div class="secret" role="status" data-made={made.id}>
          <p>
            <b>{made.name}</b>: copy the secret now. It is shown this once and kept nowhere.
          </p>
          <p class="card-key">
            <code data-secret>{made.secret}</code> <Copy text={made.secret} label={`the secret of ${made.name}`} />
            <button type="button" class="button button-quiet" onClick={() => setMade(null)}>
              I have it
            </button>
          </p>
        </div>
      )}
      {keys.length === 0 && <p class="nothing">No API key of this organisation’s own. One of an organisation above it opens this one too.</p>}
      <div class="table-scroll" role="region" aria-label="API keys table" tabIndex={0} hidden={keys.length === 0}>
        <table class="stacked">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Scope</th>
              <th scope="col">Id</th>
              <th scope="col">
                <span class="visually-hidden">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key.id} data-api-key={key.id}>
                <th scope="row">{key.name}</th>
                <td>{key.scope}</td>
                <td class="whole">
                  <code class="muted">{key.id}</code>
                </td>
                <td>
                  <button type="button" class="button button-quiet" onClick={() => setRevoking(key)}>
                    Revoke<span class="visually-hidden"> API key {key.name}</span>
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <form class="card-form" aria-label="New API key" onSubmit={submit}>
        <label class="field">
          <span>Name</span>
          <input name="api-key-name" required value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>Scope</span>
          <select name="api-key-scope" value={scope} onChange={(event) => setScope(event.currentTarget.value)}>
            {Object.entries(SCOPE_WORDS).map(([value, words]) => (
              <option key={value} value={value} selected={value === scope}>
                {value}: {words}
              </option>
            ))}
          </select>
        </label>
        <p class="card-actions">
          <button type="submit" class="button" disabled={busy}>
            Create API key
          </button>
        </p>
        {error && <Failure error={error} />}
      </form>
      {revoking && (
        <Confirm
          title={`Revoke ${revoking.name} for ever?`}
          action="Revoke for ever"
          act={() => api.revokeApiKey(revoking.id)}
          close={(done) => {
            setRevoking(null);
            if (done) changed();
          }}
        >
          Whatever uses it is refused from now on. If it is the key that this page is signed in with, you will need another one.
        </Confirm>
      )}
    </>
  );
}

// ---- organisations

function OrganizationsPanel() {
  const { api, organizations, organizationsChanged, route, may } = useDashboard();
  const [name, setName] = useState('');
  const { busy, error, run } = useAction();
  const own = ownOf(organizations);
  const current = route.organization ?? own?.id;
  const looked = organizations.find(({ id }) => id === current);
  const days = (count: number | null | undefined) => (typeof count === 'number' ? `${count} days` : 'as the server');
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!(await run(() => api.createOrganization(name.trim())))) return;
    setName('');
    organizationsChanged();
  };
  return (
    <Panel title="Organisations" label="Organisations" name="organizations">
      <p class="panel-words">Those this API key sees. The address of every page says which one is looked at.</p>
      <div class="table-scroll" role="region" aria-label="Organisations table" tabIndex={0}>
        <table class="stacked">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Beacons kept</th>
              <th scope="col">Attempts kept</th>
              <th scope="col">Industry</th>
              <th scope="col">Id</th>
            </tr>
          </thead>
          <tbody>
            {branchesOf(organizations).map(({ organization: { id, name: title, beaconsDays, impressionsDays, industry }, depth }) => (
              <tr key={id} data-organization={id} aria-current={id === current ? 'true' : undefined}>
                <th scope="row" class="whole" style={{ paddingLeft: `${2 + depth * 18}px` }}>
                  {id === current ? (
                    <>
                      {title} <span class="tag">looked at</span>
                    </>
                  ) : (
                    <RouteLink change={{ organization: id === own?.id ? null : id, filters: [] }}>{title}</RouteLink>
                  )}
                </th>
                <td data-label="beacons">{days(beaconsDays)}</td>
                <td data-label="attempts">{days(impressionsDays)}</td>
                <td data-label="industry">{industry ? 'takes part' : 'takes no part'}</td>
                <td class="whole">
                  <code class="muted">{id}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {may.administer && looked && <Industry organization={looked} changed={organizationsChanged} />}
      {may.administer && (
        <form class="card-form" aria-label="New organisation" onSubmit={submit}>
          <label class="field">
            <span>New organisation below {looked?.name ?? 'this one'}</span>
            <input name="organization-name" required value={name} onInput={(event) => setName(event.currentTarget.value)} />
          </label>
          <p class="card-actions">
            <button type="submit" class="button" disabled={busy}>
              Create organisation
            </button>
          </p>
          {error && <Failure error={error} />}
        </form>
      )}
    </Panel>
  );
}

/** Whether the organisation looked at takes part in the baseline `industry`. */
function Industry({ organization: { id, name, industry }, changed }: { organization: Organization; changed: () => void }) {
  const { api } = useDashboard();
  const { busy, error, run } = useAction();
  return (
    <div class="card-form" role="group" aria-label="Industry" data-industry={industry}>
      <p class="panel-words">
        {industry
          ? `${name} can be compared with the industry: the other organisations of this server that take part. Its sums enter their comparison; nobody’s numbers can be read from it.`
          : `${name} takes no part in the industry. Taking part, it sees how the other organisations of this server that do are spread, and its sums enter their comparison; nobody’s numbers can be read from it.`}
      </p>
      <p class="card-actions">
        <button type="button" class="button" disabled={busy} onClick={async () => (await run(() => changeOrganization(api, id, { industry: !industry }))) && changed()}>
          {industry ? 'Take no part' : 'Take part'}
        </button>
      </p>
      {error && <Failure error={error} />}
    </div>
  );
}
