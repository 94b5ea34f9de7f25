/** The wire's decoder and session by themselves: what a message of a stranger costs to read. */

import {
  encodeHandshake,
  FrameDecoder,
  FrameEncoder,
  WIRE_LIMITS,
  type WireMessages,
  WireSession,
} from '@cachetorrent/protocol/wire';

import { type Micro, sized } from '../micro/micro.ts';

const HAVES = 100_000;
const BLOCKS = 200;
const BLOCK_BYTES = 2 ** 14;
/** What a socket reads at once. */
const CHUNK_BYTES = 2 ** 16;

export const DECODING: readonly Micro[] = [
  decoded(`a have, decoded, ${sized(HAVES)} in a row`, HAVES, (to, n) => to.have(n)),
  decoded(`a block of 16 KiB, decoded, ${BLOCKS} in a row`, BLOCKS, (to, n) =>
    to.piece(n, 0, new Uint8Array(BLOCK_BYTES)),
  ),
  heardHaves(),
];

function decoded(what: string, count: number, write: (to: FrameEncoder, n: number) => void): Micro {
  return {
    name: `wire: ${what}`,
    make: () => {
      const chunks = written(count, write);
      const decoder = new FrameDecoder({ limits: WIRE_LIMITS, unknown: 'refuse' });
      const { hearer, heard } = listener();
      const run = (): void => {
        heard.count = 0;
        for (const chunk of chunks) {
          decoder.push(chunk);
          while (decoder.next(hearer));
        }
        if (heard.count !== count) throw new Error('a message was lost');
      };
      return { operations: count, run };
    },
  };
}

/** All the way: decoded, held against the rules, remembered, and told as an event. */
function heardHaves(): Micro {
  return {
    name: `wire: a have, heard by a session, ${sized(HAVES)} in a row`,
    make: () => {
      const chunks = written(HAVES, (to, n) => to.have(n));
      const run = (): void => {
        const session = metSession();
        let heard = 0;
        for (const chunk of chunks) {
          session.receive(chunk, 0);
          while (session.pollEvent() !== undefined) heard++;
        }
        if (heard !== HAVES) throw new Error('a have was lost');
      };
      return { operations: HAVES, run };
    },
  };
}

function metSession(): WireSession {
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

/** So many messages, in chunks as a socket hands them over. */
function written(count: number, write: (to: FrameEncoder, n: number) => void): Uint8Array[] {
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

function listener(): { readonly hearer: WireMessages; readonly heard: { count: number } } {
  const heard = { count: 0 };
  const count = (): void => {
    heard.count++;
  };
  const hearer = { have: count, piece: count } as unknown as WireMessages;
  return { hearer, heard };
}
