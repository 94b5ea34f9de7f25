/**
 * For how long the nodes of one AS lacked pieces while nothing flowed to them: their time without
 * service. Flows begin and end at allocation instants, so it is known as precisely as these are
 * frequent.
 *
 *     lacks pieces   ──────────────────────────────────┤ complete, or left
 *     flows to it    0    1   2   1    0       1   2
 *     without        ├────┤            ├───────┤
 */

export class Service {
  /** For each node, the number of flows to it. */
  readonly #flows: Uint32Array;
  /** For each node, since when it lacks pieces and nothing flows to it, in ms; else NaN. */
  readonly #sinceMs: Float64Array;
  readonly #isLeecher: Uint8Array;
  readonly #totalMs: Float64Array;
  /** The number of nodes that are without service now. */
  unservedCount = 0;

  constructor(nodeCount: number) {
    this.#flows = new Uint32Array(nodeCount);
    this.#sinceMs = new Float64Array(nodeCount).fill(NaN);
    this.#isLeecher = new Uint8Array(nodeCount);
    this.#totalMs = new Float64Array(nodeCount);
  }

  /** A node has arrived that lacks pieces. */
  begin(localNode: number, nowMs: number): void {
    this.#isLeecher[localNode] = 1;
    if (this.#flows[localNode] === 0) this.#stop(localNode, nowMs);
  }

  /** A node has completed the file, or has left. */
  end(localNode: number, nowMs: number): void {
    this.#resume(localNode, nowMs);
    this.#isLeecher[localNode] = 0;
  }

  /** A flow to a node has begun. */
  opened(localNode: number, nowMs: number): void {
    if (this.#flows[localNode]!++ === 0) this.#resume(localNode, nowMs);
  }

  /** A flow to a node has ended. */
  closed(localNode: number, nowMs: number): void {
    this.#flows[localNode]!--;
    if (this.#flows[localNode] === 0 && this.#isLeecher[localNode] === 1) {
      this.#stop(localNode, nowMs);
    }
  }

  /** For each node, how long it was without service until `nowMs`. */
  totalsMs(nowMs: number): Float64Array {
    return this.#totalMs.map((ms, localNode) => {
      const sinceMs = this.#sinceMs[localNode]!;
      return Number.isNaN(sinceMs) ? ms : ms + nowMs - sinceMs;
    });
  }

  #stop(localNode: number, nowMs: number): void {
    this.#sinceMs[localNode] = nowMs;
    this.unservedCount++;
  }

  #resume(localNode: number, nowMs: number): void {
    const sinceMs = this.#sinceMs[localNode]!;
    if (Number.isNaN(sinceMs)) return;
    this.#totalMs[localNode]! += nowMs - sinceMs;
    this.#sinceMs[localNode] = NaN;
    this.unservedCount--;
  }
}
