/**
 * Election by capacity and stability: upload capacity times the time that a peer is likely to stay,
 * which is what it can still give.
 *
 * Sessions of peers have heavy tails: the longer a peer has been there, the longer it stays
 * (Stutzbach and Rejaie 2006, section 4). By Pareto's distribution the expected rest of a session
 * is proportional to its age. Super-peers are chosen by capacity and uptime together elsewhere, too
 * (Sacha et al. 2006, *Discovery of stable peers in a self-organising peer-to-peer gradient
 * topology*, whose utility of a peer is made of both).
 *
 *     age       0 … 1 … 2 … 4 … 8 … 16 min …     it counts in steps, so that the order of two
 *     factor      1   2   4   8   16             candidates changes seldom, and is cheap to keep
 */

import type { ElectionPolicy } from '../policy.ts';

/** The age of the first step. */
const FIRST_MS = 60_000;
/** More than a day makes no difference, so that capacity counts among those who always stay. */
const STEPS_MAX = 11;

export const STABILITY: ElectionPolicy = {
  weight: ({ uploadKbps }, _, ageMs) => uploadKbps * factorAt(ageMs),
  nextChangeMs: (ageMs) => {
    const nextMs = FIRST_MS * factorAt(ageMs);
    return nextMs < FIRST_MS * 2 ** STEPS_MAX ? nextMs : Infinity;
  },
  margin: 2,
  draws: false,
};

/** 1 in the first minute, then twice as much whenever the age has doubled. */
function factorAt(ageMs: number): number {
  let factor = 1;
  while (factor < 2 ** STEPS_MAX && ageMs >= FIRST_MS * factor) factor *= 2;
  return factor;
}
