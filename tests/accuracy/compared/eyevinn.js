// Eyevinn's SDK: a record of the element's events with their times; sums are its server's business.
import { PlayerAnalyticsConnector } from '@eyevinn/player-analytics-client-sdk-web';

export function attach(video) {
  const connector = new PlayerAnalyticsConnector('https://collector.example');
  connector.init({ sessionId: 'compared', heartbeatInterval: 10_000 }).then(() => connector.load(video));
  return connector;
}

export function read(requests) {
  const events = requests.flatMap(({ body }) => (body ? [JSON.parse(body)] : []));
  let since = null;
  let stall_ms = 0;
  let stall_count = 0;
  for (const { event, timestamp } of events) {
    if (event === 'buffering') since ??= timestamp;
    else if (event === 'buffered' && since !== null) {
      stall_ms += timestamp - since;
      stall_count += 1;
      since = null;
    }
  }
  const at = (name) => events.find(({ event }) => event === name)?.timestamp;
  const startup_ms = at('playing') !== undefined && at('loading') !== undefined ? at('playing') - at('loading') : null;
  return { startup_ms, stall_count, stall_ms };
}
