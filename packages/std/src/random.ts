/** Randomness as a parameter: code that needs random numbers is given a `Random`. */

/** A source of random numbers. */
export interface Random {
  /** A uniform integer in [0, `bound`). `bound` is an integer from 1 to 2^32. */
  below(bound: number): number;
  /** A uniform multiple of 2^-32 in [0, 1). */
  unit(): number;
}

/**
 * A number from the exponential distribution with mean `mean`.
 *
 * It uses von Neumann's method (1951), which only compares uniform numbers. The usual method takes
 * a logarithm, whose last bit differs between machines. Uniform numbers are drawn until one exceeds
 * the number before it. If this is the second, fourth … number, the fraction of the result is the
 * first number. If it is the third, fifth …, the integer part of the result grows by one, and the
 * drawing starts again:
 *
 *     0.62 0.35 0.71        the third exceeds the second: the integer part is now 1
 *     0.48 0.90             the second exceeds the first: the result is 1.48 means
 *
 * Given that the first number is x, the probability of an even count is e^-x, as required.
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
