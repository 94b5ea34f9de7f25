/**
 * Everything that two BitTorrent clients can say to each other on a connection, after the
 * handshake: one method each, from the hearer's side.
 *
 * `FrameDecoder` reads bytes out to a hearer; `FrameEncoder` is a hearer that writes bytes. So a
 * message costs a call and not an object. Piece numbers, begins and lengths are unsigned 32-bit
 * integers as they came; whether they make sense for a torrent is for the session to say.
 *
 * Sources: BEP 3 (0–9), BEP 6 (13–17), BEP 10 (20), BEP 52 (21–23).
 */

export interface WireMessages {
  /** Nothing to say, and still here (a frame of length 0). */
  keepAlive(): void;
  /** I will not answer your requests until I unchoke you. */
  choke(): void;
  /** You may send me requests (BEP 3). */
  unchoke(): void;
  /** You have a piece that I lack (BEP 3). */
  interested(): void;
  /** You have no piece that I lack (BEP 3). */
  notInterested(): void;
  /** I now hold this piece. */
  have(piece: number): void;
  /** What I hold: a bit per piece, piece 0 the highest bit of the first byte. */
  bitfield(bits: Uint8Array): void;
  /** Send me `length` bytes of `piece`, from byte `begin` of it. */
  request(piece: number, begin: number, length: number): void;
  /** Here they are. */
  piece(piece: number, begin: number, block: Uint8Array): void;
  /** I no longer need them. */
  cancel(piece: number, begin: number, length: number): void;
  /** My port for the distributed hash table. */
  port(port: number): void;

  /** Fast extension: you would do well to ask me for this one. */
  suggest(piece: number): void;
  /** Fast extension, in place of a bitfield: I hold everything. */
  haveAll(): void;
  /** Fast extension, in place of a bitfield: I hold nothing. */
  haveNone(): void;
  /** Fast extension: I will not answer this request. */
  reject(piece: number, begin: number, length: number): void;
  /** Fast extension: you may ask for this piece even while I choke you. */
  allowedFast(piece: number): void;

  /** Extension protocol: `id` is 0 for its handshake, else a number that the hearer gave out. */
  extended(id: number, payload: Uint8Array): void;

  /** BEP 52: the payload of 48 bytes (pieces root, base layer, index, length, proof layers). */
  hashRequest(payload: Uint8Array): void;
  /** Hashes that were asked for (BEP 52), undecoded. */
  hashes(payload: Uint8Array): void;
  /** Hashes will not come (BEP 52); the request, undecoded. */
  hashReject(payload: Uint8Array): void;

  /** A frame with an id that no one has assigned, skipped. */
  unknown(id: number, payloadBytes: number): void;
}

/** The number that stands for each message on the wire. */
export const ID = {
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

/** The bytes of a frame before its payload: a length of four bytes, and an id. */
export const FRAME_HEADER_BYTES = 5;
