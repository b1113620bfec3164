// Here lives why another collector is better than ours in a column of the comparison: collector, column as lib/table.mjs names it, reason.
// Each was found in the collector's source, or by measuring ours without what the reason names.

/** Half of what ours costs, measured without it. */
const LOOK = 'half of what ours costs is its own look at the playhead, the buffer and the frame counters, four times a second';

/** @type {Record<string, Record<string, string>>} */
export const REASONS = {
  eyevinn: {
    'brotli, B': 'it passes the element\'s events on, with their time, and leaves what they mean to its server: no startup, no stall with a cause, no bitrate, no sum of anything is made in the page. Ours makes them there, in a module that is more than half of its size',
    'evaluation, CPU ms': 'a browser reads the whole script, and ours is more than two and a half times as long; more than half of it is the module as text. It is compiled later, with `attach`',
    'CPU µs a media event': `it does nothing between the element's events; ${LOOK}. Only that look sees a stall that no event tells of`,
    'bytes in 10 min': 'its events carry a name, a time and a position. Ours say with every report all sums so far, so that one that is lost loses nothing, and renditions, frames and the buffer',
  },
  'bitmovin-analytics': {
    'CPU µs a media event': `it listens to the element alone; ${LOOK}`,
    'requests in 10 min': 'it sends a state once it is over, and each minute of playing. Ours says within half a second that one began, and again how it ended: who is stalled now is known now. In bytes it is the other way round',
  },
  youboralib: {
    'CPU µs a media event': `it looks at the playhead every 800 ms, ours every 250: ${LOOK}`,
  },
};
