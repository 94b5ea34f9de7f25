/**
 * Seeds arrive in the course of the run. They are a class of the swarm that holds the file and
 * arrives at that time; the event itself only counts them.
 */

import type { PeerId } from '@cachetorrent/protocol';

import type { SeedArrival } from '../plan/faults.ts';
import type { FaultKind } from './fault-kind.ts';

export const NEW_SEED: FaultKind<SeedArrival> = {
  describe: () => 'arrival of seeds',
  check({ classIndex }, check) {
    const seedClass = check.swarm.classes[classIndex];
    if (seedClass?.holdsFile === true && seedClass.arrivals !== undefined) return;
    const problem = `is ${classIndex}, which is no class of seeds that arrive`;
    check.refuse('classIndex', problem, 'name one that holds the file and has arrivals');
  },
  times: ({ atMs }) => [atMs],
  apply({ classIndex }, { plan, asId }, { hit }) {
    const own = plan
      .idsOf(asId)
      .filter((id) => id > 0 && plan.classOf(id as PeerId) === classIndex);
    hit(own.length);
  },
};
