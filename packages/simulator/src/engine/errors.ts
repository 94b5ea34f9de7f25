/** How a run can fail: an actor or its thread did, or somebody called it off. */

import type { ActorId } from './behaviour.ts';
import type { EngineProgress } from './threads/heartbeat.ts';

/** An actor threw `error` when it stood at `atMs`. */
export interface Failure {
  readonly actor: ActorId;
  readonly atMs: number;
  readonly error: unknown;
}

export interface ActorFailedOptions {
  /** Who failed; where a thread did while none of them was at work, all that it hosted. */
  readonly actors: readonly ActorId[];
  /** The simulated time that they had reached. */
  readonly atMs: number;
  /** What happened to them, to follow their name in a sentence. */
  readonly what: string;
  /** The error behind it, where there is one. */
  readonly cause?: unknown;
}

/** An actor threw, or its thread ended, ran out of memory, or stopped answering. */
export class ActorFailed extends Error {
  override readonly name = 'ActorFailed';
  /** Those that the worker ran. */
  readonly actors: readonly ActorId[];
  /** The simulated time at which it failed. */
  readonly atMs: number;
  /** What happened to them, without their names and the time. */
  readonly what: string;

  constructor({ actors, atMs, what, cause }: ActorFailedOptions) {
    super(`${namesOf(actors)} ${what}, at ${atMs} simulated ms`, { cause });
    this.actors = actors;
    this.atMs = atMs;
    this.what = what;
  }
}

/** The signal that was given with the run stopped it. `cause` is the signal's reason. */
export class RunAborted extends Error {
  override readonly name = 'RunAborted';
  /** How far the run was. */
  readonly progress: EngineProgress;

  constructor(progress: EngineProgress, cause: unknown) {
    const { simulatedMs, doneCount, pendingCount } = progress;
    super(`stopped at ${simulatedMs} simulated ms, ${doneCount} done, ${pendingCount} pending`, {
      cause,
    });
    this.progress = progress;
  }
}

/** The first failure: by time, then by actor, so that equal runs fail alike. */
export function firstFailure(failures: readonly Failure[]): Failure | undefined {
  return failures.toSorted((a, b) => a.atMs - b.atMs || a.actor - b.actor)[0];
}

/** What is left of an error that has to cross to another thread. */
export function portable(failure: Failure): Failure {
  try {
    return structuredClone(failure);
  } catch {
    return { ...failure, error: new Error(String(failure.error)) };
  }
}

function namesOf(actors: readonly ActorId[]): string {
  const [first, second] = actors;
  if (first === undefined) return 'a thread without actors';
  if (second === undefined) return `actor ${first}`;
  return actors.length <= 8
    ? `one of the actors ${actors.join(', ')}`
    : `one of ${actors.length} actors, the first of them actor ${first},`;
}
