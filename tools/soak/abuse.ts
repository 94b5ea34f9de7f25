/** What an abuse is: a round that strangers repeat, at a rate, until the soak ends. */

import type { Random } from '@cachetorrent/std';
import { setTimeout as sleep } from 'node:timers/promises';

import type { HonestPeers } from './honest.ts';
import type { Target } from './target.ts';

/** What a round knows. */
export interface AbuseContext {
  readonly target: Target;
  readonly honest: HonestPeers;
  readonly random: Random;
  /** Is aborted when the soak ends. */
  readonly signal: AbortSignal;
  /** The number of this round. */
  readonly round: number;
}

/** Something that strangers do to the tracker or the seed. */
export interface Abuse {
  readonly name: string;
  /** The most rounds per second; a round may take longer. */
  readonly perSecond: number;
  /** Does it once. Whatever it throws is what strangers are told. */
  readonly act: (context: AbuseContext) => Promise<unknown>;
}

/** The most rounds of an abuse that go on at the same time. */
const ROUNDS_AT_ONCE = 8;

/** Repeats an abuse at its rate until the signal is aborted. */
export async function repeat(
  { perSecond, act }: Abuse,
  context: Omit<AbuseContext, 'round'>,
  onRound: () => void,
): Promise<void> {
  const { signal } = context;
  const running = new Set<Promise<void>>();
  for (let round = 0; !signal.aborted; round++) {
    const done = act({ ...context, round })
      .catch(() => {})
      .then(() => {
        running.delete(done);
        onRound();
      });
    running.add(done);
    if (running.size >= ROUNDS_AT_ONCE) await Promise.race(running);
    await sleep(1_000 / perSecond, undefined, { signal }).catch(() => {});
  }
  await Promise.all(running);
}

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}
