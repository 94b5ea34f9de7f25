/**
 * Finds AS that no piece can reach: a border without capacity is on every way from a seed. Pieces
 * travel from AS to AS with peers that upload; control messages cross closed borders, too.
 */

import type { PeerId } from '@cachetorrent/protocol';

import type { SwarmProblem } from '../../errors.ts';
import { closedBorder } from '../../network/borders.ts';
import { type Plan, TRACKER } from '../plan/plan.ts';

/** The mistake in a swarm with peers that no piece can reach, if there is one. */
export function closedOff(plan: Plan): SwarmProblem | undefined {
  const { borders, asCount } = plan;
  if (borders === undefined || borders.capacityKbps.every((kbps) => kbps > 0)) return undefined;
  const reached = asWithSeeds(plan);
  const waiting = [...reached];
  for (const from of waiting) {
    if (!plan.idsOf(from).some((id) => plan.canUpload(id as PeerId))) continue;
    for (let to = 0; to < asCount; to++) {
      if (reached.has(to) || closedBorder(borders, from, to) !== undefined) continue;
      reached.add(to);
      waiting.push(to);
    }
  }
  for (let asId = 0; asId < asCount; asId++) {
    const lost = plan
      .idsOf(asId)
      .filter((id) => id !== TRACKER && !plan.holdsFile(id as PeerId)).length;
    if (reached.has(asId) || lost === 0) continue;
    const [someReached] = reached;
    const border = closedBorder(borders, someReached!, asId);
    const way = border === undefined ? '' : `, such as that ${borders.names[border]}`;
    const peers = lost === 1 ? '1 peer' : `${lost} peers`;
    const problem =
      `have no capacity on any way from a seed to ${plan.nameOfAs(asId)}${way}: ` +
      `${peers} there could never complete`;
    return { at: 'borders', problem, fix: 'set the capacity above 0, or let a seed live there' };
  }
  return undefined;
}

/** The AS in which a seed lives that uploads, whenever it arrives. */
function asWithSeeds(plan: Plan): Set<number> {
  const found = new Set<number>();
  for (let asId = 0; asId < plan.asCount; asId++) {
    const ids = [...plan.idsOf(asId)] as PeerId[];
    if (ids.some((id) => plan.holdsFile(id) && plan.canUpload(id))) found.add(asId);
  }
  return found;
}
