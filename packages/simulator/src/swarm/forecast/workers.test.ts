import { expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { footprintOf } from './memory.ts';
import { workersFor } from './workers.ts';

/** A swarm of 8 AS with this many million expected messages. */
function swarmOf(millions: number) {
  const swarm = { ...FORTY, topology: { ...FORTY.topology, stubDomains: 8 } };
  const each = footprintOf({ ...swarm, pieces: 1 }, 1).messages;
  return { ...swarm, pieces: Math.round((millions * 1e6) / each) };
}

test.each([
  {
    rule: 'a small swarm gets one worker on any number of cores',
    millions: 3,
    requested: undefined,
    cores: 64,
    workers: 1,
  },
  {
    rule: 'a second worker must make the run faster',
    millions: 6.5,
    requested: undefined,
    cores: 64,
    workers: 1,
  },
  { rule: 'if it does, there is one', millions: 7.5, requested: undefined, cores: 64, workers: 2 },
  {
    rule: 'a large swarm gets all cores',
    millions: 1_000,
    requested: undefined,
    cores: 5,
    workers: 5,
  },
  {
    rule: 'but no more workers than AS',
    millions: 1_000,
    requested: undefined,
    cores: 64,
    workers: 8,
  },
  {
    rule: 'a requested number may exceed the cores',
    millions: 3,
    requested: 3,
    cores: 2,
    workers: 3,
  },
  { rule: 'but not the number of AS', millions: 3, requested: 100, cores: 2, workers: 8 },
  {
    rule: 'one worker for each AS can be requested',
    millions: 3,
    requested: 'as',
    cores: 2,
    workers: 8,
  },
] as const)('$rule', ({ millions, requested, cores, workers }) => {
  expect(workersFor(swarmOf(millions), requested, cores)).toBe(workers);
});
