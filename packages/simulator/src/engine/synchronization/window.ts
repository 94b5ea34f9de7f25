/**
 * How far each actor may run before it next hears of the others.
 *
 * Let next(i) be the earliest time at which anything can happen at actor i: its next event, or the
 * arrival of a message on its way to it. Whatever happens because of that reaches actor j no
 * earlier than next(i) + distance(i, j). So j may run up to the least of these over all i, itself
 * included: this is conservative synchronization (Chandy and Misra 1979), with a window of its own
 * for each actor. All of it depends on what the actors are about to do, never on where they run.
 */

import type { ActorId } from '../behaviour.ts';

/**
 * Sums of times are rounded, and not in the order in which messages add up their latencies. A
 * window ends early by more than that can come to, for chains of up to 32 messages.
 */
const ROUNDING = 1 - 2 ** -48;

/** The windows of some actors. The work for one is to look at those that are near it. */
export class Windows {
  /** For each of the actors, all others and itself from the nearest on, and their distances. */
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
   * The end of the window of the actor at `place` among ours, whose number is `actor`. `nextMs`
   * has next(i) for every actor; `first` is one for which it is least.
   */
  endMs(place: number, actor: ActorId, nextMs: Float64Array, first: ActorId): number {
    const sources = this.#sources[place]!;
    const distancesMs = this.#distancesMs[place]!;
    const startMs = nextMs[first]!;
    let endMs = startMs + this.#distanceMs[first * this.#actorCount + actor]!;
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
