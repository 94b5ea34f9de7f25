import { expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { footprintOf } from './memory.ts';
import { workersFor } from './workers.ts';

/** A swarm of 8 AS with so many million messages, as far as can be foreseen. */
function swarmOf(millions: number) {
  const swarm = { ...FORTY, topology: { ...FORTY.topology, stubDomains: 8 } };
  const each = footprintOf({ ...swarm, pieces: 1 }, 1).messages;
  return { ...swarm, pieces: Math.round((millions * 1e6) / each) };
}

test.each([
  { rule: 'a small swarm takes one, however many cores there are', millions: 3,     asked: undefined, cores: 64, workers: 1 },
  { rule: 'a second one has to pay',                               millions: 6.5,   asked: undefined, cores: 64, workers: 1 },
  { rule: 'and then is taken',                                     millions: 7.5,   asked: undefined, cores: 64, workers: 2 },
  { rule: 'a large swarm takes all cores',                         millions: 1_000, asked: undefined, cores: 5,  workers: 5 },
  { rule: 'but no more than it has AS',                            millions: 1_000, asked: undefined, cores: 64, workers: 8 },
  { rule: 'whoever asks for more has more',                        millions: 3,     asked: 3,         cores: 2,  workers: 3 },
  { rule: 'up to the AS',                                          millions: 3,     asked: 100,       cores: 2,  workers: 8 },
  { rule: 'and may ask for one for each',                          millions: 3,     asked: 'as',      cores: 2,  workers: 8 },
] as const)('$rule', ({ millions, asked, cores, workers }) => {
  expect(workersFor(swarmOf(millions), asked, cores)).toBe(workers);
});
