/**
 * The messages of a BitTorrent connection after the handshake: one method for each message.
 *
 * `FrameDecoder` decodes bytes and calls a handler; `FrameEncoder` is a handler that encodes the
 * messages. So a message costs a call and not an object. Piece indices, offsets and lengths are
 * unsigned 32-bit integers as received; the session checks whether they are valid for the torrent.
 *
 * Sources: BEP 3 (0–9), BEP 6 (13–17), BEP 10 (20), BEP 52 (21–23).
 */

/** A handler with one method for each message; the comments are from the sender's point of view. */
export interface WireMessages {
  /** I am still connected (a frame of length 0). */
  keepAlive(): void;
  /** I will not answer your requests until I unchoke you (BEP 3). */
  choke(): void;
  /** You may send me requests (BEP 3). */
  unchoke(): void;
  /** You have a piece that I lack (BEP 3). */
  interested(): void;
  /** You have no piece that I lack (BEP 3). */
  notInterested(): void;
  /** I now hold this piece (BEP 3). */
  have(piece: number): void;
  /** The pieces that I hold: piece 0 is the highest bit of the first byte (BEP 3). */
  bitfield(bits: Uint8Array): void;
  /** Send me `length` bytes of `piece`, from byte `begin` on (BEP 3). */
  request(piece: number, begin: number, length: number): void;
  /** The bytes of `piece` from byte `begin` on (BEP 3). */
  piece(piece: number, begin: number, block: Uint8Array): void;
  /** I withdraw this request (BEP 3). */
  cancel(piece: number, begin: number, length: number): void;
  /** My port for the distributed hash table (BEP 5). */
  port(port: number): void;

  /** I suggest that you request this piece from me (BEP 6). */
  suggest(piece: number): void;
  /** In place of a bitfield: I hold every piece (BEP 6). */
  haveAll(): void;
  /** In place of a bitfield: I hold no piece (BEP 6). */
  haveNone(): void;
  /** I will not answer this request (BEP 6). */
  reject(piece: number, begin: number, length: number): void;
  /** You may request this piece even while I choke you (BEP 6). */
  allowedFast(piece: number): void;

  /** Extension protocol: `id` is 0 for its handshake, else assigned by the receiver (BEP 10). */
  extended(id: number, payload: Uint8Array): void;

  /** Send me hashes: pieces root, base layer, index, length, proof layers; 48 bytes (BEP 52). */
  hashRequest(payload: Uint8Array): void;
  /** The requested hashes, not decoded (BEP 52). */
  hashes(payload: Uint8Array): void;
  /** I will not send these hashes; the payload is that of the request (BEP 52). */
  hashReject(payload: Uint8Array): void;

  /** A frame with an unassigned id; its payload is skipped. */
  unknown(id: number, payloadBytes: number): void;
}

/** The id of each message on the wire. */
export const WIRE_MESSAGE_ID = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  port: 9,
  suggest: 13,
  haveAll: 14,
  haveNone: 15,
  reject: 16,
  allowedFast: 17,
  extended: 20,
  hashRequest: 21,
  hashes: 22,
  hashReject: 23,
} as const;

/** The bytes of a frame before its payload: a length of four bytes and an id. */
export const FRAME_HEADER_BYTES = 5;
