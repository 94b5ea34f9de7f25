/** A peer that downloads single pieces from a client, as any client would, and checks them. */

import type { Socket } from 'node:net';
import { bytesOfPiece, type PieceLayout } from '@cachetorrent/protocol/wire';

import { MESSAGE, RawPeer, type RawPeerOptions } from './raw-peer.ts';

const BLOCK_BYTES = 2 ** 14;

/** The piece that is being downloaded. */
interface PendingPiece {
  readonly index: number;
  readonly bytes: Buffer;
  readonly missing: Set<number>;
  readonly done: (outcome: PieceOutcome) => void;
}

/** What has become of a piece: `closed` if the connection ended before it was complete. */
export type PieceOutcome = 'right' | 'wrong' | 'closed';

/** A peer that downloads single pieces. */
export class PieceDownload {
  readonly #layout: PieceLayout;
  readonly #content: Uint8Array;
  readonly #peer: RawPeer;
  #isUnchoked = false;
  #pending: PendingPiece | undefined;

  /** Speaks over a socket to a client that has `content`. */
  constructor(socket: Socket, options: RawPeerOptions, layout: PieceLayout, content: Uint8Array) {
    this.#layout = layout;
    this.#content = content;
    const onMessage = (id: number, payload: Buffer): void => this.#receive(id, payload);
    this.#peer = new RawPeer(socket, { ...options, onMessage });
    this.#peer.send((to) => to.interested());
    void this.#peer.closed.then(() => this.#pending?.done('closed'));
  }

  /** Downloads a piece, and compares it with the content. */
  async piece(index: number): Promise<PieceOutcome> {
    if (this.#peer.isClosed) return 'closed';
    const bytes = Buffer.alloc(bytesOfPiece(this.#layout, index));
    const missing = new Set<number>();
    for (let begin = 0; begin < bytes.length; begin += BLOCK_BYTES) missing.add(begin);
    const outcome = await new Promise<PieceOutcome>((done) => {
      this.#pending = { index, bytes, missing, done };
      if (this.#isUnchoked) this.#request(this.#pending);
    });
    this.#pending = undefined;
    return outcome;
  }

  close(): void {
    this.#peer.close();
  }

  #receive(id: number, payload: Buffer): void {
    const pending = this.#pending;
    if (id === MESSAGE.choke) this.#isUnchoked = false;
    if (id === MESSAGE.unchoke) {
      this.#isUnchoked = true;
      if (pending !== undefined) this.#request(pending);
    }
    if (id !== MESSAGE.piece || payload.readUInt32BE() !== pending?.index) return;
    const begin = payload.readUInt32BE(4);
    payload.copy(pending.bytes, begin, 8);
    pending.missing.delete(begin);
    if (pending.missing.size > 0) return;
    const at = pending.index * this.#layout.pieceBytes;
    const isRight = pending.bytes.equals(this.#content.subarray(at, at + pending.bytes.length));
    pending.done(isRight ? 'right' : 'wrong');
  }

  /** Requests what is missing; a choke has withdrawn earlier requests. */
  #request({ index, bytes, missing }: PendingPiece): void {
    this.#peer.send((to) => {
      for (const begin of missing) {
        to.request(index, begin, Math.min(BLOCK_BYTES, bytes.length - begin));
      }
    });
  }
}
