/** Opens the store of a command, and prints what is wrong with it. */

import { Store, type StoreOptions } from '../campaign/store/store.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { Interrupted } from './run-errors.ts';

/**
 * Opens the store in `folder` for writing. Clears `display` before it prints.
 *
 * @throws UserError if the folder is not writable, or is not a store
 * @throws Interrupted if the user stops it while another process has locked the store
 */
export async function openStore(
  folder: string,
  { stderr, signal }: CliEnvironment,
  options: StoreOptions = {},
  display?: { clear(): void },
): Promise<Store> {
  const onWarning = (warning: string) => {
    display?.clear();
    stderr.write(`warning: ${warning}\n`);
  };
  try {
    return await Store.open(folder, { signal, onWarning, ...options });
  } catch (error) {
    if (signal.aborted) throw new Interrupted('stopped before the store was opened');
    throw error;
  }
}
