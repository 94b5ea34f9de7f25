/**
 * A share of the leaders, or of the peers, crashes or leaves. Each AS chooses among its own, so
 * that the share goes everywhere. A share that is no whole number of them is rounded up or down at
 * random, so that the share is right on average. Those who had the file from the start, and caches
 * of providers, are spared unless their class is named: without them the swarm might die.
 */

import type { PeerId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import type { MassDeparture } from '../plan/faults.ts';
import { type Plan, TRACKER } from '../plan/plan.ts';
import type { FaultedAs, FaultedNode, FaultKind } from './fault-kind.ts';

export const MASS_DEPARTURE: FaultKind<MassDeparture> = {
  describe: ({ fault, who }) => `${fault === 'crash' ? 'crash' : 'departure'} of ${who}`,
  check({ who, percent, as, className, atMs }, check) {
    const rule = { field: 'percent', value: percent, least: 0, most: 100, fraction: true };
    check.number({ ...rule, reason: 'a share is 0 % or more' });
    if (who === 'leaders' && check.swarm.leaderPercent === undefined) {
      const fix = `set "${check.nameOf('leaderPercent')}", or write a share of "peers"`;
      check.refuse('percent', 'is a share of the leaders, but the swarm has none', fix);
    }
    if (as !== undefined) check.as(as);
    if (className !== undefined) check.className(className);
    check.hitsSomebody(atMs, as, className);
  },
  times: ({ atMs }) => [atMs],
  apply(departure, as, { random, hit }) {
    const gone = chosen(candidatesFor(departure, as), departure.percent, random);
    hit(gone.length);
    for (const node of gone) {
      const reason = node.incompleteSubTorrents === 0 ? 'finished' : 'aborted';
      as.leave(node.id, departure.fault === 'crash' ? 'crashed' : reason);
    }
  },
};

/** The nodes of an AS of which a share goes, in the order of their indices. */
function candidatesFor(
  departure: MassDeparture,
  { plan, asId, nodes }: FaultedAs,
): readonly FaultedNode[] {
  const { who, as, className } = departure;
  if (as !== undefined && !as.includes(plan.domainOf(asId))) return [];
  return nodes().filter(
    (node) =>
      node.id !== TRACKER &&
      node.hasStarted &&
      (who === 'peers' || node.peers.some((hosted) => hosted.leads)) &&
      (className === undefined
        ? !plan.holdsFile(node.id) && !plan.isCache(node.id)
        : classNameOf(plan, node.id) === className),
  );
}

function classNameOf(plan: Plan, id: PeerId): string {
  return plan.swarm.classes[plan.classOf(id)]!.name;
}

/** `percent` of `nodes`, every choice being equally likely, in their order. */
function chosen(
  nodes: readonly FaultedNode[],
  percent: number,
  stream: () => Random,
): readonly FaultedNode[] {
  const exact = (nodes.length * percent) / 100;
  const whole = Math.floor(exact);
  if (whole === nodes.length) return nodes;
  if (exact === 0) return [];
  const random = stream();
  const count = whole + (random.unit() < exact - whole ? 1 : 0);
  // Each is chosen with the probability (number still to choose) / (number still to come).
  let left = count;
  return nodes.filter((_, i) => {
    const isChosen = random.below(nodes.length - i) < left;
    if (isChosen) left--;
    return isChosen;
  });
}
