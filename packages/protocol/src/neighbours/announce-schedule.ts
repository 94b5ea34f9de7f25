/**
 * When a peer asks the tracker again, and for how many peers. A state machine without a clock: the
 * time is passed in, and the host announces when `dueMs` is reached.
 *
 *     answered ──▶ after the tracker's interval
 *                  sooner with few connections,     but not before the minimum interval
 *                  or if a leader is lost           ″
 *                  at once without a leader, then   ″
 *                  after 1 s, 2 s, 4 s …
 *     failed ────▶ after 5 s, 10 s, 20 s … 5 min
 *
 * Source: docs/protocol.md, section Trackers.
 */

/** What a tracker has answered about its intervals. */
export interface TrackerAnswer {
  /** Seconds until the next announce (BEP 3: `interval`). */
  readonly intervalS: number;
  /** The least number of seconds until the next announce (`min interval`). */
  readonly minIntervalS?: number | undefined;
  /** The first election has not been held: nobody is named before it. */
  readonly isElectionPending?: boolean;
}

/** The connections of a peer, as far as they say whether it needs others. */
export interface ConnectionCounts {
  /** How many are open. */
  readonly open: number;
  /** Whether another peer has ever connected to us: then others will. */
  readonly everIncoming: boolean;
  /** Whether a leader is lost that the tracker still names, as far as we know. */
  readonly hasLostLeader?: boolean;
}

/** Below this number a peer asks for more (mainline: `min_peers`; Legout et al. 2006, 2.2). */
const CONNECTIONS_MIN = 20;
/** From this number on a peer asks for none (mainline: `max_initiate`). */
const CONNECTIONS_ENOUGH = 40;
/** How many it asks for (BEP 3: the default of trackers). */
const NUM_WANT = 50;
/**
 * A peer with few connections does not ask more often (mainline: `rerequest_interval`). Nor does
 * one that has lost a leader and knows another: until it is told, the tracker replaces nobody.
 */
const SOONER_MS = 300_000;
/** The delay after a failure of all trackers: the first one, and the limit of the doubling. */
const RETRY_MS = { first: 5_000, max: 300_000 } as const;
/** The same while no leader is known and the tracker names none that can be reached. */
const LEADERLESS_MS = { first: 1_000, max: 300_000 } as const;
/** The interval before the first election: until then there is nothing else to do. */
const ELECTION_PENDING_MS = 1_000;

/** Decides when a peer announces itself. */
export class AnnounceSchedule {
  #lastMs = -Infinity;
  #intervalMs = 0;
  #minIntervalMs = 0;
  #retryMs: number = RETRY_MS.first;
  /** When the next announce for want of a leader is due; Infinity if none is needed. */
  #leadersDueMs = Infinity;
  /** The delay of the one after that. */
  #leaderlessMs = 0;

  /** A tracker has answered an announce. */
  answered({ intervalS, minIntervalS, isElectionPending }: TrackerAnswer, nowMs: number): void {
    this.#lastMs = nowMs;
    this.#retryMs = RETRY_MS.first;
    this.#intervalMs = isElectionPending === true ? ELECTION_PENDING_MS : intervalS * 1_000;
    this.#minIntervalMs = isElectionPending === true ? 0 : (minIntervalS ?? 0) * 1_000;
    this.#leadersDueMs = Infinity;
  }

  /** No tracker has answered. */
  failed(nowMs: number): void {
    this.#lastMs = nowMs;
    this.#intervalMs = this.#retryMs;
    this.#minIntervalMs = this.#retryMs;
    this.#retryMs = Math.min(RETRY_MS.max, 2 * this.#retryMs);
  }

  /** The peer has no leader any more, or may have become one: see `PeerHost.needsLeaders`. */
  needsLeaders(nowMs: number): void {
    if (this.#leadersDueMs < Infinity) return;
    const delayMs = this.#leaderlessMs;
    this.#leadersDueMs = nowMs + delayMs;
    this.#leaderlessMs = Math.min(LEADERLESS_MS.max, Math.max(LEADERLESS_MS.first, 2 * delayMs));
  }

  /** The peer has the leaders that it needs: the next time it asks at once again. */
  hasLeaders(): void {
    this.#leaderlessMs = 0;
  }

  /** When the next announce is due. */
  dueMs({ open, everIncoming, hasLostLeader = false }: ConnectionCounts): number {
    const earliestMs = this.#lastMs + this.#minIntervalMs;
    let dueMs = this.#lastMs + this.#intervalMs;
    // A third is enough where others connect to us (mainline: `ever_got_incoming`).
    const isFew = open < (everIncoming ? CONNECTIONS_MIN / 3 : CONNECTIONS_MIN);
    if (isFew || hasLostLeader) dueMs = Math.min(dueMs, this.#lastMs + SOONER_MS);
    return Math.max(earliestMs, Math.min(dueMs, this.#leadersDueMs));
  }

  /** How many peers to ask for (`numwant`). */
  numWant({ open }: ConnectionCounts): number {
    return open >= CONNECTIONS_ENOUGH ? 0 : NUM_WANT;
  }
}
