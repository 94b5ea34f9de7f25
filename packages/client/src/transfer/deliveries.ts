/**
 * The blocks that a peer has asked us for, piece by piece. Our own peer decides which piece goes
 * next on a connection, and whether any does; here are the blocks of it.
 *
 * A piece counts as sent when all its blocks have gone, or when the other side has turned to
 * another: it may ask for some blocks of a piece here and for others elsewhere.
 */

export interface Block {
  readonly begin: number;
  readonly length: number;
}

interface Delivery {
  readonly blocks: Block[];
  sentBytes: number;
}

export class Deliveries {
  readonly #byPiece = new Map<number, Delivery>();

  isWaiting(piece: number): boolean {
    return (this.#byPiece.get(piece)?.blocks.length ?? 0) > 0;
  }

  /** The first other piece of which blocks are waiting; undefined where there is none. */
  waitingBeside(piece: number): number | undefined {
    for (const [other, { blocks }] of this.#byPiece) {
      if (other !== piece && blocks.length > 0) return other;
    }
    return undefined;
  }

  add(piece: number, block: Block): void {
    const delivery = this.#byPiece.get(piece) ?? { blocks: [], sentBytes: 0 };
    this.#byPiece.set(piece, delivery);
    delivery.blocks.push(block);
  }

  cancel(piece: number, { begin, length }: Block): void {
    const blocks = this.#byPiece.get(piece)?.blocks ?? [];
    const place = blocks.findIndex((block) => block.begin === begin && block.length === length);
    if (place >= 0) blocks.splice(place, 1);
  }

  /** The next block of `piece`; undefined where none waits. */
  first(piece: number): Block | undefined {
    return this.#byPiece.get(piece)?.blocks[0];
  }

  /** It goes. */
  shift(piece: number): void {
    const delivery = this.#byPiece.get(piece);
    delivery!.sentBytes += delivery!.blocks.shift()!.length;
  }

  /** Bytes of `piece` that have gone since it was last finished. */
  sentBytes(piece: number): number {
    return this.#byPiece.get(piece)?.sentBytes ?? 0;
  }

  finish(piece: number): void {
    const delivery = this.#byPiece.get(piece);
    if (delivery === undefined) return;
    delivery.sentBytes = 0;
    if (delivery.blocks.length === 0) this.#byPiece.delete(piece);
  }

  /** The blocks of `piece` that wait, which will not be sent. */
  takeAll(piece: number): readonly Block[] {
    return this.#byPiece.get(piece)?.blocks.splice(0) ?? [];
  }

  clear(): void {
    this.#byPiece.clear();
  }
}
