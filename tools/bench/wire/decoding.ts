/** The decoder and the session of the wire by themselves: the cost of reading a message. */

import {
  encodeHandshake,
  FrameDecoder,
  FrameEncoder,
  WIRE_LIMITS,
  type WireMessages,
  WireSession,
} from '@cachetorrent/protocol/wire';

import { countingReceiver, type Microbenchmark, sized } from '../micro/micro.ts';

const HAVES = 100_000;
const BLOCKS = 200;
const BLOCK_BYTES = 2 ** 14;
/** The size of the chunks that a socket delivers. */
const CHUNK_BYTES = 2 ** 16;

export const DECODING: readonly Microbenchmark[] = [
  decoded(`a have, decoded, ${sized(HAVES)} in a row`, HAVES, (to, n) => to.have(n)),
  decoded(`a block of 16 KiB, decoded, ${BLOCKS} in a row`, BLOCKS, (to, n) =>
    to.piece(n, 0, new Uint8Array(BLOCK_BYTES)),
  ),
  receivedHaves(),
];

function decoded(
  what: string,
  count: number,
  write: (to: FrameEncoder, n: number) => void,
): Microbenchmark {
  return {
    name: `wire: ${what}`,
    make: () => {
      const chunks = encodedChunks(count, write);
      const decoder = new FrameDecoder({ limits: WIRE_LIMITS, unknown: 'refuse' });
      const { receiver, calls } = countingReceiver<WireMessages>(['have', 'piece']);
      const run = (): void => {
        calls.count = 0;
        for (const chunk of chunks) {
          decoder.push(chunk);
          while (decoder.next(receiver));
        }
        if (calls.count !== count) throw new Error('a message was lost');
      };
      return { operations: count, run };
    },
  };
}

/** The whole way: decoded, checked, recorded, and returned as an event. */
function receivedHaves(): Microbenchmark {
  return {
    name: `wire: a have, received by a session, ${sized(HAVES)} in a row`,
    make: () => {
      const chunks = encodedChunks(HAVES, (to, n) => to.have(n));
      const run = (): void => {
        const session = openSession();
        let received = 0;
        for (const chunk of chunks) {
          session.receive(chunk, 0);
          while (session.pollEvent() !== undefined) received++;
        }
        if (received !== HAVES) throw new Error('a have was lost');
      };
      return { operations: HAVES, run };
    },
  };
}

/** Returns a session after its handshake. */
function openSession(): WireSession {
  const infoHash = new Uint8Array(20);
  const layout = { totalBytes: HAVES * BLOCK_BYTES, pieceBytes: BLOCK_BYTES, pieceCount: HAVES };
  const session = new WireSession({
    role: 'responder',
    torrentOf: () => ({ infoHash, layout }),
    peerId: new Uint8Array(20).fill(1),
    nowMs: 0,
  });
  const features = { fast: true, extensions: true, dht: false, version2: false };
  session.receive(encodeHandshake({ features, infoHash, peerId: new Uint8Array(20).fill(2) }), 0);
  while (session.pollEvent() !== undefined);
  return session;
}

/** Returns `count` encoded messages, in chunks as a socket delivers them. */
function encodedChunks(count: number, write: (to: FrameEncoder, n: number) => void): Uint8Array[] {
  const encoder = new FrameEncoder();
  for (let n = 0; n < count; n++) write(encoder, n);
  const parts: Uint8Array[] = [];
  for (let part = encoder.take(); part !== undefined; part = encoder.take()) parts.push(part);
  const bytes = new Uint8Array(Buffer.concat(parts));
  const chunks = Math.ceil(bytes.length / CHUNK_BYTES);
  return Array.from({ length: chunks }, (_, i) =>
    bytes.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES),
  );
}
