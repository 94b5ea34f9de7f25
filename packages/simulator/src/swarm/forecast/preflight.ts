/**
 * Finds before a run what would make it go differently than the user expects: neighbours that are
 * not connected, and elections that run out of candidates. A run that certainly cannot complete is
 * a mistake of the user.
 *
 * The tracker decides for many peers at once in order of id and from a random stream of its own.
 * So a second tracker that receives the same messages decides the same. If more peers come than
 * the tracker waits for, the order in which they join depends on their latencies. Here they join
 * in order of id, so that the forecast is close to the run, but not certain.
 *
 * With CacheTorrent, too, it is enough that neighbours are connected: where a follower does not
 * download from a neighbour in another AS, a leader does so for it. A leader may even connect two
 * components, if it is drawn by a follower of its AS that is in the other one.
 */

import type { AsId, PeerId } from '@cachetorrent/protocol';
import {
  byCapacity,
  externalCount,
  leaderCount,
  stands,
  type TrackerHost,
} from '@cachetorrent/tracker';

import type { SwarmProblem } from '../../errors.ts';
import { candidacyOf } from '../nodes/candidacy.ts';
import { makeTracker } from '../nodes/tracker-node.ts';
import type { Plan } from '../plan/plan.ts';
import { CONNECTIONS_MAX } from '../plan/number-rule.ts';
import { isFromFile } from '../plan/swarm.ts';
import { closedOff } from './closed-borders.ts';
import { ConnectedComponents } from './connected-components.ts';
import { Reach } from './reach.ts';

/** The most components, or AS, that a warning names. */
const NAMED_MAX = 8;

/**
 * With at least this many peers, and this many neighbours from anywhere for each, the graph of
 * neighbours is connected. The expected number of sets of s of n peers without an edge to another
 * peer is at most the sum of C(n, s) (s/n)^(ks) (1 - s/n)^(k(n-s)) over s > k, here below 10^-70.
 */
const CONNECTED_PEERS = 10_000;
const CONNECTED_NEIGHBOURS = 5;

/** What is unusual about a run. */
export interface Preflight {
  /** Why it may go differently than expected. */
  readonly warnings: readonly string[];
  /** Why it certainly cannot complete; absent if it may complete. */
  readonly problem?: SwarmProblem;
}

/** Foresees what is unusual about a run of `plan`, without simulating it. */
export function preflight(plan: Plan): Preflight {
  const { leaderPercent, subTorrents } = plan.swarm;
  const problemOfAs = tooManyFollowers(plan) ?? leadersThatCannotUpload(plan) ?? closedOff(plan);
  if (problemOfAs !== undefined) return { warnings: [], problem: problemOfAs };
  const mayRunOutOfCandidates = leaderPercent !== undefined && subTorrents > 1;
  if (isCertainlyConnected(plan) && !mayRunOutOfCandidates) return { warnings: [] };

  const decisions = new TrackerDecisions(plan);
  const tracker = makeTracker(decisions, plan);
  const peers = plan.nodeCount - 1;
  for (let id = 1 as PeerId; id <= peers; id++)
    tracker.join(id, plan.asOf(id), plan.arrivesAtMs(id));
  if (mayRunOutOfCandidates) {
    for (let id = 1 as PeerId; id <= peers; id++) {
      tracker.candidate(candidacyOf(plan, id), plan.arrivesAtMs(id));
    }
  }
  const warnings = [...decisions.componentWarnings(), ...decisions.electionWarnings()];
  const problem = decisions.reach.problem();
  return { warnings, ...(problem === undefined ? {} : { problem }) };
}

/** A follower connects to all leaders of its AS. */
function tooManyFollowers(plan: Plan): SwarmProblem | undefined {
  for (let asId = 0; asId < plan.asCount; asId++) {
    const election = plan.electionIn(asId);
    if (election === undefined) return undefined;
    const peers = plan.idsOf(asId).length;
    const followers = peers - 1 - leaderCount(peers, election);
    if (followers <= CONNECTIONS_MAX) continue;
    const limit = `a peer has at most ${CONNECTIONS_MAX.toLocaleString('en-US')} connections`;
    const problem =
      `gives so few AS that each leader of AS ${asId} has ` +
      `${followers.toLocaleString('en-US')} followers or more, but ${limit}`;
    const at = isFromFile(plan.swarm.topology) ? 'topology.hosts' : 'topology.stubDomains';
    return { at, problem, fix: 'use more AS, or more leaders' };
  }
  return undefined;
}

/**
 * Followers get pieces in their own AS only, where leaders are those with the most capacity: from
 * leaders, from seeds, and from one another what these have sent.
 */
function leadersThatCannotUpload(plan: Plan): SwarmProblem | undefined {
  const { seeds, leaderPercent } = plan.swarm;
  if (leaderPercent === undefined) return undefined;
  const silent: string[] = [];
  const refusing: string[] = [];
  for (let asId = 0; asId < plan.asCount; asId++) {
    if ((plan.caches?.leadersOf(asId as AsId) ?? []).length > 0) continue;
    const ids = [...plan.idsOf(asId)].filter((id) => id > 0) as PeerId[];
    const leechers = ids.filter((id) => id > seeds).length;
    const candidates = ids.map((id) => candidacyOf(plan, id)).filter(stands);
    const leaders = leaderCount(candidates.length, plan.electionIn(asId)!);
    if (leaders === 0 || leechers <= leaders) continue;
    if (!ids.some((id) => plan.capacityOf(id).uploadKbps > 0)) silent.push(String(asId));
    else if (!canBringPieces(plan, ids, candidates.toSorted(byCapacity).slice(0, leaders))) {
      refusing.push(String(asId));
    }
  }
  const fix = 'use fewer AS, let more peers upload, or set it to 100 %';
  const consequence = 'send nothing to their followers, who can never complete';
  const problem =
    silent.length > 0
      ? `no peer of AS ${listed(silent, ', ')} has an upload capacity: leaders there ${consequence}`
      : `the leaders of AS ${listed(refusing, ', ')} are free-riders, which ${consequence}`;
  if (silent.length + refusing.length === 0) return undefined;
  return { at: 'leaderPercent', problem: `is ${leaderPercent} %, but ${problem}`, fix };
}

/**
 * Whether the peers of an AS may get a piece from one of their own: it is uncertain who leads where
 * elections go on, where there are several, and by other policies than capacity.
 */
function canBringPieces(
  plan: Plan,
  ids: readonly PeerId[],
  leaders: readonly { readonly id: PeerId }[],
): boolean {
  const { seeds, subTorrents, minPeers } = plan.swarm;
  const byCapacityOnly = (plan.elections?.policy ?? 'capacity') === 'capacity';
  const isSingle = !plan.isOpen && subTorrents === 1 && minPeers === plan.peerCount;
  const isCertain = isSingle && byCapacityOnly;
  if (!isCertain) return true;
  const hasSeed = ids.some((id) => id <= seeds && plan.canUpload(id));
  return hasSeed || leaders.some(({ id }) => !plan.isFreeRider(id));
}

function isCertainlyConnected({ swarm }: Plan): boolean {
  const { minPeers, neighbours, externalPercent = 100, selection } = swarm;
  // By cost and with a budget, those outside are not drawn uniformly.
  if (selection?.policy === 'cost' || selection?.policy === 'budget') return false;
  const percent = selection?.externalPercent ?? externalPercent;
  const fromAnywhere = externalCount(neighbours, percent);
  return minPeers >= CONNECTED_PEERS && fromAnywhere >= CONNECTED_NEIGHBOURS;
}

/** Records what the tracker would send to the peers. */
class TrackerDecisions implements TrackerHost {
  readonly #plan: Plan;
  readonly #components: ConnectedComponents;
  readonly reach: Reach;
  /** For each AS and sub-torrent, the first leader, and how many leaders there are. */
  readonly #elected: { readonly first: number; readonly count: number }[][] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#components = new ConnectedComponents(plan.nodeCount);
    this.reach = new Reach(plan);
  }

  neighbours(to: PeerId, ids: Uint32Array): void {
    for (let i = 0; i < ids.length; i++) {
      if (this.#plan.isReachable(ids[i]! as PeerId)) this.#components.union(to, ids[i]!);
      this.reach.connect(to, ids[i]! as PeerId);
    }
  }

  seedRes(): void {}

  leaders(to: PeerId, subTorrent: number, ids: Uint32Array): void {
    const elected = (this.#elected[this.#plan.asOf(to)] ??= []);
    // Where nobody stands, all lead themselves.
    if (ids.length > 0) elected[subTorrent] ??= { first: ids[0]!, count: ids.length };
  }

  componentWarnings(): string[] {
    const components = this.#listComponents();
    if (components.length === 1) return [];

    const { seeds } = this.#plan.swarm;
    const withoutSeed = components.filter(({ first }) => first > seeds);
    const mayBeConnected = this.#plan.hasLeaders && components.some(({ asIds }) => asIds.size > 1);
    const consequence =
      withoutSeed.length === 0
        ? `each group has a seed: ${listed(components.map(nameOf), '; ')}`
        : `${withoutSeed.length} of them ${withoutSeed.length === 1 ? 'has' : 'have'} no seed, ` +
          'so their peers can never complete' +
          `${mayBeConnected ? ' unless a leader happens to connect them' : ''}: ` +
          listed(withoutSeed.map(nameOf), '; ');
    return [
      `the peers form ${components.length} groups that are not connected to each other; ` +
        `${consequence}. To connect them, raise the share of neighbours from other AS, or the ` +
        'number of neighbours',
    ];
  }

  electionWarnings(): string[] {
    const { subTorrents } = this.#plan.swarm;
    const exhausted = this.#elected.flatMap((elected, asId) => {
      // The best of all candidates leads the first sub-torrent, and no other one while there are
      // candidates left.
      const own = elected.findIndex(
        ({ first }, subTorrent) => subTorrent > 0 && first === elected[0]!.first,
      );
      if (own < 0) return [];
      return [`AS ${asId} (its ${peersOf(elected[own]!.count)}, from sub-torrent ${own + 1} on)`];
    });
    if (exhausted.length === 0) return [];
    return [
      `the elections for ${subTorrents} sub-torrents run out of candidates in ` +
        `${exhausted.length} AS, where all peers lead the remaining sub-torrents: ` +
        `${listed(exhausted, ', ')}. To give each sub-torrent its own leaders, use fewer ` +
        'sub-torrents or fewer leaders',
    ];
  }

  /** The components, in order of their first peers. */
  #listComponents(): Component[] {
    const components = this.#components;
    const list: Component[] = [];
    const indexOf = new Map<number, number>();
    const peers = this.#plan.nodeCount - 1;
    if (components.sizeOf(1) === peers) return [{ first: 1, peers, asIds: new Set() }];
    for (let id = 1 as PeerId; id <= peers; id++) {
      const asId = this.#plan.asOf(id);
      const root = components.find(id);
      const index = indexOf.get(root);
      if (index === undefined) {
        indexOf.set(root, list.length);
        list.push({ first: id, peers: components.sizeOf(id), asIds: new Set([asId]) });
      } else {
        list[index]!.asIds.add(asId);
      }
    }
    return list;
  }
}

interface Component {
  /** The peer with the lowest id: a seed, if the component has one. */
  readonly first: number;
  readonly peers: number;
  readonly asIds: Set<number>;
}

function nameOf({ peers, asIds }: Component): string {
  const sorted = [...asIds].sort((a, b) => a - b).map(String);
  return `${peersOf(peers)} of AS ${listed(sorted, ', ')}`;
}

function peersOf(count: number): string {
  return count === 1 ? '1 peer' : `${count} peers`;
}

function listed(names: readonly string[], separator: string): string {
  const rest = names.length - NAMED_MAX;
  const named = rest > 1 ? names.slice(0, NAMED_MAX) : names;
  return named.join(separator) + (rest > 1 ? ` and ${rest} more` : '');
}
