/** The section `tracker` of a configuration: how the tracker chooses neighbours. */

import { NEIGHBOUR_DEFAULTS, type NeighbourPolicyName } from '@cachetorrent/tracker';

import type { LocalitySelection, Swarm } from '../swarm/plan/swarm.ts';
import type { AsIndexOf } from './as-names.ts';
import { refuse } from './configuration-error.ts';
import { quantity } from './quantities.ts';
import type { CostConfig, TrackerConfig } from './tracker-schema.ts';

/** The section `tracker` with every field written out; what has no effect is left out. */
export interface CompleteTrackerConfig {
  readonly neighbours: number;
  /** Absent if all neighbours are chosen alike, or none is chosen among all peers. */
  readonly externalNeighbours?: number;
  /** Absent if they are chosen uniformly, or with a bias: as `externalNeighbours` says. */
  readonly neighbourSelection?: LocalitySelection['policy'];
  readonly sampleSize?: number;
  readonly interAsConnections?: number;
  /** Absent if the cost is that of hops. */
  readonly costMap?: readonly CostConfig[];
  readonly minPeers: number;
}

/** The fields that have an effect only with a rule that is named. */
const OF_POLICIES = {
  sampleSize: 'hops',
  interAsConnections: 'budget',
  costMap: 'cost',
} as const;

/** Fills in what was left out of the choice of neighbours, of which there are so many. */
export function completeSelection(
  tracker: TrackerConfig,
  neighbours: number,
): Omit<CompleteTrackerConfig, 'neighbours' | 'minPeers'> {
  const { externalNeighbours: external, sampleSize, costMap } = tracker;
  const policy = policyOf(tracker);
  const externalNeighbours =
    external === undefined ? NEIGHBOUR_DEFAULTS.externalPercent : quantity('percent', external);
  switch (policy) {
    case 'uniform':
      return {};
    case 'biased':
      return { externalNeighbours };
    case 'hops':
    case 'latency': {
      const samples = neighbours * NEIGHBOUR_DEFAULTS.samplesPerNeighbour;
      return {
        neighbourSelection: policy,
        externalNeighbours,
        sampleSize: sampleSize ?? samples,
      };
    }
    case 'cost':
      return {
        neighbourSelection: policy,
        externalNeighbours,
        ...(costMap === undefined || costMap === 'hops' ? {} : { costMap: rowsOf(costMap) }),
      };
    case 'budget': {
      const { interAsConnections = NEIGHBOUR_DEFAULTS.interAsConnections } = tracker;
      return { neighbourSelection: policy, interAsConnections };
    }
  }
}

function policyOf(tracker: TrackerConfig): NeighbourPolicyName {
  const { neighbourSelection, externalNeighbours } = tracker;
  if (neighbourSelection !== undefined) return neighbourSelection;
  for (const [field, policy] of Object.entries(OF_POLICIES)) {
    if (tracker[field as keyof typeof OF_POLICIES] === undefined) continue;
    const problem = 'has no effect unless neighbours are chosen by it';
    refuse(['tracker', field], problem, `add "neighbourSelection": "${policy}"`);
  }
  return externalNeighbours === undefined ? 'uniform' : 'biased';
}

function rowsOf(costMap: string | readonly CostConfig[]): readonly CostConfig[] {
  if (typeof costMap !== 'string') return costMap;
  const problem = `is the name of a file ("${costMap}"), but the simulator reads no files`;
  const fix =
    'give the list of its rows, or read the configuration with "readConfig" of the runner';
  return refuse(['tracker', 'costMap'], problem, fix);
}

/** The fields of a swarm that say how neighbours are chosen. */
export function selectionOfSwarm(
  tracker: CompleteTrackerConfig,
  indexOf: AsIndexOf,
): Pick<Swarm, 'externalPercent' | 'selection'> {
  const { neighbourSelection: policy, externalNeighbours = 0 } = tracker;
  if (policy === undefined) {
    const { externalNeighbours: external } = tracker;
    return external === undefined ? {} : { externalPercent: external };
  }
  switch (policy) {
    case 'hops':
    case 'latency': {
      const { sampleSize = 0 } = tracker;
      return { selection: { policy, externalPercent: externalNeighbours, sampleSize } };
    }
    case 'cost': {
      const { costMap } = tracker;
      const costs = costMap?.map(({ from, to, cost }) => {
        return { from: indexOf(from), to: indexOf(to), cost };
      });
      return {
        selection: {
          policy,
          externalPercent: externalNeighbours,
          ...(costs === undefined ? {} : { costs }),
        },
      };
    }
    case 'budget':
      return { selection: { policy, interAsConnections: tracker.interAsConnections ?? 0 } };
  }
}
