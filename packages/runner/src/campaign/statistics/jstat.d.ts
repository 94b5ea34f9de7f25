/** Types of the functions of jstat that are used here; the package has no types. */

declare module 'jstat' {
  interface JStat {
    /** Returns the confidence interval of `mean`, with confidence 1 - alpha. */
    tci(mean: number, alpha: number, values: readonly number[]): [low: number, high: number];
    /** Returns the p-value of the t-test of the hypothesis that the true mean is `value`. */
    ttest(value: number, values: readonly number[], sides: 1 | 2): number;
    readonly studentt: {
      /** Returns the quantile of Student's t distribution. */
      inv(probability: number, degreesOfFreedom: number): number;
    };
  }
  const jStat: JStat;
  export default jStat;
}
