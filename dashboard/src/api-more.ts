// Here live the questions of views that are loaded on demand, one function each: the first picture does not carry them. How they are
// asked, and what their failures are, is `api`.
import { ApiError, unreached, type Answer, type Api } from './api.ts';
import type { Alert, AlertChange, AlertEvaluation, AlertRequest, Delivery, DropOffRequest, DropOffResult, Export, ExportRequest, Organization, PlatformTotals } from './api-types.ts';

const of = (id: string) => encodeURIComponent(id);

// ---- organisations

/** Says whether an organisation takes part in the baseline `industry`. */
export const changeOrganization = (api: Api, id: string, change: { industry: boolean }): Promise<Answer<Organization>> =>
  api.ask('PATCH', `/v1/account/organizations/${of(id)}`, undefined, change);

/** What each organisation that the key sees had in a range, and all of them together. */
export const organizationTotals = (api: Api, range: { start: string; end: string }, signal?: AbortSignal): Promise<Answer<PlatformTotals>> =>
  api.ask('GET', `/v1/account/organizations/totals?${new URLSearchParams(range)}`, signal);

// ---- drop-off

export const dropOff = (api: Api, request: DropOffRequest, signal?: AbortSignal): Promise<Answer<DropOffResult>> => api.ask('POST', '/v1/analytics/drop-off', signal, request);

// ---- alerts

const ALERTS = '/v1/analytics/alerts';

/** Every rule, the oldest first, with how it stands. */
export const alerts = (api: Api, signal?: AbortSignal): Promise<Answer<{ alerts: Alert[] }>> => api.ask('GET', ALERTS, signal);

export const createAlert = (api: Api, rule: AlertRequest): Promise<Answer<Alert>> => api.ask('POST', ALERTS, undefined, rule);

export const changeAlert = (api: Api, id: string, change: AlertChange): Promise<Answer<Alert>> => api.ask('PATCH', `${ALERTS}/${of(id)}`, undefined, change);

export const deleteAlert = (api: Api, id: string): Promise<Answer<null>> => api.ask('DELETE', `${ALERTS}/${of(id)}`);

/** What came of a rule, the latest first; of before a moment where one is given. */
export const alertHistory = (api: Api, id: string, limit: number, before: string | null, signal?: AbortSignal): Promise<Answer<{ evaluations: AlertEvaluation[] }>> =>
  api.ask('GET', `${ALERTS}/${of(id)}/history?${new URLSearchParams({ limit: String(limit), ...(before ? { before } : {}) })}`, signal);

/** The messages of a rule, the latest first. */
export const deliveries = (api: Api, id: string, limit: number, signal?: AbortSignal): Promise<Answer<{ deliveries: Delivery[] }>> =>
  api.ask('GET', `${ALERTS}/${of(id)}/deliveries?limit=${limit}`, signal);

/** Sends a message to try the rule’s webhook; it waits for its turn like any other. */
export const testAlert = (api: Api, id: string): Promise<Answer<Delivery>> => api.ask('POST', `${ALERTS}/${of(id)}/test`);

// ---- exports

const EXPORTS = '/v1/analytics/exports';

/** Every export, the latest first. */
export const exports = (api: Api, signal?: AbortSignal): Promise<Answer<{ exports: Export[] }>> => api.ask('GET', EXPORTS, signal);

export const createExport = (api: Api, request: ExportRequest): Promise<Answer<Export>> => api.ask('POST', EXPORTS, undefined, request);

export const deleteExport = (api: Api, id: string): Promise<Answer<null>> => api.ask('DELETE', `${EXPORTS}/${of(id)}`);

/** The file of an export. It needs the key, so a plain link to it would not do. */
export async function exportFile(api: Api, id: string): Promise<Blob> {
  const [response, sent] = await api.send('GET', `${EXPORTS}/${of(id)}/download`);
  try {
    if (response.ok) return await response.blob();
  } catch (error) {
    throw unreached(error, sent);
  }
  await api.opened(response, sent);
  throw new ApiError('unreadable', 'The answer is no file. Is something else, a proxy perhaps, in between?', response.status, sent);
}
