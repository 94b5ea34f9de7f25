/** Which modules of the bundle are in one chunk. */

import { expect, test } from 'vitest';

import { chunksOf } from './chunks.ts';

/** What each module imports; `thread` is the command's, `as` an AS in a thread that simulates. */
const GRAPH: Readonly<Record<string, readonly string[]>> = {
  main: ['exit'],
  thread: ['cli', 'exit'],
  cli: ['help', 'assert'],
  as: ['peer', 'assert'],
  simulate: ['plan', 'peer'],
  run: ['simulate', 'yaml', 'help'],
  seed: ['socket'],
};
const BEGINNINGS = {
  main: ['main'],
  command: ['thread'],
  worker: ['as'],
  simulator: ['simulate'],
  run: ['run'],
};

test('a chunk has what is always loaded together', () => {
  const chunks = chunksOf(BEGINNINGS, (module) => GRAPH[module] ?? []);
  expect(Object.fromEntries(chunks)).toEqual({
    assert: 'common',
    cli: 'command',
    help: 'command',
    as: 'worker',
    peer: 'worker',
    simulate: 'simulator',
    plan: 'simulator',
    run: 'run',
    yaml: 'run',
  });
});
