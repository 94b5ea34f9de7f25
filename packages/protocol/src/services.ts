/** For each connection, how it has been served: what strategies of seeds go by. */

import { type Blocks, type Column, grown } from './columns.ts';
import { RateMeter } from './rate-meter.ts';

export class Services implements Column {
  /** When it was last choked or unchoked, in ms; and the pieces sent to it since. */
  turnedAtMs: Float64Array = new Float64Array(0);
  served: Uint16Array = new Uint16Array(0);
  readonly #blocks: Blocks;
  #sent: RateMeter | undefined;

  constructor(blocks: Blocks) {
    this.#blocks = blocks;
    blocks.add(this);
  }

  /** What each connection has been sent lately: kept only where somebody asks for it. */
  get sent(): RateMeter {
    return (this.#sent ??= new RateMeter(this.#blocks));
  }

  grow(connections: number): void {
    this.turnedAtMs = grown(this.turnedAtMs, new Float64Array(connections));
    this.served = grown(this.served, new Uint16Array(connections));
  }

  move(from: number, to: number, count: number): void {
    this.turnedAtMs.copyWithin(to, from, from + count);
    this.served.copyWithin(to, from, from + count);
  }

  /** A connection has been choked or unchoked, or has just begun. */
  turn(at: number, nowMs: number): void {
    this.turnedAtMs[at] = nowMs;
    this.served[at] = 0;
  }
}
