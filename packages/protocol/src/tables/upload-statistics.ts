/** For each connection, how it has been served: what strategies of seeds go by. */

import { type ConnectionLayout, type ConnectionColumn, grown } from './connection-columns.ts';
import { RateMeter } from './rate-meter.ts';

export class UploadStatistics implements ConnectionColumn {
  /** When it was last choked or unchoked, in ms; and the pieces sent to it since. */
  chokeChangedAtMs: Float64Array = new Float64Array(0);
  piecesServed: Uint16Array = new Uint16Array(0);
  readonly #layout: ConnectionLayout;
  #sent: RateMeter | undefined;

  constructor(blocks: ConnectionLayout) {
    this.#layout = blocks;
    blocks.addColumn(this);
  }

  /** What each connection has been sent lately: kept only where somebody asks for it. */
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

  /** A connection has been choked or unchoked, or has just begun. */
  chokeChanged(at: number, nowMs: number): void {
    this.chokeChangedAtMs[at] = nowMs;
    this.piecesServed[at] = 0;
  }
}
