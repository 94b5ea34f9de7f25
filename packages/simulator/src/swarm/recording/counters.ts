/** The counters of an AS in a recording, from what the AS observes. */

import { COUNTERS, type CounterName } from '@cachetorrent/recording';

import type { Flows } from '../nodes/flows.ts';
import type { Population } from '../nodes/population.ts';
import type { Needs } from '../results/needs.ts';
import type { Observations } from '../results/observations.ts';
import type { ReadCounters } from './recorder.ts';

/** What the counters are taken from. */
export interface CounterSources {
  readonly observations: Observations;
  readonly flows: Flows;
  readonly population: Population;
  readonly needs: Needs;
}

/** Reads the counters of an AS. */
export function countersOf(sources: () => CounterSources): ReadCounters {
  return (atMs, into) => {
    const { observations, flows, population, needs } = sources();
    const values: Readonly<Record<CounterName, number>> = {
      outsideBits: observations.outsideBits,
      insideBits: observations.insideBits,
      lostBits: observations.lostBits,
      sentBits: flows.sentBits,
      capacityBits: population.capacityBits(atMs),
      importedBlocks: observations.importedBlocks,
      importedPieces: observations.importedPieces,
      neededPieces: needs.count,
      unserved: population.service.unservedCount,
    };
    for (let i = 0; i < COUNTERS.length; i++) into[i] = values[COUNTERS[i]!];
  };
}
