/**
 * The election in one AS, which goes on for as long as candidates come and go.
 *
 *     leaders    of each sub-torrent, the best first   ── the worst one makes way ──┐
 *     free       all other candidates, the best first                              ▲
 *     seasoned   those of them that have been there for `holdMs` ── the best one ───┘
 *                                                                   by a margin
 *
 * A leader leads until it leaves, until a seasoned candidate is better by the policy's margin, or
 * until fewer leaders have been wanted for `holdMs`. So nobody is replaced for nothing: the pieces
 * that a leader holds, and the relays of its followers, are worth more than a small gain.
 */

import type { PeerId } from '@cachetorrent/protocol';

import { byWeight, type Candidate } from './candidate.ts';
import { type LeaderNumbers, leaderCounts } from './one-shot.ts';
import type { ElectionPolicy } from './policy.ts';
import { SortedList } from './sorted-list.ts';

/** What the elections of all AS have in common. */
export interface ElectionRules extends LeaderNumbers {
  readonly policy: ElectionPolicy;
  /** The number of sub-torrents; each has its own leaders. */
  readonly subTorrents: number;
  /** For how long a candidate must be there, or fewer leaders wanted, before one is replaced. */
  readonly holdMs: number;
}

/** A peer has become a leader of its AS in a sub-torrent, or leads no longer. */
export interface LeaderChange {
  /** The peer; one that has left is named, too. */
  readonly id: PeerId;
  /** The sub-torrent that it leads, or has led. */
  readonly subTorrent: number;
  /** Whether it leads now. */
  readonly leads: boolean;
}

/** A candidate that stands in the election of an AS. */
export interface Standing {
  candidate: Candidate;
  readonly joinedAtMs: number;
  readonly drawn: number;
  weight: number;
  /** When the weight changes; Infinity if it does not. */
  changesAtMs: number;
  /** Since when it has had its present capacity. */
  sinceMs: number;
  /** The sub-torrent that it leads; NONE if it leads none. */
  leads: number;
  /** Those who say that it is gone although it has not said so. */
  readonly reporters: Set<unknown>;
}

const NONE = -1;

export class AsElection {
  readonly #rules: ElectionRules;
  readonly #leaders: readonly SortedList<Standing>[];
  readonly #free = new SortedList<Standing>(byWeight);
  readonly #seasoned = new SortedList<Standing>(byWeight);
  /** The other free candidates, in the order in which they will be seasoned. */
  readonly #unseasoned = new SortedList<Standing>(bySince);
  /** All whose weight changes. */
  readonly #changing = new SortedList<Standing>(byChange);
  /** For each sub-torrent whether all candidates lead it, because nobody is left who leads none. */
  readonly #allLead: boolean[];
  #count = 0;
  /** Since when there have been more leaders than wanted; undefined if there are not. */
  #surplusSinceMs: number | undefined;
  #changes: LeaderChange[] = [];

  constructor(rules: ElectionRules) {
    this.#rules = rules;
    this.#leaders = Array.from(
      { length: rules.subTorrents },
      () => new SortedList<Standing>(byWeight),
    );
    this.#allLead = this.#leaders.map(() => false);
  }

  /** The number of candidates. */
  get count(): number {
    return this.#count;
  }

  /** The leaders in a sub-torrent, the best first. */
  leaders(subTorrent: number): readonly PeerId[] {
    const leaders = this.#leaders[subTorrent]!;
    const standings = leaders.size > 0 ? leaders.all : this.#all();
    return standings.map(({ candidate }) => candidate.id);
  }

  /** Adds a candidate, as one who leads nothing. */
  add(standing: Standing): void {
    this.#count++;
    this.#addFree(standing);
    if (standing.changesAtMs < Infinity) this.#changing.add(standing);
    this.#allLead.forEach((allLead, subTorrent) => {
      if (allLead) this.#note(standing, subTorrent, true);
    });
  }

  /** Removes a candidate. */
  remove(standing: Standing): void {
    this.#count--;
    this.#allLead.forEach((allLead, subTorrent) => {
      if (allLead) this.#note(standing, subTorrent, false);
    });
    if (standing.leads === NONE) this.#removeFree(standing);
    else this.#removeLeader(standing);
    this.#changing.delete(standing);
  }

  /** A candidate has other capacities than before. */
  change(standing: Standing, candidate: Candidate, nowMs: number): void {
    this.#reweigh(standing, nowMs, () => {
      standing.candidate = candidate;
      standing.sinceMs = nowMs;
    });
  }

  /** Holds the election as far as it is due. Returns who leads now that did not, or no longer. */
  review(nowMs: number): readonly LeaderChange[] {
    this.#age(nowMs);
    const wanted = leaderCounts(this.#count, this.#rules, this.#rules.subTorrents);
    const missing = wanted.reduce((sum, n, i) => sum + Math.max(0, n - this.#leaders[i]!.size), 0);
    this.#demoteSurplus(wanted, nowMs, missing > this.#free.size);
    this.#leaders.forEach((leaders, subTorrent) => {
      while (leaders.size < wanted[subTorrent]!) this.#promote(this.#free.first!, subTorrent);
    });
    this.#season(nowMs);
    this.#replaceWorst();
    this.#updateAllLead();
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  /** Weighs those anew whose weight has changed with their age. */
  #age(nowMs: number): void {
    for (;;) {
      const next = this.#changing.first;
      if (next === undefined || next.changesAtMs > nowMs) break;
      this.#reweigh(next, nowMs, () => {});
    }
  }

  /** Those that have been there for long enough may replace leaders. */
  #season(nowMs: number): void {
    for (;;) {
      const next = this.#unseasoned.first;
      if (next === undefined || next.sinceMs + this.#rules.holdMs > nowMs) break;
      this.#unseasoned.delete(next);
      this.#seasoned.add(next);
    }
  }

  /** Dismisses those that have been too many for long enough, or are needed elsewhere. */
  #demoteSurplus(wanted: readonly number[], nowMs: number, isUrgent: boolean): void {
    if (this.#leaders.every(({ size }, subTorrent) => size <= wanted[subTorrent]!)) {
      this.#surplusSinceMs = undefined;
      return;
    }
    this.#surplusSinceMs ??= nowMs;
    if (!isUrgent && nowMs < this.#surplusSinceMs + this.#rules.holdMs) return;
    this.#surplusSinceMs = undefined;
    this.#leaders.forEach((leaders, subTorrent) => {
      while (leaders.size > wanted[subTorrent]!) this.#demote(leaders.last!);
    });
  }

  /** Replaces leaders than whom a seasoned candidate is better by a margin. */
  #replaceWorst(): void {
    const { margin } = this.#rules.policy;
    if (margin === Infinity) return;
    for (;;) {
      const challenger = this.#seasoned.first;
      const worst = this.#worstLeader();
      if (challenger === undefined || worst === undefined) return;
      if (challenger.weight <= margin * worst.weight) return;
      const { leads } = worst;
      this.#demote(worst);
      this.#promote(challenger, leads);
    }
  }

  #worstLeader(): Standing | undefined {
    const last = this.#leaders.flatMap((leaders) => leaders.last ?? []);
    return last.toSorted(byWeight).at(-1);
  }

  #promote(standing: Standing, subTorrent: number): void {
    this.#removeFree(standing);
    standing.leads = subTorrent;
    this.#leaders[subTorrent]!.add(standing);
    if (!this.#allLead[subTorrent]!) this.#note(standing, subTorrent, true);
  }

  #demote(standing: Standing): void {
    this.#removeLeader(standing);
    this.#addFree(standing);
  }

  #removeLeader(standing: Standing): void {
    this.#leaders[standing.leads]!.delete(standing);
    this.#note(standing, standing.leads, false);
    standing.leads = NONE;
  }

  #addFree(standing: Standing): void {
    this.#free.add(standing);
    this.#unseasoned.add(standing);
  }

  #removeFree(standing: Standing): void {
    this.#free.delete(standing);
    this.#unseasoned.delete(standing);
    this.#seasoned.delete(standing);
  }

  /** Changes what the order of a candidate depends on. */
  #reweigh(standing: Standing, nowMs: number, apply: () => void): void {
    const { leads } = standing;
    if (leads === NONE) this.#removeFree(standing);
    else this.#leaders[leads]!.delete(standing);
    this.#changing.delete(standing);
    apply();
    weigh(standing, this.#rules.policy, nowMs);
    if (standing.changesAtMs < Infinity) this.#changing.add(standing);
    if (leads === NONE) this.#addFree(standing);
    else this.#leaders[leads]!.add(standing);
  }

  /** Where nobody is left to lead a sub-torrent, all lead it. */
  #updateAllLead(): void {
    this.#leaders.forEach((leaders, subTorrent) => {
      const allLead = leaders.size === 0;
      if (allLead === this.#allLead[subTorrent]) return;
      this.#allLead[subTorrent] = allLead;
      for (const standing of this.#all()) {
        if (standing.leads !== subTorrent) this.#note(standing, subTorrent, allLead);
      }
    });
  }

  #all(): readonly Standing[] {
    return [...this.#free.all, ...this.#leaders.flatMap(({ all }) => all)].sort(byWeight);
  }

  #note({ candidate }: Standing, subTorrent: number, leads: boolean): void {
    this.#changes.push({ id: candidate.id, subTorrent, leads });
  }
}

/** Sets the weight of a candidate, and when it changes. */
export function weigh(standing: Standing, policy: ElectionPolicy, nowMs: number): void {
  const { candidate, joinedAtMs, drawn } = standing;
  const ageMs = nowMs - joinedAtMs;
  standing.weight = policy.weight(candidate, joinedAtMs, ageMs, drawn);
  standing.changesAtMs = joinedAtMs + policy.nextChangeMs(ageMs);
}

function bySince(a: Standing, b: Standing): number {
  return a.sinceMs - b.sinceMs || a.candidate.id - b.candidate.id;
}

function byChange(a: Standing, b: Standing): number {
  return a.changesAtMs - b.changesAtMs || a.candidate.id - b.candidate.id;
}
