/** How each connection has been served recently; the chokers of seeds use these values. */

import { grown } from '@cachetorrent/std';

import { type ConnectionColumn, type ConnectionLayout, moveValues } from './connection-columns.ts';
import { RateMeter } from './rate-meter.ts';

export class UploadStatistics implements ConnectionColumn {
  /** The time of the last choke or unchoke, in ms. */
  chokeChangedAtMs: Float64Array = new Float64Array(0);
  /** The number of blocks sent since then. */
  blocksServed: Uint32Array = new Uint32Array(0);
  readonly #layout: ConnectionLayout;
  #sent: RateMeter | undefined;

  constructor(layout: ConnectionLayout) {
    this.#layout = layout;
    layout.addColumn(this);
  }

  /** The pieces sent recently on each connection. Created on first use. */
  get sent(): RateMeter {
    return (this.#sent ??= new RateMeter(this.#layout));
  }

  grow(connections: number): void {
    this.chokeChangedAtMs = grown(this.chokeChangedAtMs, connections);
    this.blocksServed = grown(this.blocksServed, connections);
  }

  move(from: number, to: number, count: number): void {
    moveValues(this.chokeChangedAtMs, from, to, count);
    moveValues(this.blocksServed, from, to, count);
  }

  clear(from: number, count: number): void {
    this.chokeChangedAtMs.fill(0, from, from + count);
    this.blocksServed.fill(0, from, from + count);
  }

  /** Records that the connection at position `at` was opened, choked or unchoked. */
  chokeChanged(at: number, nowMs: number): void {
    this.chokeChangedAtMs[at] = nowMs;
    this.blocksServed[at] = 0;
  }
}
