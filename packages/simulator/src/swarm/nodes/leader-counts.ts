/**
 * How many leaders an AS has, of those asked for: by the share, the floor and the ceiling of its
 * present peers. Peers may lack one that has crashed, or that does not know yet that it is elected.
 *
 * The counts are summed over time, while the AS has peers. Where all peers arrive at the start and
 * stay, time counts from when all of them have started: until then some wait for others.
 */

import type { AsId } from '@cachetorrent/protocol';
import { leaderCount, leadersAskedFor, type LeaderNumbers } from '@cachetorrent/tracker';

import { type Plan, TRACKER } from '../plan/plan.ts';
import type { HostedPeer } from './hosted-peer.ts';
import type { Node } from './node.ts';

/** What an AS reports of its leaders: sums over the time in which it had peers. */
export interface LeaderReport {
  /** For how long it had peers, in ms. */
  readonly presentMs: number;
  /** Leaders asked for, times ms. */
  readonly askedMs: number;
  /** Leaders that were missing, times ms. */
  readonly missingMs: number;
  /** For how long any were missing, in ms. */
  readonly shortMs: number;
}

export class LeaderCounts {
  readonly #numbers: LeaderNumbers;
  /** For each sub-torrent, the number of its leaders that are there. */
  readonly #leaders: number[];
  /** The number of nodes from which on time counts. */
  readonly #countsFrom: number;
  #nodes = 0;
  #sinceMs = 0;
  readonly #sums = { presentMs: 0, askedMs: 0, missingMs: 0, shortMs: 0 };

  constructor(numbers: LeaderNumbers, subTorrents: number, countsFrom: number) {
    this.#numbers = numbers;
    this.#leaders = new Array<number>(subTorrents).fill(0);
    this.#countsFrom = countsFrom;
  }

  /** Undefined if there are no elections, or if caches of providers lead the AS. */
  static of(plan: Plan, asId: number): LeaderCounts | undefined {
    const election = plan.electionIn(asId);
    const ofCaches = plan.caches?.leadersOf(asId as AsId) ?? [];
    if (election === undefined || ofCaches.length > 0) return undefined;
    const nodes = plan.idsOf(asId).filter((id) => id !== TRACKER).length;
    return new LeaderCounts(election, plan.swarm.subTorrents, plan.isOpen ? 1 : nodes);
  }

  /** A node takes part from now on. */
  started(node: Node, nowMs: number): void {
    this.#change(node, 1, nowMs);
  }

  /** A node that took part leaves. */
  left(node: Node, nowMs: number): void {
    this.#change(node, -1, nowMs);
  }

  /** A peer of a node that takes part has become a leader, or is none any more. */
  roleChanged({ subTorrent, leads }: HostedPeer, nowMs: number): void {
    this.#advance(nowMs);
    this.#leaders[subTorrent]! += leads ? 1 : -1;
  }

  report(nowMs: number): LeaderReport {
    this.#advance(nowMs);
    return { ...this.#sums };
  }

  #change({ peers }: Node, by: 1 | -1, nowMs: number): void {
    this.#advance(nowMs);
    this.#nodes += by;
    for (const { subTorrent, leads } of peers) if (leads) this.#leaders[subTorrent]! += by;
  }

  #advance(nowMs: number): void {
    const passedMs = nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    if (passedMs === 0 || this.#nodes === 0 || this.#nodes < this.#countsFrom) return;
    let [asked, missing] = [0, 0];
    let candidates = this.#nodes;
    for (const leaders of this.#leaders) {
      const each = leadersAskedFor(candidates, this.#numbers);
      candidates -= leaderCount(candidates, this.#numbers);
      asked += each;
      missing += Math.max(0, each - leaders);
    }
    this.#sums.presentMs += passedMs;
    this.#sums.askedMs += asked * passedMs;
    this.#sums.missingMs += missing * passedMs;
    if (missing > 0) this.#sums.shortMs += passedMs;
  }
}
