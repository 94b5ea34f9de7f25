/** Claims that hold unless we made a mistake. A claim that fails stops the run and names itself. */

/** Throws `Error('bug: ' + claim)` unless `condition` holds. `claim` is what should be so. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`bug: ${claim}`);
}

/** For the end of a `switch` over a closed set: compiles only while every member has its case. */
export function unreachable(member: never): never {
  throw new Error(`bug: no case for ${String(member)}`);
}
