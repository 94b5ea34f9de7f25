/**
 * Pieces that are not requested from a remote peer for some time: it has rejected a request, or
 * sent a piece with a wrong hash, or it has to be found out whether another peer sends a right one.
 */

const RETRY_MS = 10_000;

/** A piece that may be requested from `remote` again. */
export interface Retry<Remote> {
  readonly remote: Remote;
  readonly piece: number;
  readonly dueMs: number;
  /** The only peer from whom the piece is requested until then, if there is one. */
  readonly tried: Remote | undefined;
}

/** When which piece may be requested from whom again. */
export class Retries<Remote> {
  #retries: Retry<Remote>[] = [];

  /** Schedules a retry in 10 s. */
  schedule(remote: Remote, piece: number, nowMs: number, tried?: Remote): void {
    this.#retries.push({ remote, piece, dueMs: nowMs + RETRY_MS, tried });
  }

  /** Removes and returns the retries that are due. */
  takeDue(nowMs: number): readonly Retry<Remote>[] {
    return this.#take(({ dueMs }) => dueMs <= nowMs);
  }

  /** Removes and returns the retries for a piece. */
  takeFor(piece: number): readonly Retry<Remote>[] {
    return this.#take((retry) => retry.piece === piece);
  }

  /** Removes and returns the retries for pieces that `tried` was to send alone, as it does not. */
  takeTried(tried: Remote): readonly Retry<Remote>[] {
    return this.#take((retry) => retry.tried === tried);
  }

  /** Drops the retries of a peer whose connection has closed. */
  remove(remote: Remote): void {
    this.#take((retry) => retry.remote === remote);
  }

  #take(isTaken: (retry: Retry<Remote>) => boolean): readonly Retry<Remote>[] {
    const taken = this.#retries.filter(isTaken);
    if (taken.length > 0) this.#retries = this.#retries.filter((retry) => !isTaken(retry));
    return taken;
  }
}
