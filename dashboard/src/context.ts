// Here lives what every panel needs and none owns: the server, its catalogues, the route and the range it means now.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Api } from './api.ts';
import type { Organization } from './api-types.ts';
import type { Catalogue } from './catalogue.ts';
import type { Range } from './data/range.ts';
import type { Route } from './route.ts';
import type { Go, Scheme } from './use.ts';

export interface Dashboard {
  api: Api;
  catalogue: Catalogue;
  /** The organisations the key sees, its own first. */
  organizations: readonly Organization[];
  /** What the key may do beyond looking. */
  may: { write: boolean; administer: boolean };
  /** Asks anew which they are. */
  organizationsChanged: () => void;
  locale: string;
  scheme: Scheme;
  route: Route;
  go: Go;
  /** What the route's range means now. */
  range: Range;
  /** Changes whenever panels should ask again. */
  tick: number;
  /** Whether the view is the one on the screen: one that waits behind it is frozen. */
  shown: boolean;
  /** Back to the page that asks for a key. */
  signOut: () => void;
}

const Context = createContext<Dashboard | null>(null);
export const DashboardProvider = Context.Provider;

export function useDashboard(): Dashboard {
  const dashboard = useContext(Context);
  if (!dashboard) throw new Error('a panel stands outside of <DashboardProvider>');
  return dashboard;
}
