/** What we use of jstat, which comes without types. */

declare module 'jstat' {
  const jStat: {
    readonly studentt: {
      /** The quantile of Student's t distribution at `p`, with `dof` degrees of freedom. */
      inv(p: number, dof: number): number;
    };
  };
  export default jStat;
}
