/** What the API reference is made of: the entry points of the packages, and their names. */

import { inRepository } from '../runs/configs.ts';

/** By name what a user imports; the name is also that of the page. */
export const MODULES: Readonly<Record<string, string>> = {
  std: 'packages/std/src/index.ts',
  protocol: 'packages/protocol/src/index.ts',
  'protocol-wire': 'packages/protocol/src/wire/index.ts',
  tracker: 'packages/tracker/src/index.ts',
  simulator: 'packages/simulator/src/index.ts',
  client: 'packages/client/src/index.ts',
  'client-commands': 'packages/client/src/commands/index.ts',
  runner: 'packages/runner/src/index.ts',
};

export const ENTRY_POINTS: readonly string[] = Object.values(MODULES).map(inRepository);
