/** How long a message travels between two nodes, whatever the network is made of. */

export interface Latencies {
  readonly asCount: number;
  /** From one node to another, in whole ms, at least 1. */
  latencyMs(nodeA: number, nodeB: number): number;
  /**
   * The least latency from a node of one AS to a node of the other, in ms. Within one AS it
   * is a bound from below, and Infinity where only one node is.
   */
  leastBetween(asA: number, asB: number): number;
}
