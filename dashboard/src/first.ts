// Here lives what is asked before anything is drawn: the catalogues, and beside them the overview's headline, which would else wait for them
// and for the first drawing. Each is taken once, by the component that else would ask it.
import { ApiError, type Answer, type Answered, type Api } from './api.ts';
import type { AttributesResult, MetricsResult, OrganizationList } from './api-types.ts';
import { headlineKey, headlineMetrics, headlineQuestion } from './data/question.ts';
import { rangeOf, type Range } from './data/range.ts';
import type { Route } from './route.ts';

export type Catalogues = [Answer<MetricsResult>, Answer<AttributesResult>, Answer<OrganizationList>];

export const catalogues = (api: Api, signal?: AbortSignal): Promise<Catalogues> => Promise.all([api.metrics(signal), api.attributes(signal), api.organizations(signal)]);

export interface Headline {
  answer: Answered;
  range: Range;
  route: Route;
}

export class First {
  private asked: Promise<Catalogues> | null;
  private headline: { key: string; asked: Promise<Headline | null> } | null = null;

  constructor(
    readonly key: string,
    private readonly api: Api,
  ) {
    this.asked = catalogues(api);
    // Whoever takes it hears of its failure; when nobody does, nobody needs to.
    this.asked.catch(() => undefined);
  }

  /** Asks what the route shows first. */
  ask(route: Route, now: number): void {
    if (route.view !== 'overview' || route.attempt) return;
    const range = rangeOf(route, now);
    // The server of this page knows every metric it shows. One that only the address names it may not know: then this one is for nothing.
    const metrics = headlineMetrics(route);
    const asked = this.api
      .within(route.organization)
      .query(headlineQuestion(route, range, metrics))
      .then(
        (answer) => ({ answer, range, route }),
        (error: unknown) => {
          if (error instanceof ApiError) return null;
          throw error;
        },
      );
    this.headline = { key: headlineKey(route, metrics), asked };
  }

  takeCatalogues(): Promise<Catalogues> | null {
    const { asked } = this;
    this.asked = null;
    return asked;
  }

  /** The answer to that question, once; null where another was asked, or it failed: then it is to be asked as ever. */
  async takeHeadline(key: string): Promise<Headline | null> {
    const { headline } = this;
    this.headline = null;
    return headline?.key === key ? headline.asked : null;
  }
}
