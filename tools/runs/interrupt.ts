/** Lets Ctrl-C end a piece of work in good order. */

/**
 * Does `work`, which is told by its signal when the user wants to stop. Undefined where it was
 * stopped; the exit code then says so, as shells expect it.
 */
export async function onInterrupt<T>(
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    return await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.stderr.write('stopped; what has ended is kept: start again to go on\n');
    process.exitCode = 130;
    return undefined;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
