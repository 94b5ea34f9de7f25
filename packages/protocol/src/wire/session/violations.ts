/**
 * Counts what a peer does wrong, fault by fault, and says how to react: as the table says, until
 * one fault has come too often within a minute.
 *
 * A count is not taken over a moving window but over minutes that start with the first fault:
 * two numbers for each fault, whatever the stranger does.
 */

import { RULES, type Fault, type Profile, type Reaction, type Rule } from './violation-rules.ts';

const MINUTE_MS = 60_000;

export class Violations {
  readonly #profile: Profile;
  readonly #tallies = new Map<Fault, { sinceMs: number; amount: number; total: number }>();

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** Another `fault`, which counts `amount` (bytes, for an unrequested piece; else 1). */
  add(fault: Fault, nowMs: number, fast: boolean, amount = 1): Reaction {
    const rule: Rule = RULES[fault];
    const usual = rule[this.#profile] ?? rule.interop;
    const reaction = rule.needsFast === true && !fast ? 'close' : usual;

    const tally = this.#tallies.get(fault) ?? { sinceMs: nowMs, amount: 0, total: 0 };
    this.#tallies.set(fault, tally);
    if (nowMs - tally.sinceMs >= MINUTE_MS) {
      tally.sinceMs = nowMs;
      tally.amount = 0;
    }
    tally.amount += amount;
    tally.total += 1;
    return rule.closeAbove !== undefined && tally.amount > rule.closeAbove ? 'close' : reaction;
  }

  /** How often `fault` has come in all. */
  count(fault: Fault): number {
    return this.#tallies.get(fault)?.total ?? 0;
  }
}
