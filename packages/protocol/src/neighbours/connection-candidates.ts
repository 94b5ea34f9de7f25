/**
 * The peers that a peer could connect to, and when it may try each of them: at once, and again
 * later when a connection has failed or closed. The delay doubles with every one that has carried
 * no block. A state machine without a clock; the time is passed in.
 *
 *     add ──▶ due ──▶ connecting ──▶ connected          after an exchange of blocks: used
 *              ▲           └───────────────┴──▶ failed
 *              └── after 5 s, 10 s, 20 s … 5 min ──┘
 *
 * Source: docs/protocol.md, section Trackers.
 */

/** The delay after a failure: the first one, and the limit of the doubling. */
export const CONNECT_RETRY_MS = { first: 5_000, max: 300_000 } as const;
const CANDIDATES_MAX = 2_000;

interface Candidate<Target> {
  readonly target: Target;
  /** The earliest time of the next attempt. */
  nextAttemptMs: number;
  /** The delay after the next failure. */
  retryMs: number;
  isConnecting: boolean;
  readonly isKept: boolean;
}

/** The peers that a peer could connect to, and when it may try each of them. */
export class ConnectionCandidates<Key, Target> {
  readonly #candidates = new Map<Key, Candidate<Target>>();

  /**
   * Adds a peer to connect to, unless it is known. One that `isKept` is never given up; where there
   * are too many, the one that has failed most often makes way.
   */
  add(key: Key, target: Target, isKept = false): void {
    if (this.#candidates.has(key)) return;
    if (this.#candidates.size >= CANDIDATES_MAX && !this.#giveUpOne() && !isKept) return;
    const times = { nextAttemptMs: 0, retryMs: CONNECT_RETRY_MS.first };
    this.#candidates.set(key, { target, isKept, ...times, isConnecting: false });
  }

  /** Whether a connection to it may be tried now, whatever the delay. */
  mayConnect(key: Key): boolean {
    const candidate = this.#candidates.get(key);
    return candidate !== undefined && !candidate.isConnecting && candidate.nextAttemptMs < Infinity;
  }

  /** The peers that may be tried now, in the order in which they were added. */
  *due(nowMs: number): Iterable<Target> {
    for (const { target, isConnecting, nextAttemptMs } of this.#candidates.values()) {
      if (!isConnecting && nowMs >= nextAttemptMs) yield target;
    }
  }

  /** When the first of those that `isWanted` may be tried; Infinity if there is none. */
  nextDueMs(isWanted: (target: Target) => boolean): number {
    let dueMs = Infinity;
    for (const { target, isConnecting, nextAttemptMs } of this.#candidates.values()) {
      if (!isConnecting && nextAttemptMs < dueMs && isWanted(target)) dueMs = nextAttemptMs;
    }
    return dueMs;
  }

  /** A connection to it is being tried. */
  connecting(key: Key): void {
    const candidate = this.#candidates.get(key);
    if (candidate !== undefined) candidate.isConnecting = true;
  }

  /** The attempt has succeeded. */
  connected(key: Key): void {
    const candidate = this.#candidates.get(key);
    if (candidate !== undefined) candidate.isConnecting = false;
  }

  /**
   * A block has been exchanged with it: the delay of the next failure is the first again. A
   * handshake is not enough: some accept connections, and close them since they have no use for us.
   */
  used(key: Key): void {
    const candidate = this.#candidates.get(key);
    if (candidate !== undefined) candidate.retryMs = CONNECT_RETRY_MS.first;
  }

  /** The attempt has failed, or the connection has closed: it may be tried again later. */
  failed(key: Key, nowMs: number): void {
    const candidate = this.#candidates.get(key);
    if (candidate === undefined) return;
    candidate.isConnecting = false;
    candidate.nextAttemptMs = Math.max(candidate.nextAttemptMs, nowMs + candidate.retryMs);
    candidate.retryMs = Math.min(CONNECT_RETRY_MS.max, 2 * candidate.retryMs);
  }

  /** It is never tried again. */
  ban(key: Key): void {
    const candidate = this.#candidates.get(key);
    if (candidate !== undefined) candidate.nextAttemptMs = Infinity;
  }

  /** Forgets the one that has failed most often; returns false if none has failed. */
  #giveUpOne(): boolean {
    let worst: readonly [Key, Candidate<Target>] | undefined;
    for (const [key, candidate] of this.#candidates) {
      if (candidate.isKept || candidate.isConnecting) continue;
      if (candidate.retryMs > (worst?.[1].retryMs ?? CONNECT_RETRY_MS.first)) {
        worst = [key, candidate];
      }
    }
    return worst !== undefined && this.#candidates.delete(worst[0]);
  }
}
