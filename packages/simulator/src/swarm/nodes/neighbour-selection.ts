/** The rule by which the tracker of a run chooses neighbours, and what it knows of the network. */

import {
  biasedSelection,
  costsOf,
  NEIGHBOUR_DEFAULTS,
  NEIGHBOUR_POLICIES,
  type NeighbourNumbers,
  type NeighbourSelection,
  type NetworkKnowledge,
  uniformSelection,
} from '@cachetorrent/tracker';

import type { Plan } from '../plan/plan.ts';

/** Makes the rule for one tracker. It may remember whom it has named. */
export function selectionOf(plan: Plan): NeighbourSelection {
  const { neighbours, externalPercent, selection } = plan.swarm;
  if (selection === undefined) {
    return externalPercent === undefined
      ? uniformSelection(neighbours)
      : biasedSelection(neighbours, externalPercent);
  }
  const numbers: NeighbourNumbers = {
    count: neighbours,
    externalPercent: NEIGHBOUR_DEFAULTS.externalPercent,
    sampleSize: neighbours,
    interAsConnections: NEIGHBOUR_DEFAULTS.interAsConnections,
    ...selection,
  };
  return NEIGHBOUR_POLICIES[selection.policy].make(numbers, knowledgeOf(plan));
}

function knowledgeOf(plan: Plan): NetworkKnowledge {
  const { selection } = plan.swarm;
  const hops = (from: number, to: number): number => plan.hopsBetween(from, to);
  const stated =
    selection?.policy === 'cost' && selection.costs !== undefined
      ? costsOf(selection.costs)
      : undefined;
  return {
    hops,
    latencyMs: (from, to) => plan.latencyMs(from, to),
    // A map states costs between AS as the network lists them.
    cost:
      stated === undefined ? hops : (from, to) => stated(plan.domainOf(from), plan.domainOf(to)),
  };
}
