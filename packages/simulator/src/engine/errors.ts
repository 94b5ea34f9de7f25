/** How a run can fail: an actor threw, or its thread ended. */

import type { ActorId } from './behaviour.ts';

/** An actor threw `error` at the simulated time `atMs`. */
export interface Failure {
  readonly actor: ActorId;
  readonly atMs: number;
  readonly error: unknown;
}

export interface ActorFailedOptions {
  /** The actor that failed; if a thread ended while no actor was active, all that it hosted. */
  readonly actors: readonly ActorId[];
  /** The simulated time that the actors had reached, in ms. */
  readonly atMs: number;
  /** What happened, as the predicate of a sentence whose subject is the actors. */
  readonly what: string;
  /** The underlying error, if any. */
  readonly cause?: unknown;
}

/** An actor threw, or its thread ended, ran out of memory, or stopped answering. */
export class ActorFailed extends Error {
  override readonly name = 'ActorFailed';
  /** The actor that failed; if that is unknown, all actors of its worker. */
  readonly actors: readonly ActorId[];
  /** The simulated time of the failure, in ms. */
  readonly atMs: number;
  /** What happened, without the actors and the time. */
  readonly what: string;

  constructor({ actors, atMs, what, cause }: ActorFailedOptions) {
    super(`${describeActors(actors)} ${what}, at ${atMs} simulated ms`, { cause });
    this.actors = actors;
    this.atMs = atMs;
    this.what = what;
  }
}

/** Returns the first failure, by time and then by actor, so that equal runs fail alike. */
export function firstFailure(failures: readonly Failure[]): Failure | undefined {
  return failures.toSorted((a, b) => a.atMs - b.atMs || a.actor - b.actor)[0];
}

/** Returns the failure in a form that can be cloned to another thread. */
export function toCloneable(failure: Failure): Failure {
  try {
    return structuredClone(failure);
  } catch {
    return { ...failure, error: new Error(String(failure.error)) };
  }
}

function describeActors(actors: readonly ActorId[]): string {
  const [first, second] = actors;
  if (first === undefined) return 'a thread without actors';
  if (second === undefined) return `actor ${first}`;
  return actors.length <= 8
    ? `one of the actors ${actors.join(', ')}`
    : `one of ${actors.length} actors (the first is actor ${first})`;
}
