/** A small recording of two AS, made without a simulation, and parts of any content. */

import { deflateRawSync } from 'node:zlib';

import {
  type Chunk,
  ChunkEncoder,
  joinChunks,
  partBytes,
  type PartKind,
  preamble,
  Recording,
  type RecordingEnd,
  type RecordingHeader,
} from '../src/index.ts';

/** The tracker and peers 1 to 5: peers 2 and 4 in AS 1, the others in AS 0. */
export const HEADER: RecordingHeader = {
  program: 'test',
  seed: 7,
  frameMs: 1_000,
  configuration: { peers: 5 },
  isOpen: true,
  pieces: 10,
  pieceBits: 1_000,
  lastPieceBits: 500,
  blocksPerPiece: 2,
  subTorrents: 1,
  allocationIntervalMs: 500,
  measuredFromMs: 0,
  as: { name: ['a', 'b'], parent: [-1, 0], landmarks: [0, 1], latencyMs: [0, 10, 12, 0] },
  classes: ['seed', 'home'],
  peers: {
    as: [0, 0, 1, 0, 1, 0],
    class: [0, 0, 1, 1, 1, 1],
    uploadKbps: [0, 4_000, 500, 500, 500, 500],
    downloadKbps: [0, 4_000, 4_000, 4_000, 4_000, 4_000],
    arrivesAtMs: [0, 0, 10, 20, 30, 40],
  },
  caches: [],
  faults: [{ atMs: 900, event: 'crash of leaders' }],
};

export const END: RecordingEnd = {
  endMs: 2_500,
  resultHash: 'abc',
  redundancy: 1,
  durationMs: 2_000,
  completed: 1,
  p50Ms: 100,
  p90Ms: null,
};

/** A part with any content. */
export function part(
  kind: PartKind,
  content: Uint8Array | object | string,
  number = 0,
): Uint8Array {
  const bytes =
    content instanceof Uint8Array
      ? content
      : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const deflated = deflateRawSync(bytes);
  const stored = deflated.length < bytes.length ? deflated : bytes;
  return partBytes({ kind, number, stored, inflatedBytes: bytes.length });
}

/** A frame with these chunks. */
export function frame(number: number, chunks: readonly Chunk[], toMs?: number): Uint8Array {
  const { frameMs } = HEADER;
  return part('frame', joinChunks(toMs ?? (number + 1) * frameMs, chunks), number);
}

/** The chunk of an AS, for the frame that begins at `fromMs`. */
export function chunk(as: number, fromMs: number, write: (encoder: ChunkEncoder) => void): Chunk {
  const encoder = new ChunkEncoder();
  encoder.begin(fromMs);
  write(encoder);
  return { as, bytes: encoder.take() };
}

const rates = (encoder: ChunkEncoder, atMs: number, flow: number, delta: number): void =>
  encoder.rates(atMs, Int32Array.of(flow), Int32Array.of(delta), 1);

/** The header, three frames and the end. */
export const PARTS: readonly Uint8Array[] = [
  Buffer.concat([preamble(), part('header', HEADER)]),
  frame(0, [
    chunk(0, 0, (encoder) => {
      encoder.arrived(0, 1, 0, true);
      encoder.role(5, 1, 'leader', []);
      encoder.started(5, 1, 'all');
      encoder.arrived(20, 2, 0, false);
      encoder.role(30, 2, 'follower', [1]);
      encoder.started(30, 2, 'none');
      encoder.connected(50, 2, 1, true);
      encoder.connected(50, 1, 3, false);
      encoder.unchoked(60, 1, 3, true);
      encoder.flowOpened(500, 0, 1, 3);
      rates(encoder, 500, 0, 300);
      encoder.stored(700, 2, 3, 1);
      encoder.fault(900, 0, 0, 1);
      encoder.counters(Float64Array.of(0, 1_000, 0, 1_200.5, 0, 0, 0, 9, 1).map(Math.round));
      encoder.traffic([0], Float64Array.of(1_000, 0));
    }),
    chunk(1, 0, (encoder) => {
      encoder.arrived(10, 0, 0, false);
    }),
  ]),
  frame(1, [
    chunk(0, 1_000, (encoder) => {
      rates(encoder, 1_000, 0, -20);
      encoder.disconnected(1_200, 2, 1);
      encoder.left(1_300, 2, 'aborted');
      encoder.flowClosed(1_500, 0);
    }),
  ]),
  frame(2, [chunk(1, 2_000, (encoder) => encoder.left(2_400, 0, 'crashed'))], 2_501),
  part('end', END),
];

export const SMALL: Uint8Array = Buffer.concat(PARTS);

/** Opens a recording whose bytes come in pieces. */
export function open(bytes: Uint8Array, pieceBytes = 100): Promise<Recording> {
  const source = async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield bytes.slice(at, at + pieceBytes);
    }
  };
  return Recording.open(source, 'a.ctr');
}
