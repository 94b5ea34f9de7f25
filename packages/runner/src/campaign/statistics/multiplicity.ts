/**
 * Adjusts p-values for the number of comparisons by the method of Holm (1979, "A simple
 * sequentially rejective multiple test procedure"). Of many comparisons without a true difference,
 * one in twenty has a p-value below 0.05. If a difference is claimed only where the adjusted
 * p-value is below 0.05, the probability that one or more of all claims are wrong is at most 5 %,
 * whatever the dependence between the comparisons.
 *
 *     p-values, sorted   0.01   0.02   0.04
 *     tests that remain     3      2      1
 *     product            0.03   0.04   0.04
 *     adjusted           0.03   0.04   0.04    the largest product so far, at most 1
 */

/** Returns the adjusted p-values, in the order of `pValues`. */
export function adjustedPValues(pValues: readonly number[]): readonly number[] {
  const byPValue = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]! || a - b);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  byPValue.forEach((index, rank) => {
    largest = Math.max(largest, pValues[index]! * (pValues.length - rank));
    adjusted[index] = Math.min(1, largest);
  });
  return adjusted;
}
