/** Shows what a running client does, and waits until the user stops it. */

import type { Client } from '../client.ts';
import type { CommandEnvironment } from './surroundings.ts';
import type { TransferDisplay } from './transfer-display.ts';

const SHOW_MS = 250;

/** Returns when the user stops it. */
export async function serve(
  client: Client,
  { signal }: CommandEnvironment,
  display: TransferDisplay,
): Promise<void> {
  const unwatch = watch(client, display);
  await stopped(signal);
  unwatch();
  display.clear();
}

/** Resolves when the user stops it. */
export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Shows how far it is until the function that is returned is called. */
export function watch(client: Client, display: TransferDisplay): () => void {
  const timer = setInterval(() => display.show(client.status, performance.now()), SHOW_MS);
  return () => clearInterval(timer);
}
