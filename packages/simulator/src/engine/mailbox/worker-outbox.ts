/**
 * The outbox of one worker, double-buffered: its actors write to one buffer while all workers read
 * the other. Beside each message, the time at which it can first arrive goes to the shared state.
 */

import { assert } from '@cachetorrent/std';

import type { MessageOutbox } from '../actor.ts';
import type { ActorId } from '../behaviour.ts';
import type { SharedState } from '../synchronization/shared-state.ts';
import { Outbox, type MessageSource } from './outbox.ts';

export interface WorkerOutboxOptions {
  readonly worker: number;
  readonly actorCount: number;
  /** The lookahead from i to j is at i · n + j. */
  readonly lookaheadMs: Float64Array;
  readonly sharedState: SharedState;
  /** The memory of this worker's two buffers. */
  readonly buffers: readonly [SharedArrayBuffer, SharedArrayBuffer];
}

export class WorkerOutbox implements MessageOutbox {
  readonly #lookaheadMs: Float64Array;
  readonly #actorCount: number;
  readonly #buffers: readonly [Outbox, Outbox];
  readonly #arrivals: readonly [Float64Array, Float64Array];
  #current: Outbox;
  #arrivalMs: Float64Array;
  #isSync = false;

  constructor(options: WorkerOutboxOptions) {
    const { sharedState, worker, buffers, actorCount } = options;
    this.#lookaheadMs = options.lookaheadMs;
    this.#actorCount = actorCount;
    this.#buffers = [new Outbox(buffers[0], actorCount), new Outbox(buffers[1], actorCount)];
    this.#arrivals = [sharedState.arrivalsFrom(0, worker), sharedState.arrivalsFrom(1, worker)];
    this.#current = this.#buffers[0];
    this.#arrivalMs = this.#arrivals[0];
  }

  /** Clears one buffer, 0 or 1, and directs all later messages to it. */
  open(buffer: number, isSync: boolean): void {
    this.#current = this.#buffers[buffer]!;
    this.#arrivalMs = this.#arrivals[buffer]!;
    this.#isSync = isSync;
    this.#current.clear();
    this.#arrivalMs.fill(Infinity);
  }

  get view(): DataView {
    return this.#current.view;
  }

  /** During a synchronization all actors are at the same instant, and messages take no time. */
  begin(target: ActorId, sender: MessageSource, bytesMax: number): number {
    assert(target < this.#actorCount, 'the target of a message is an actor');
    const pair = sender.id * this.#actorCount + target;
    const lookaheadMs = this.#isSync ? 0 : this.#lookaheadMs[pair]!;
    assert(lookaheadMs < Infinity, 'a message is sent only where the lookahead is finite');
    const atMs = sender.nowMs + lookaheadMs;
    if (atMs < this.#arrivalMs[target]!) this.#arrivalMs[target] = atMs;
    return this.#current.begin(target, sender, bytesMax);
  }

  end(byteLength: number): void {
    this.#current.end(byteLength);
  }

  /** Drops a message that a failed actor has begun and not ended. */
  cancel(): void {
    this.#current.cancel();
  }
}
