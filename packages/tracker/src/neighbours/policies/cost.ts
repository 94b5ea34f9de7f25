/**
 * Selection by cost, as the tracker of P4P does it (Xie et al. 2008, *P4P: Provider portal for
 * applications*) with what ALTO calls a cost map (RFC 7285): a provider states what traffic from
 * its AS to each other one costs it.
 *
 * Most neighbours are in the own AS. Each of the others is drawn in two steps: an AS, with a weight
 * that is the inverse of its cost, then a peer of it, all being equally likely. An announce costs
 * as much as there are AS.
 */

import type { AsId, PeerId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import { addOthers, externalCount } from '../draw.ts';
import type { NeighbourSelection, SelectablePeers } from '../selection.ts';

/** No peer has this id. */
const NOBODY = -1 as PeerId;

/**
 * `externalPercent` of `count` neighbours, rounded down, are chosen in other AS by inverse cost,
 * and so are more of them if the own AS has too few peers.
 *
 * @param cost What traffic from one AS to another costs, above 0, in any unit; Infinity: an AS in
 * which nobody is chosen while others have peers.
 */
export function costSelection(
  count: number,
  externalPercent: number,
  cost: (from: AsId, to: AsId) => number,
): NeighbourSelection {
  const external = externalCount(count, externalPercent);
  return {
    select: (peer, asId, peers, random) => {
      const chosen: PeerId[] = [];
      addOthers(chosen, count - external, peers.inAs(asId), peer, random);
      addByCost(chosen, count - chosen.length, asId, peers, cost, random);
      addOthers(chosen, count - chosen.length, peers.all, peer, random);
      return chosen;
    },
  };
}

/** An AS in which neighbours may be chosen. */
interface OtherAs {
  readonly asId: AsId;
  readonly weight: number;
}

/** Adds up to `count` peers of other AS. */
function addByCost(
  chosen: PeerId[],
  count: number,
  asId: AsId,
  peers: SelectablePeers,
  cost: (from: AsId, to: AsId) => number,
  random: Random,
): void {
  if (count <= 0) return;
  const target = chosen.length + count;
  const others = peers.asIds
    .filter((other) => other !== asId)
    .map((other): OtherAs => ({ asId: other, weight: 1 / cost(asId, other) }))
    .filter(({ weight }) => weight > 0);
  while (chosen.length < target && others.length > 0) {
    const index = drawIndex(others, random);
    const before = chosen.length;
    // The peer itself is in another AS.
    addOthers(chosen, 1, peers.inAs(others[index]!.asId), NOBODY, random);
    if (chosen.length === before) others.splice(index, 1);
  }
}

/** The index of an AS, drawn by weight. */
function drawIndex(others: readonly OtherAs[], random: Random): number {
  const all = others.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.unit() * all;
  for (const [index, { weight }] of others.entries()) {
    left -= weight;
    if (left < 0) return index;
  }
  return others.length - 1;
}
