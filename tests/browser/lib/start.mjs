// Here lives the start of what a file of tests needs: all of it, or none of it stays behind.

/**
 * Starts side by side and gives what came up, in order. Where one does not start, ends those that did and throws why: their owner never
 * gets hold of them, and what is not ended keeps the tests from ending.
 * @template {{stop(): Promise<unknown>} | {close(): Promise<unknown>}} T
 * @param {...(() => Promise<T>)} starts
 */
export async function startAll(...starts) {
  const started = await Promise.allSettled(starts.map((start) => start()));
  const failed = started.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
  const up = started.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
  if (failed.length === 0) return up;
  await Promise.all(up.map((one) => ('stop' in one ? one.stop() : one.close())));
  throw failed.length === 1 ? failed[0] : new AggregateError(failed, failed.map(String).join('; '));
}
