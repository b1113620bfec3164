// Here lives the link to another state of the dashboard: a real address, so that it opens in a tab of its own too.
import type { ComponentChildren } from 'preact';
import { useDashboard } from '../context.ts';
import type { Route } from '../route.ts';
import { hrefOf, isPlainClick } from '../use.ts';

interface Props {
  change: Partial<Route>;
  class?: string;
  title?: string;
  'aria-current'?: 'page' | undefined;
  [handle: `data-${string}`]: string;
  children: ComponentChildren;
}

export function RouteLink({ change, ...rest }: Props) {
  const { route, go } = useDashboard();
  return (
    <a
      {...rest}
      href={hrefOf(route, change)}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        go(change);
      }}
    />
  );
}
