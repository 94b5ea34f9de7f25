/**
 * Decides how long we wait for the answers to our requests.
 *
 * A piece that a peer rejects or sends with a wrong hash may be requested from it again after 10 s.
 * A peer that sends no block for 30 s although blocks are requested from it is snubbing us: it is
 * treated as if it had choked us, until it sends a block or 60 more seconds have passed.
 */

/** What the timeouts read of a remote peer. */
export interface RequestedPeer {
  readonly outgoing: { readonly pieces: readonly number[] };
  readonly relayedPieces: ReadonlySet<number>;
  readonly lastBlockMs: number;
  readonly isSnubbingUs: boolean;
}

const RETRY_MS = 10_000;
/** libtorrent waits at most 60 s. */
const SNUB_AFTER_MS = 30_000;
const SNUB_END_AFTER_MS = 90_000;

/** A piece that may be requested from `remote` again. */
export interface Retry<Remote> {
  readonly remote: Remote;
  readonly piece: number;
  readonly dueMs: number;
}

/** The timeouts of our requests. Changes nothing but its own list of retries. */
export class RequestTimeouts<Remote extends RequestedPeer> {
  #retries: Retry<Remote>[] = [];

  /** Schedules a retry: `remote` has rejected `piece`, or sent it with a wrong hash. */
  scheduleRetry(remote: Remote, piece: number, nowMs: number): void {
    this.#retries.push({ remote, piece, dueMs: nowMs + RETRY_MS });
  }

  /** Removes and returns the retries that are due. */
  takeDueRetries(nowMs: number): readonly Retry<Remote>[] {
    const due = this.#retries.filter(({ dueMs }) => dueMs <= nowMs);
    this.#retries = this.#retries.filter(({ dueMs }) => dueMs > nowMs);
    return due;
  }

  /** Drops the retries of a peer whose connection has closed. */
  remove(remote: Remote): void {
    this.#retries = this.#retries.filter((retry) => retry.remote !== remote);
  }

  /**
   * Whether `remote` has exceeded the time in which it has to send a block. Pieces that a leader
   * only relays may take any time.
   */
  startsSnubbing(remote: RequestedPeer, nowMs: number): boolean {
    const { isSnubbingUs, lastBlockMs, outgoing, relayedPieces } = remote;
    if (isSnubbingUs || nowMs < lastBlockMs + SNUB_AFTER_MS) return false;
    return outgoing.pieces.some((piece) => !relayedPieces.has(piece));
  }

  /** Whether a peer that snubs us may be sent requests again. */
  stopsSnubbing({ isSnubbingUs, lastBlockMs }: RequestedPeer, nowMs: number): boolean {
    return isSnubbingUs && nowMs >= lastBlockMs + SNUB_END_AFTER_MS;
  }
}
