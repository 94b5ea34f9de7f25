/**
 * Which peers the seeds can reach over neighbours that upload. A peer that they cannot reach never
 * gets a piece.
 *
 * Where it is uncertain who becomes whose neighbour, the peers of an AS count as one that uploads:
 * if the order of joining is uncertain, and with leaders, which connect to neighbours of others in
 * their AS. Then more peers are reached here than in the run, never fewer.
 */

import type { PeerId } from '@cachetorrent/protocol';
import { externalCount } from '@cachetorrent/tracker';

import type { SwarmProblem } from '../../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { Swarm } from '../plan/swarm.ts';
import { ConnectedComponents } from './connected-components.ts';

/** The percentage of the neighbours that is chosen elsewhere; undefined if all may be. */
function externalPercentOf({ externalPercent, selection }: Swarm): number | undefined {
  if (selection === undefined) return externalPercent;
  return selection.policy === 'budget' ? undefined : selection.externalPercent;
}

export class Reach {
  readonly #plan: Plan;
  /** Whether the peers of an AS count as one. */
  readonly #mergesAs: boolean;
  /** The AS, or the peers, that upload to one another directly or through others. */
  readonly #uploading: ConnectedComponents;
  /** The neighbours of peers that do not upload: such a peer, a peer that uploads, and so on. */
  readonly #ofSilent: number[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#mergesAs = plan.hasLeaders || plan.swarm.minPeers < plan.peerCount;
    this.#uploading = new ConnectedComponents(plan.nodeCount + plan.asCount);
  }

  /** The tracker names `b` to `a`, who connects to it if that is possible. */
  connect(a: PeerId, b: PeerId): void {
    if (!this.#plan.isReachable(b)) return;
    if (this.#mergesAs || (this.#uploads(a) && this.#uploads(b))) {
      this.#uploading.union(this.#vertexOf(a), this.#vertexOf(b));
    } else if (this.#uploads(b)) this.#ofSilent.push(a, b);
    else if (this.#uploads(a)) this.#ofSilent.push(b, a);
  }

  /** The mistake in a swarm in which some peers can certainly never complete, if there is one. */
  problem(): SwarmProblem | undefined {
    const { peerCount, swarm } = this.#plan;
    const { neighbours, minPeers, selection } = swarm;
    const externalPercent = externalPercentOf(swarm);
    const fromAnywhere =
      externalPercent === undefined ? neighbours : externalCount(neighbours, externalPercent);
    const isCertain = minPeers === peerCount || fromAnywhere === 0;
    const lost = isCertain ? this.#countUnreached() : 0;
    if (lost === 0) return undefined;

    const cause =
      `${lost} of ${peerCount} peers can never complete: they are not connected to a seed, ` +
      'neither directly nor through peers that upload';
    const hasUnreachable = swarm.classes.some(({ isReachable }) => isReachable === false);
    const orReachable = hasUnreachable ? ', or let more peers be reachable' : '';
    if (externalPercent === undefined) {
      const fix = `raise it, or let more peers upload${orReachable}`;
      return { at: 'neighbours', problem: `is ${neighbours}, with which ${cause}`, fix };
    }
    const at = selection === undefined ? 'externalPercent' : 'selection.externalPercent';
    const share = `${externalPercent} % of ${neighbours} neighbours`;
    return {
      at,
      ...(fromAnywhere === 0
        ? {
            problem: `is ${share}, which is less than one, so that ${cause}`,
            fix:
              `set it to ${Math.ceil(100 / neighbours)} or more, or add seeds or neighbours` +
              orReachable,
          }
        : {
            problem: `is ${share}, with which ${cause}`,
            fix: `raise it, or the number of neighbours${orReachable}`,
          }),
    };
  }

  #countUnreached(): number {
    const { nodeCount, swarm } = this.#plan;
    const reached = new Set<number>();
    const find = (id: PeerId): number => this.#uploading.find(this.#vertexOf(id));
    for (let id = 1 as PeerId; id <= swarm.seeds; id++) {
      if (this.#uploads(id)) reached.add(find(id));
    }
    const served = new Set<number>();
    for (let i = 0; i < this.#ofSilent.length; i += 2) {
      if (reached.has(find(this.#ofSilent[i + 1] as PeerId))) served.add(this.#ofSilent[i]!);
    }
    let unreached = 0;
    for (let id = (swarm.seeds + 1) as PeerId; id < nodeCount; id++) {
      if (!reached.has(find(id)) && !served.has(id) && !this.#plan.isCache(id)) unreached++;
    }
    return unreached;
  }

  #uploads(id: PeerId): boolean {
    return this.#plan.canUpload(id);
  }

  #vertexOf(id: PeerId): number {
    return this.#mergesAs ? this.#plan.nodeCount + this.#plan.asOf(id) : id;
  }
}
