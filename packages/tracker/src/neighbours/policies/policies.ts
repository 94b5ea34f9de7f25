/** The rules of neighbour selection by name, and what each needs to know of the network. */

import type { AsId, PeerId } from '@cachetorrent/protocol';
import { assert } from '@cachetorrent/std';

import type { NeighbourSelection } from '../selection.ts';
import { biasedSelection } from './biased.ts';
import { budgetSelection } from './budget.ts';
import { costSelection } from './cost.ts';
import { hopsSelection } from './hops.ts';
import { latencySelection } from './latency.ts';
import { uniformSelection } from './uniform.ts';

/** The name of a rule of neighbour selection. */
export type NeighbourPolicyName = 'uniform' | 'biased' | 'hops' | 'latency' | 'cost' | 'budget';

/** The numbers that rules of neighbour selection use; each uses some of them. */
export interface NeighbourNumbers {
  /** The number of neighbours of a peer. */
  readonly count: number;
  /**
   * The percentage of the neighbours, rounded down, that is chosen from all peers (`biased`, `hops`
   * and `latency`), or in other AS (`cost`).
   */
  readonly externalPercent: number;
  /** The number of peers of which the nearest are chosen: `hops` and `latency`. */
  readonly sampleSize: number;
  /** The number of connections that an AS has with others: `budget`. */
  readonly interAsConnections: number;
}

/** What a tracker may know of the network. */
export interface NetworkKnowledge {
  /** The number of links between AS on the way from one AS to another. */
  readonly hops?: (from: AsId, to: AsId) => number;
  /** The latency from one peer to another, in ms. */
  readonly latencyMs?: (from: PeerId, to: PeerId) => number;
  /** What traffic from one AS to another costs, above 0. */
  readonly cost?: (from: AsId, to: AsId) => number;
}

/** A rule of neighbour selection. */
export interface NeighbourPolicy {
  /** What a tracker has to know for it; absent if the AS of each peer is enough. */
  readonly needs?: keyof NetworkKnowledge;
  /** Makes the rule for one swarm: it may remember what it has named there. */
  make(numbers: NeighbourNumbers, knowledge: NetworkKnowledge): NeighbourSelection;
}

/** The rules of neighbour selection by name. */
export const NEIGHBOUR_POLICIES: Readonly<Record<NeighbourPolicyName, NeighbourPolicy>> = {
  uniform: { make: ({ count }) => uniformSelection(count) },
  biased: { make: ({ count, externalPercent }) => biasedSelection(count, externalPercent) },
  hops: {
    needs: 'hops',
    make: (numbers, { hops }) => hopsSelection(numbers, known(hops)),
  },
  latency: {
    needs: 'latencyMs',
    make: (numbers, { latencyMs }) => latencySelection(numbers, known(latencyMs)),
  },
  cost: {
    needs: 'cost',
    make: ({ count, externalPercent }, { cost }) =>
      costSelection(count, externalPercent, known(cost)),
  },
  budget: {
    make: ({ count, interAsConnections }) => budgetSelection(count, interAsConnections),
  },
};

/** What numbers are where none is stated. */
export const NEIGHBOUR_DEFAULTS: {
  /** The percentage of the neighbours outside, or from all peers. */
  readonly externalPercent: number;
  /** How many times as many peers are in a sample as there are neighbours. */
  readonly samplesPerNeighbour: number;
  /** The links of an AS. */
  readonly interAsConnections: number;
} = { externalPercent: 20, samplesPerNeighbour: 5, interAsConnections: 4 };

function known<Fact>(fact: Fact | undefined): Fact {
  assert(fact !== undefined, 'a tracker knows what the rule needs');
  return fact;
}
