/**
 * Foresees, before a run, what would keep it from going as its user thinks: neighbours that are
 * not connected, and elections that run out of candidates.
 *
 * The tracker decides for many at once in order of id and from a stream of its own, so a second
 * tracker, asked the same, decides the same. Where more peers come than the tracker waits for,
 * the order in which they join hangs on how far away they are; it is taken to be that of their
 * ids then, and what is foreseen is near the truth, but no certainty.
 *
 * With CacheTorrent it is enough, too, that neighbours are connected: where a follower does not
 * download from an outside neighbour itself, a leader does it for it. A leader may even join what
 * is not connected, when it is drawn by a follower of another island of its AS.
 */

import type { PeerId } from '@cachetorrent/protocol';
import type { TrackerHost } from '@cachetorrent/tracker';

import { ConnectedComponents } from './connected-components.ts';
import type { Plan } from '../plan/plan.ts';
import { makeTracker } from '../nodes/tracker-node.ts';

/** Islands, and AS, that a warning names at most. */
const NAMED_MAX = 8;

/**
 * So many peers, each with so many neighbours from anywhere, are connected: the expected number
 * of sets of s of n peers that nobody leaves or enters is at most the sum of
 * C(n, s) (s/n)^(ks) (1 - s/n)^(k(n-s)) over s > k, here below 10^-70.
 */
const CONNECTED_PEERS = 10_000;
const CONNECTED_NEIGHBOURS = 5;

/** What the user should know before the run begins, a text each; none where all is well. */
export function preflight(plan: Plan): readonly string[] {
  const { leaderPercent, subTorrents } = plan.swarm;
  const elects = leaderPercent !== undefined && subTorrents > 1;
  if (isSurelyConnected(plan) && !elects) return [];

  const foreseen = new Foreseen(plan);
  const tracker = makeTracker(foreseen, plan);
  const peers = plan.nodeCount - 1;
  for (let id = 1 as PeerId; id <= peers; id++) tracker.join(id, plan.asOf(id));
  if (elects) {
    for (let id = 1 as PeerId; id <= peers; id++) {
      tracker.candidate({ id, ...plan.capacityOf(id) });
    }
  }
  return [...foreseen.islandWarnings(), ...foreseen.electionWarnings()];
}

function isSurelyConnected({ swarm: { minPeers, neighbours, externalPercent } }: Plan): boolean {
  const fromAnywhere = Math.floor((neighbours * (externalPercent ?? 100)) / 100);
  return minPeers >= CONNECTED_PEERS && fromAnywhere >= CONNECTED_NEIGHBOURS;
}

/** Hears what the tracker would say to the peers. */
class Foreseen implements TrackerHost {
  readonly #plan: Plan;
  readonly #islands: ConnectedComponents;
  /** For each AS, the first leader of each sub-torrent, and how many lead it. */
  readonly #elected: { readonly first: number; readonly count: number }[][] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#islands = new ConnectedComponents(plan.nodeCount);
  }

  neighbours(to: PeerId, ids: Uint32Array): void {
    for (let i = 0; i < ids.length; i++) this.#islands.join(to, ids[i]!);
  }

  seedRes(): void {}

  leaders(to: PeerId, part: number, ids: Uint32Array): void {
    const elected = (this.#elected[this.#plan.asOf(to)] ??= []);
    elected[part] ??= { first: ids[0]!, count: ids.length };
  }

  islandWarnings(): string[] {
    const islands = this.#found();
    if (islands.length === 1) return [];

    const { seeds, leaderPercent } = this.#plan.swarm;
    const cutOff = islands.filter(({ first }) => first > seeds);
    const mayBeJoined =
      leaderPercent !== undefined && islands.some(({ systems }) => systems.size > 1);
    const consequence =
      cutOff.length === 0
        ? `each of them has a seed: ${listed(islands.map(nameOf), '; ')}`
        : `${cutOff.length} of them have no seed, so their peers can never complete` +
          `${mayBeJoined ? ' unless a leader happens to join them' : ''}: ` +
          listed(cutOff.map(nameOf), '; ');
    return [
      `the graph of neighbours is not connected. It falls into ${islands.length} islands; ` +
        `${consequence}. To connect them, let more neighbours come from other AS, or ask for ` +
        'more neighbours',
    ];
  }

  electionWarnings(): string[] {
    const { subTorrents } = this.#plan.swarm;
    const exhausted = this.#elected.flatMap((elected, system) => {
      // The best of all candidates leads the first part, and no other while somebody remains.
      const own = elected.findIndex(({ first }, part) => part > 0 && first === elected[0]!.first);
      if (own < 0) return [];
      return [`AS ${system} (its ${peersOf(elected[own]!.count)}, from part ${own + 1} on)`];
    });
    if (exhausted.length === 0) return [];
    return [
      `the elections for ${subTorrents} parts run out of candidates in ${exhausted.length} AS, ` +
        `where all peers lead the parts that remain: ${listed(exhausted, ', ')}. To give each ` +
        'part leaders of its own, ask for fewer parts or for fewer leaders',
    ];
  }

  /** The islands, in order of their first peers. */
  #found(): Island[] {
    const islands = this.#islands;
    const found: Island[] = [];
    const placeOf = new Map<number, number>();
    const peers = this.#plan.nodeCount - 1;
    if (islands.sizeOf(1) === peers) return [{ first: 1, peers, systems: new Set() }];
    for (let id = 1 as PeerId; id <= peers; id++) {
      const system = this.#plan.asOf(id);
      const root = islands.of(id);
      const place = placeOf.get(root);
      if (place === undefined) {
        placeOf.set(root, found.length);
        found.push({ first: id, peers: islands.sizeOf(id), systems: new Set([system]) });
      } else {
        found[place]!.systems.add(system);
      }
    }
    return found;
  }
}

interface Island {
  /** Its peer with the lowest id: a seed, where it has any. */
  readonly first: number;
  readonly peers: number;
  readonly systems: Set<number>;
}

function nameOf({ peers, systems }: Island): string {
  const inOrder = [...systems].sort((a, b) => a - b).map(String);
  return `${peersOf(peers)} of AS ${listed(inOrder, ', ')}`;
}

function peersOf(count: number): string {
  return count === 1 ? '1 peer' : `${count} peers`;
}

function listed(names: readonly string[], separator: string): string {
  const rest = names.length - NAMED_MAX;
  const named = rest > 1 ? names.slice(0, NAMED_MAX) : names;
  return named.join(separator) + (rest > 1 ? ` and ${rest} more` : '');
}
