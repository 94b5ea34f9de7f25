/**
 * Counts the violations of a peer and returns the reaction to each: that of the table, until one
 * violation has occurred too often within a minute.
 *
 * The minute is not a moving window: it starts with the first violation and is restarted by the
 * first one after its end. So a few numbers per violation suffice for any input.
 */

import {
  VIOLATION_RULES,
  type Violation,
  type ViolationReaction,
  type ViolationRule,
  type WireProfile,
} from '../codec/violation-rules.ts';

const MINUTE_MS = 60_000;

export class ViolationCounter {
  readonly #profile: WireProfile;
  readonly #tallies = new Map<Violation, { sinceMs: number; amount: number; total: number }>();

  constructor(profile: WireProfile) {
    this.#profile = profile;
  }

  /**
   * Counts a violation and returns the reaction to it. `fast`: both sides have the fast extension.
   * `amount` counts towards `closeAbove`: bytes for an unrequested piece, else 1.
   */
  record(violation: Violation, nowMs: number, fast: boolean, amount = 1): ViolationReaction {
    const rule: ViolationRule = VIOLATION_RULES[violation];
    const usual = rule[this.#profile] ?? rule.interop;
    const reaction = rule.needsFast === true && !fast ? 'close' : usual;

    const tally = this.#tallies.get(violation) ?? { sinceMs: nowMs, amount: 0, total: 0 };
    this.#tallies.set(violation, tally);
    if (nowMs - tally.sinceMs >= MINUTE_MS) {
      tally.sinceMs = nowMs;
      tally.amount = 0;
    }
    tally.amount += amount;
    tally.total += 1;
    return rule.closeAbove !== undefined && tally.amount > rule.closeAbove ? 'close' : reaction;
  }

  /** Returns how often `violation` has occurred in all. */
  count(violation: Violation): number {
    return this.#tallies.get(violation)?.total ?? 0;
  }
}
