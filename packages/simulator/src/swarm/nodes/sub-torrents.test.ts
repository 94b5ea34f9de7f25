import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { simulate } from '../../simulate.ts';
import { subTorrentRange } from './sub-torrents.ts';

/** Each sub-torrent as `first+count`. */
const rangesOf = (pieces: number, subTorrents: number): string =>
  Array.from({ length: subTorrents }, (_, subTorrent) =>
    subTorrentRange({ ...FORTY, pieces, subTorrents }, subTorrent),
  )
    .map(({ firstPiece, pieces: count }) => `${firstPiece}+${count}`)
    .join(' ');

test.each([
  { rule: 'is one sub-torrent if it is not split', pieces: 7, subTorrents: 1, ranges: '0+7' },
  { rule: 'is split into consecutive pieces', pieces: 6, subTorrents: 3, ranges: '0+2 2+2 4+2' },
  {
    rule: 'leaves the remainder to the last sub-torrent',
    pieces: 11,
    subTorrents: 3,
    ranges: '0+3 3+3 6+5',
  },
  { rule: 'may be split into single pieces', pieces: 3, subTorrents: 3, ranges: '0+1 1+1 2+1' },
])('a file $rule', ({ pieces, subTorrents, ranges }) => {
  expect(rangesOf(pieces, subTorrents)).toBe(ranges);
});

describe('with sub-torrents', () => {
  const swarm = { ...FORTY, leaderPercent: 20, subTorrents: 3, pieces: 11 };
  const subTorrentOf = (piece: number): number => Math.min(2, Math.floor(piece / 3));

  /** The messages of these kinds. */
  async function messagesOf(kinds: readonly ('connReq' | 'piece' | 'leaders')[]) {
    const lines: { from: number; to: number; piece: number; block: number; atMs: number }[] = [];
    const { result } = await simulate(swarm, {
      seed: 1,
      workers: 1,
      messageLog: {
        kinds,
        onMessages: (messages) => {
          for (let i = 0; i < messages.count; i++) {
            const [from, to, piece] = [messages.from(i), messages.to(i), messages.piece(i)];
            const line = { from, to, piece, atMs: messages.atMs(i) };
            // One line for each block of a span.
            for (let n = 0; n < Math.max(1, messages.blocks(i)); n++) {
              lines.push({ ...line, block: messages.block(i) + n });
            }
          }
        },
      },
    });
    return { lines, result };
  }

  test('a peer connects to the same neighbours in each', async () => {
    const { lines } = await messagesOf(['connReq']);
    const counts = new Map<string, number>();
    for (const { from, to } of lines)
      counts.set(`${from}-${to}`, (counts.get(`${from}-${to}`) ?? 0) + 1);
    // Neighbours connect in all three sub-torrents; a leader connects for a follower perhaps in one.
    expect(Math.max(...counts.values())).toBe(3);
    const inAll = [...counts.values()].filter((count) => count === 3).length;
    expect(inAll).toBeGreaterThanOrEqual(40 * FORTY.neighbours);
  });

  test('each sub-torrent has its own leaders, and only they download from other AS', async () => {
    const { lines, result } = await messagesOf(['piece']);
    const { as, id } = result.peers;
    const asOf = (peer: number): number => as[id.indexOf(peer)]!;
    const importers = [0, 1, 2].map(
      (subTorrent) =>
        new Set(
          lines
            .filter(
              ({ from, to, piece }) =>
                subTorrentOf(piece) === subTorrent && asOf(from) !== asOf(to),
            )
            .map(({ to }) => to),
        ),
    );
    for (const importer of importers) expect(importer.size).toBeGreaterThan(0);
    const inSeveral = [...importers[0]!].filter(
      (peer) => importers[1]!.has(peer) || importers[2]!.has(peer),
    );
    expect(inSeveral).toEqual([]);
  });

  test('a peer is complete when it has the last piece of all sub-torrents', async () => {
    const { lines, result } = await messagesOf(['piece']);
    const { id, completedAtMs } = result.peers;
    for (const [row, peer] of id.entries()) {
      if (peer === 1) continue;
      // When each block was sent first; endgame may send it again.
      const sentMs = new Map<string, number>();
      for (const { to, piece, block, atMs } of lines) {
        const id = `${piece}/${block}`;
        if (to === peer && !sentMs.has(id)) sentMs.set(id, atMs);
      }
      expect(sentMs.size).toBe(11 * Math.ceil(swarm.pieceBits / 2 ** 17));
      // A block is logged when its last bit is sent; it arrives a little later.
      const lastMs = Math.max(...sentMs.values());
      expect(completedAtMs[row]).toBeGreaterThan(lastMs);
      expect(completedAtMs[row]).toBeLessThan(lastMs + 1_000);
    }
  });

  test('all sub-torrents share one capacity', async () => {
    // A seed and one leecher: 60 pieces of 250 ms each, in any order of the sub-torrents.
    const pair = {
      ...swarm,
      leaderPercent: 100,
      neighbours: 1,
      minPeers: 2,
      pieces: 60,
      classes: [{ name: 'peer', count: 2, uploadKbps: 1_000, downloadKbps: 9_000 }],
    };
    const { result } = await simulate(pair, { seed: 1, workers: 1 });
    expect(result.durationMs).toBeGreaterThan(60 * 250);
    expect(result.durationMs).toBeLessThan(1.5 * 60 * 250);
  });
});
