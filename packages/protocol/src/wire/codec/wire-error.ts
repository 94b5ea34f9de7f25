/**
 * What the codec throws at bytes from a stranger that make no sense: always this error, never
 * another. `fault` names the rule that was broken (`rules.ts`); the text says what was found.
 */

import type { Fault } from '../session/violation-rules.ts';

/** Bytes from a stranger that make no sense: the only error that the codec throws at them. */
export class WireError extends Error {
  override readonly name = 'WireError';
  /** The rule that was broken. */
  readonly fault: Fault;

  constructor(fault: Fault, detail: string) {
    super(`${fault}: ${detail}`);
    this.fault = fault;
  }
}
