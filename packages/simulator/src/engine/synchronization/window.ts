/**
 * The windows: how far each actor may run before the workers synchronize again.
 *
 * Let next(i) be the earliest time at which anything can happen at actor i: its next event, or the
 * arrival of a message on its way to i. The effects of that reach actor j no earlier than
 * next(i) + distance(i, j). So j may run up to the minimum of these over all i, itself included.
 * This is conservative synchronization (Chandy and Misra 1979) with one window per actor. Windows
 * depend only on the pending events, never on which worker runs an actor.
 */

import type { ActorId } from '../behaviour.ts';

/**
 * Sums of times are rounded, in another order than the latencies of messages are added up. Windows
 * end earlier by more than the rounding error of chains of up to 32 messages.
 */
const ROUNDING = 1 - 2 ** -48;

/** The windows of the actors of one worker. Computing one visits only the actors near it. */
export class Windows {
  /** For each of these actors, all actors by increasing distance, and these distances. */
  readonly #sources: readonly Uint16Array[];
  readonly #distancesMs: readonly Float64Array[];
  readonly #distanceMs: Float64Array;
  readonly #actorCount: number;

  constructor(actors: readonly ActorId[], distanceMs: Float64Array, actorCount: number) {
    this.#distanceMs = distanceMs;
    this.#actorCount = actorCount;
    this.#sources = actors.map((target) => nearestFirst(target, distanceMs, actorCount));
    this.#distancesMs = actors.map((target, k) =>
      Float64Array.from(this.#sources[k]!, (source) => distanceMs[source * actorCount + target]!),
    );
  }

  /**
   * Returns the end of the window of `actor`, which is at `index` among the worker's actors.
   * `nextMs` holds next(i) of every actor; `earliest` is an actor for which it is least.
   */
  endMs(index: number, actor: ActorId, nextMs: Float64Array, earliest: ActorId): number {
    const sources = this.#sources[index]!;
    const distancesMs = this.#distancesMs[index]!;
    const startMs = nextMs[earliest]!;
    let endMs = startMs + this.#distanceMs[earliest * this.#actorCount + actor]!;
    for (let k = 0; k < sources.length && startMs + distancesMs[k]! < endMs; k++) {
      endMs = Math.min(endMs, nextMs[sources[k]!]! + distancesMs[k]!);
    }
    return endMs * ROUNDING;
  }
}

function nearestFirst(target: ActorId, distanceMs: Float64Array, actorCount: number): Uint16Array {
  const column = new Float64Array(actorCount);
  for (let i = 0; i < actorCount; i++) column[i] = distanceMs[i * actorCount + target]!;
  return Uint16Array.from(column.keys()).sort((a, b) => column[a]! - column[b]! || a - b);
}
