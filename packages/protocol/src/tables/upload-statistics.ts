/** How each connection has been served recently; the chokers of seeds use these values. */

import { type ConnectionLayout, type ConnectionColumn, grown } from './connection-columns.ts';
import { RateMeter } from './rate-meter.ts';

export class UploadStatistics implements ConnectionColumn {
  /** The time of the last choke or unchoke, in ms. */
  chokeChangedAtMs: Float64Array = new Float64Array(0);
  /** The number of pieces sent since then. */
  piecesServed: Uint16Array = new Uint16Array(0);
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
    this.chokeChangedAtMs = grown(this.chokeChangedAtMs, new Float64Array(connections));
    this.piecesServed = grown(this.piecesServed, new Uint16Array(connections));
  }

  move(from: number, to: number, count: number): void {
    this.chokeChangedAtMs.copyWithin(to, from, from + count);
    this.piecesServed.copyWithin(to, from, from + count);
  }

  /** Records that the connection at position `at` was opened, choked or unchoked. */
  chokeChanged(at: number, nowMs: number): void {
    this.chokeChangedAtMs[at] = nowMs;
    this.piecesServed[at] = 0;
  }
}
