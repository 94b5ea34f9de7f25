/** What the number in a field of a swarm may be, and how a check refuses one. */

import type { SwarmError } from '../../errors.ts';

/** Returns the name that the user knows for a field of `Swarm`, such as `classes[1].uploadKbps`. */
export type NameOf = (field: string) => string;

/** Throws a `SwarmError` about a field: what is wrong, and how to fix it. */
export type Refuse = (field: SwarmError['field'], problem: string, fix: string) => never;

export interface NumberRule {
  readonly field: string;
  readonly value: number;
  readonly least: number;
  readonly most?: number;
  /** Whether it may have a fraction (default: false). */
  readonly fraction?: boolean;
  /** Why it cannot be less. */
  readonly reason: string;
}

export const PEERS_MAX: number = 2 ** 24;
/** The most connections of a peer: messages and tables have 16 bits for their number. */
export const CONNECTIONS_MAX: number = 2 ** 16 - 1;
/** The largest range of integers that a double represents exactly. */
export const EXACT_MAX: number = 2 ** 53;
export const DAY_MS: number = 24 * 3600 * 1000;
/** The longest run: ten years. */
export const TIME_MAX_MS: number = 3_650 * DAY_MS;

export function checkNumber(rule: NumberRule, refuse: Refuse): void {
  const { field, value, least, most = PEERS_MAX, fraction = false, reason } = rule;
  const range = `a ${fraction ? '' : 'whole '}number from ${least} to ${most}`;
  if (typeof value !== 'number' || Number.isNaN(value))
    refuse(field, `is ${value}, but must be a number`, `set it to ${range}`);
  if (value < least) refuse(field, `is ${value}, but ${reason}`, `set it to ${range}`);
  if (value > most) refuse(field, `is ${value}, which is too large`, `set it to ${range}`);
  if (!fraction && !Number.isInteger(value)) {
    refuse(field, `is ${value}, which is not whole`, `set it to ${range}`);
  }
}

/** A time in ms, as messages show it. */
export function secondsOf(ms: number): string {
  return `${ms / 1000} s`;
}
