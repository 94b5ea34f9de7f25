/**
 * Where the actors of one worker post: the outbox whose turn it is, and beside it on the board
 * when the message can first arrive.
 */

import { assert } from '@cachetorrent/std';

import type { Post } from '../actor.ts';
import type { ActorId } from '../behaviour.ts';
import type { SharedState } from '../synchronization/shared-state.ts';
import { Outbox, type Sender } from './outbox.ts';

export interface OutboxesOptions {
  readonly worker: number;
  readonly actorCount: number;
  /** The lookahead from i to j is at i · n + j. */
  readonly lookaheadMs: Float64Array;
  readonly board: SharedState;
  /** This worker's two outboxes. */
  readonly memory: readonly [SharedArrayBuffer, SharedArrayBuffer];
}

export class Outboxes implements Post {
  readonly #lookaheadMs: Float64Array;
  readonly #actorCount: number;
  readonly #outboxes: readonly [Outbox, Outbox];
  readonly #arrivals: readonly [Float64Array, Float64Array];
  #outbox: Outbox;
  #arrivalMs: Float64Array;
  #isMeeting = false;

  constructor(options: OutboxesOptions) {
    const { board, worker, memory, actorCount } = options;
    this.#lookaheadMs = options.lookaheadMs;
    this.#actorCount = actorCount;
    this.#outboxes = [new Outbox(memory[0], actorCount), new Outbox(memory[1], actorCount)];
    this.#arrivals = [board.arrivalsFrom(0, worker), board.arrivalsFrom(1, worker)];
    this.#outbox = this.#outboxes[0];
    this.#arrivalMs = this.#arrivals[0];
  }

  /** Empties the outbox of one side, and posts to it from now on. */
  open(side: number, isMeeting: boolean): void {
    this.#outbox = this.#outboxes[side]!;
    this.#arrivalMs = this.#arrivals[side]!;
    this.#isMeeting = isMeeting;
    this.#outbox.clear();
    this.#arrivalMs.fill(Infinity);
  }

  get view(): DataView {
    return this.#outbox.view;
  }

  /** In a meeting all stand at the same instant, and messages take no time. */
  begin(target: ActorId, sender: Sender, bytesMax: number): number {
    assert(target < this.#actorCount, 'a message is for an actor');
    const way = sender.id * this.#actorCount + target;
    const lookaheadMs = this.#isMeeting ? 0 : this.#lookaheadMs[way]!;
    assert(lookaheadMs < Infinity, 'a message goes where the lookahead says one can go');
    const atMs = sender.nowMs + lookaheadMs;
    if (atMs < this.#arrivalMs[target]!) this.#arrivalMs[target] = atMs;
    return this.#outbox.begin(target, sender, bytesMax);
  }

  end(byteLength: number): void {
    this.#outbox.end(byteLength);
  }

  /** Forgets what an actor that failed left open. */
  cancel(): void {
    this.#outbox.cancel();
  }
}
