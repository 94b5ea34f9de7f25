/**
 * Elections that go on while peers come and go: in each AS a share of the candidates that are there
 * leads it. A state machine without a clock; the time is passed in.
 *
 *     election.join(candidate, asId, nowMs)    a candidate comes, or is there
 *     election.leave(id, nowMs)                one has said goodbye, or is silent
 *     election.report(id, by, nowMs)           a follower says that one is gone
 *     election.leadersOf(asId, subTorrent)
 *
 * Each call costs about as much however many candidates there are: a few binary searches.
 */

import type { AsId, PeerId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import { AsElection, type LeaderChange, type Standing, weigh } from './as-election.ts';
import type { Candidate } from './candidate.ts';
import { electionIn, type ElectionsOfAs } from './one-shot.ts';
import { ELECTION_POLICIES } from './policies/policies.ts';
import type { ElectionPolicy } from './policy.ts';

/** The options of an `Election`. */
export interface ElectionOptions extends ElectionsOfAs {
  /** The number of sub-torrents, each with leaders of its own. Default: 1. */
  readonly subTorrents?: number;
  /**
   * For how long a candidate must have been there to replace a leader that is there, and for how
   * long fewer leaders must have been wanted before one is dismissed; in ms. Default: 5 minutes.
   */
  readonly holdMs?: number;
  /** Whether there are no leaders before `begin`. Default: false. */
  readonly waits?: boolean;
  /** The source of all randomness. */
  readonly random: Random;
}

/** How many followers must say that a leader is gone; fewer if the AS has no more candidates. */
const REPORTS = 2;
const HOLD_MS = 300_000;
const NO_CHANGES: readonly LeaderChange[] = [];

interface Member {
  readonly asId: AsId;
  readonly standing: Standing;
}

/** Elections that go on while peers come and go. */
export class Election {
  readonly #options: ElectionOptions & Required<Omit<ElectionOptions, 'leaderPercentOf'>>;
  readonly #byAs = new Map<AsId, AsElection>();
  readonly #members = new Map<PeerId, Member>();
  #hasBegun: boolean;

  constructor(options: ElectionOptions) {
    this.#options = {
      policy: 'capacity',
      leadersMin: 1,
      leadersMax: Infinity,
      subTorrents: 1,
      holdMs: HOLD_MS,
      waits: false,
      ...options,
    };
    this.#hasBegun = !this.#options.waits;
  }

  /** Enough candidates have come, if the elections wait: holds the first one of each AS. */
  begin(nowMs: number): readonly LeaderChange[] {
    if (this.#hasBegun) return NO_CHANGES;
    this.#hasBegun = true;
    const byId = [...this.#byAs].sort(([a], [b]) => a - b);
    return byId.flatMap(([, election]) => election.review(nowMs));
  }

  /**
   * A candidate has come, or has announced itself again, perhaps with other capacities or in
   * another AS. Returns who has begun or ceased to lead.
   */
  join(candidate: Candidate, asId: AsId, nowMs: number): readonly LeaderChange[] {
    const known = this.#members.get(candidate.id);
    if (known === undefined) return this.#add(candidate, asId, nowMs);
    if (known.asId !== asId) {
      return [...this.leave(candidate.id, nowMs), ...this.#add(candidate, asId, nowMs)];
    }
    const { standing } = known;
    standing.reporters.clear();
    const { uploadKbps, downloadKbps } = standing.candidate;
    const election = this.#byAs.get(asId)!;
    if (candidate.uploadKbps !== uploadKbps || candidate.downloadKbps !== downloadKbps) {
      election.change(standing, candidate, nowMs);
    }
    return this.#review(election, nowMs);
  }

  /** A candidate has left. Returns who has begun or ceased to lead. */
  leave(id: PeerId, nowMs: number): readonly LeaderChange[] {
    const member = this.#members.get(id);
    if (member === undefined) return NO_CHANGES;
    const { asId, standing } = member;
    const election = this.#byAs.get(asId)!;
    this.#members.delete(id);
    election.remove(standing);
    if (election.count === 0) this.#byAs.delete(asId);
    return this.#review(election, nowMs);
  }

  /**
   * A follower, `by`, has lost the connection to a leader and cannot make another: the leader has
   * probably crashed. Two followers are believed, or one if there is no other candidate; a leader
   * that is there nevertheless is a candidate again when it announces itself.
   *
   * @param by What tells followers apart that may be in league, such as their address.
   */
  report(id: PeerId, by: unknown, nowMs: number): readonly LeaderChange[] {
    const member = this.#members.get(id);
    if (member === undefined) return NO_CHANGES;
    const { reporters } = member.standing;
    reporters.add(by);
    const others = this.#byAs.get(member.asId)!.count - 1;
    if (reporters.size < Math.min(REPORTS, others)) return NO_CHANGES;
    return this.leave(id, nowMs);
  }

  /** Holds the election of an AS as far as it is due. Returns who has begun or ceased to lead. */
  review(asId: AsId, nowMs: number): readonly LeaderChange[] {
    const election = this.#byAs.get(asId);
    return election === undefined ? NO_CHANGES : this.#review(election, nowMs);
  }

  /** The leaders of an AS in a sub-torrent after the last review, the best first. */
  leadersOf(asId: AsId, subTorrent = 0): readonly PeerId[] {
    if (!this.#hasBegun) return [];
    return this.#byAs.get(asId)?.leaders(subTorrent) ?? [];
  }

  #add(candidate: Candidate, asId: AsId, nowMs: number): readonly LeaderChange[] {
    const policy = ELECTION_POLICIES[this.#options.policy];
    const standing: Standing = {
      candidate,
      joinedAtMs: nowMs,
      drawn: policy.draws ? this.#options.random.unit() : 0,
      weight: 0,
      changesAtMs: Infinity,
      sinceMs: nowMs,
      leads: -1,
      reporters: new Set(),
    };
    weigh(standing, policy, nowMs);
    const election = this.#byAs.get(asId) ?? this.#electionIn(asId, policy);
    this.#byAs.set(asId, election);
    this.#members.set(candidate.id, { asId, standing });
    election.add(standing);
    return this.#review(election, nowMs);
  }

  #electionIn(asId: AsId, policy: ElectionPolicy): AsElection {
    const { leaderPercent } = electionIn(this.#options, asId);
    return new AsElection({ ...this.#options, leaderPercent, policy });
  }

  #review(election: AsElection, nowMs: number): readonly LeaderChange[] {
    return this.#hasBegun ? election.review(nowMs) : NO_CHANGES;
  }
}
