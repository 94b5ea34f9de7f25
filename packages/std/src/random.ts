/** Chance, as a parameter: whoever needs it is given a `Random`. */

/** A source of chance. */
export interface Random {
  /** An integer in [0, `bound`), each equally likely. `bound` is an integer from 1 to 2^32. */
  below(bound: number): number;
  /** A multiple of 2^-32 in [0, 1). */
  unit(): number;
}

/**
 * A number from the exponential distribution of mean `mean`.
 *
 * Von Neumann's method (1951): it only compares uniform numbers, where the usual one takes a
 * logarithm, whose last bit differs between machines. Draw until a number exceeds the one before
 * it. If that is the second, fourth ... of them, the first is the fraction; if it is the third,
 * fifth ..., the whole part grows by one and we draw anew:
 *
 *     0.62 0.35 0.71        the third exceeds: the whole part is now 1
 *     0.48 0.90             the second exceeds: the answer is 1.48 means
 *
 * Given that the first is x, the chance of an even number is e^-x, as it should be.
 */
export function exponential(random: Random, mean: number): number {
  for (let whole = 0; ; whole++) {
    const first = random.unit();
    let last = first;
    let even = true;
    for (;;) {
      const next = random.unit();
      if (next > last) break;
      last = next;
      even = !even;
    }
    if (even) return (whole + first) * mean;
  }
}
