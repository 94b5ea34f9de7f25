/**
 * The program of the page: a tracker introduces two peers, each of which has half of the pieces.
 * They exchange the other halves over a message channel, as bytes of the wire.
 */

import type { PeerId, AsId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { Tracker, uniformSelection } from '@cachetorrent/tracker';

import { type Port, WirePeer } from './wire-peer.ts';

const PIECE_BYTES = 2 ** 15;
const PIECES = 40;
/** The last one is short. */
const TOTAL_BYTES = PIECE_BYTES * PIECES - 12_345;
const FIRST = 1 as PeerId;
const SECOND = 2 as PeerId;

/** The outcome of the exchange, as plain data. */
export interface ExchangeOutcome {
  readonly introductions: readonly string[];
  /** For each peer, whether its file is complete and correct. */
  readonly isWhole: readonly boolean[];
  readonly transferredBytes: number;
  /** Why connections ended early; empty if none did. */
  readonly ends: readonly string[];
}

export async function exchange(): Promise<ExchangeOutcome> {
  const introductions = introductionsByTracker();
  const file = Uint8Array.from({ length: TOTAL_BYTES }, (_, i) => (i * 31) ^ (i >> 7));
  const pieces = Array.from({ length: PIECES }, (_, piece) =>
    file.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES),
  );
  const hashes = await Promise.all(pieces.map(hashOf));
  const shape = { totalBytes: TOTAL_BYTES, pieceBytes: PIECE_BYTES, pieceCount: PIECES };
  const peers = [FIRST, SECOND].map(
    (id) =>
      new WirePeer({
        id,
        torrent: { infoHash: new Uint8Array(20).fill(7), layout: shape },
        pieces: new Map([...pieces.entries()].filter(([piece]) => piece % 2 === id - 1)),
        random: seededRandom('page', id),
        isPiece: async (piece, bytes) => (await hashOf(bytes)) === hashes[piece],
      }),
  );
  // Node's types of message ports have other methods than those of browsers.
  const { port1, port2 } = new MessageChannel() as unknown as Record<'port1' | 'port2', Port>;
  peers[0]!.open(port1, SECOND, true);
  peers[1]!.open(port2, FIRST, false);
  await Promise.all(peers.map(({ isDone }) => isDone));
  port1.close();
  const whole = await hashOf(file);
  const results = peers.map((peer) =>
    hashOf(Uint8Array.from(pieces.flatMap((_, piece) => [...peer.pieces.get(piece)!]))),
  );
  return {
    introductions,
    isWhole: (await Promise.all(results)).map((hash) => hash === whole),
    transferredBytes: peers.reduce((sum, peer) => sum + peer.transferredBytes, 0),
    ends: peers.flatMap(({ ends }) => ends),
  };
}

/** Returns the neighbours that the tracker names. */
function introductionsByTracker(): string[] {
  const introductions: string[] = [];
  const tracker = new Tracker(
    {
      neighbours: (to, ids) => introductions.push(`${to} knows ${[...ids].join()}`),
      seedRes: () => {},
      leaders: () => {},
    },
    {
      minPeers: 2,
      seeds: 0,
      pieceCount: PIECES,
      subTorrents: 1,
      selection: uniformSelection(5),
      random: seededRandom('tracker'),
    },
  );
  for (const id of [FIRST, SECOND]) tracker.join(id, 0 as AsId, 0);
  return introductions;
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes));
  return [...new Uint8Array(hash)].join();
}
