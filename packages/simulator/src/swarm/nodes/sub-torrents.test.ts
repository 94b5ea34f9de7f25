import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { simulate } from '../../simulate.ts';
import { subTorrentRange } from './sub-torrents.ts';

/** Each part as `first+count`. */
const partsOf = (pieces: number, parts: number): string =>
  Array.from({ length: parts }, (_, part) => subTorrentRange({ ...FORTY, pieces, subTorrents: parts }, part))
    .map(({ firstPiece, pieces: count }) => `${firstPiece}+${count}`).join(' ');

test.each([
  { rule: 'is one part where it is not split', pieces: 7, subTorrents: 1, is: '0+7' },
  { rule: 'is split into consecutive pieces', pieces: 6, subTorrents: 3, is: '0+2 2+2 4+2' },
  { rule: 'gives the last part what remains', pieces: 11, subTorrents: 3, is: '0+3 3+3 6+5' },
  { rule: 'may be split into single pieces', pieces: 3, subTorrents: 3, is: '0+1 1+1 2+1' },
])('a file $rule', ({ pieces, subTorrents, is }) => {
  expect(partsOf(pieces, subTorrents)).toBe(is);
});

describe('with sub-torrents', () => {
  const swarm = { ...FORTY, leaderPercent: 20, subTorrents: 3, pieces: 11 };
  const partOf = (piece: number): number => Math.min(2, Math.floor(piece / 3));

  /** What was said of each kind, as `from-to`, with the piece. */
  async function said(kinds: readonly ('connReq' | 'piece' | 'leaders')[]) {
    const lines: { from: number; to: number; piece: number; atMs: number }[] = [];
    const { result } = await simulate(swarm, {
      seed: 1,
      workers: 1,
      messageLog: {
        kinds,
        onMessages: (messages) => {
          for (let i = 0; i < messages.count; i++) {
            lines.push({ from: messages.from(i), to: messages.to(i), piece: messages.piece(i), atMs: messages.atMs(i) });
          }
        },
      },
    });
    return { lines, result };
  }

  test('a peer connects to the same neighbours in each', async () => {
    const { lines } = await said(['connReq']);
    const times = new Map<string, number>();
    for (const { from, to } of lines) times.set(`${from}-${to}`, (times.get(`${from}-${to}`) ?? 0) + 1);
    // Neighbours have each other in all three parts; a leader and whom it reaches, perhaps in one.
    expect(Math.max(...times.values())).toBe(3);
    const asked = [...times.values()].filter((count) => count === 3).length;
    expect(asked).toBeGreaterThanOrEqual(40 * FORTY.neighbours);
  });

  test('each part has leaders of its own, and only they download from other AS', async () => {
    const { lines, result } = await said(['piece']);
    const { as, id } = result.peers;
    const systemOf = (peer: number): number => as[id.indexOf(peer)]!;
    const importers = [0, 1, 2].map((part) => new Set(
      lines.filter(({ from, to, piece }) => partOf(piece) === part && systemOf(from) !== systemOf(to)).map(({ to }) => to),
    ));
    for (const importer of importers) expect(importer.size).toBeGreaterThan(0);
    const inMany = [...importers[0]!].filter((peer) => importers[1]!.has(peer) || importers[2]!.has(peer));
    expect(inMany).toEqual([]);
  });

  test('a peer is complete when it has the last piece of all parts', async () => {
    const { lines, result } = await said(['piece']);
    const { id, completedAtMs } = result.peers;
    for (const [row, peer] of id.entries()) {
      if (peer === 1) continue;
      const mine = lines.filter(({ to }) => to === peer);
      expect(new Set(mine.map(({ piece }) => piece)).size).toBe(11);
      // A piece is logged when its last bit leaves; it arrives a little later.
      const lastMs = Math.max(...mine.map(({ atMs }) => atMs));
      expect(completedAtMs[row]).toBeGreaterThan(lastMs);
      expect(completedAtMs[row]).toBeLessThan(lastMs + 1_000);
    }
  });

  test('all parts share one capacity', async () => {
    // A seed and one leecher: 60 pieces of 250 ms each, in whatever parts they come.
    const pair = { ...swarm, leaderPercent: 100, neighbours: 1, minPeers: 2, pieces: 60, classes: [{ name: 'peer', count: 2, uploadKbps: 1_000, downloadKbps: 9_000 }] };
    const { result } = await simulate(pair, { seed: 1, workers: 1 });
    expect(result.durationMs).toBeGreaterThan(60 * 250);
    expect(result.durationMs).toBeLessThan(1.5 * 60 * 250);
  });
});
