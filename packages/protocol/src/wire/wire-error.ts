/**
 * What the codec throws at bytes from a stranger that make no sense: always this error, never
 * another. `fault` names the rule that was broken (`rules.ts`); the text says what was found.
 */

import type { Fault } from './rules.ts';

export class WireError extends Error {
  override readonly name = 'WireError';
  readonly fault: Fault;

  constructor(fault: Fault, detail: string) {
    super(`${fault}: ${detail}`);
    this.fault = fault;
  }
}
