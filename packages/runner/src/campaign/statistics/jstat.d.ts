/** The part of jstat that is used here; it brings no types of its own. */

declare module 'jstat' {
  interface JStat {
    /** The interval around `mean` that holds the true one with probability 1 - alpha. */
    tci(mean: number, alpha: number, values: readonly number[]): [low: number, high: number];
    /** The probability of values as far from `value`, on either side, if that is the true mean. */
    ttest(value: number, values: readonly number[], sides: 1 | 2): number;
    readonly studentt: {
      /** The quantile of Student's t. */
      inv(probability: number, degreesOfFreedom: number): number;
    };
  }
  const jStat: JStat;
  export default jStat;
}
