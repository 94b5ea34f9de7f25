/** Runs a client until the user stops it, and shows what it does. */

import type { Client } from '../client.ts';
import type { Surroundings } from './surroundings.ts';
import type { TransferDisplay } from './transfer-display.ts';
import { connectToPeers, type TransferFlags } from './transfer-flags.ts';

const SHOW_MS = 250;

/** Starts it, unless it runs already, and returns when the user stops it. */
export async function serve(
  client: Client,
  flags: TransferFlags,
  { signal }: Surroundings,
  display: TransferDisplay,
  isRunning = false,
): Promise<void> {
  const unwatch = watch(client, display);
  try {
    if (!isRunning) {
      await client.start();
      connectToPeers(client, flags);
    }
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    unwatch();
    display.clear();
    if (!isRunning) await client.stop();
  }
}

/** Shows how far it is until the function that is returned is called. */
export function watch(client: Client, display: TransferDisplay): () => void {
  const timer = setInterval(() => display.show(client.status, performance.now()), SHOW_MS);
  return () => clearInterval(timer);
}
