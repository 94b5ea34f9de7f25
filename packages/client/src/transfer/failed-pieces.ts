/**
 * Finds out who is to blame when a piece to which several peers contributed fails its hash: the
 * digests of its blocks are kept until the piece has passed, and whose blocks differ then has sent
 * wrong bytes. libtorrent's `smart_ban` does the same.
 */

import { hash } from 'node:crypto';

import type { PartialPiece } from './partial-piece.ts';

interface SentBlock<Source> {
  readonly source: Source;
  readonly block: number;
  readonly digest: string;
}

/** The blocks of pieces that have failed their hash. */
export class FailedPieces<Source> {
  readonly #byPiece = new Map<number, SentBlock<Source>[]>();

  /** Records the blocks of a piece that has failed its hash. */
  record(partial: PartialPiece<Source>): void {
    const sent = this.#byPiece.get(partial.piece) ?? [];
    this.#byPiece.set(partial.piece, sent);
    for (const block of partial.blocks) {
      const digest = digestOf(partial.bytesOf(block));
      sent.push({ source: partial.sourceOf(block)!, block, digest });
    }
  }

  /** Returns who has sent wrong blocks of a piece that has passed now, and forgets the piece. */
  takeGuilty(partial: PartialPiece<Source>): ReadonlySet<Source> {
    const sent = this.#byPiece.get(partial.piece) ?? [];
    this.#byPiece.delete(partial.piece);
    const wrong = sent.filter(({ block, digest }) => digest !== digestOf(partial.bytesOf(block)));
    return new Set(wrong.map(({ source }) => source));
  }
}

function digestOf(bytes: Uint8Array): string {
  return hash('sha1', bytes, 'base64');
}
