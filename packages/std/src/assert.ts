/** Assertions: conditions that hold unless the program has a bug. */

/**
 * Throws unless `condition` holds.
 *
 * @param claim What should hold, as a statement: 'a bound is from 1 to 2^32'.
 * @throws {Error} The message is `bug: ` and the claim.
 */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`bug: ${claim}`);
}

/**
 * Marks the end of a `switch` over a closed set: it compiles only if every member has a case.
 *
 * @throws {Error} Always; the message names the member.
 */
export function unreachable(member: never): never {
  throw new Error(`bug: no case for ${String(member)}`);
}
