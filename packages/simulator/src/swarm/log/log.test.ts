import { MESSAGE_KINDS, type MessageKind } from '@cachetorrent/protocol';
import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { simulate } from '../../simulate.ts';
import type { SwarmResult } from '../results/result.ts';
import type { Swarm } from '../plan/swarm.ts';

interface Line {
  readonly ms: number;
  readonly from: number;
  readonly to: number;
  readonly kind: MessageKind;
  readonly piece: number;
  readonly block: number;
  readonly blocks: number;
}

interface LogOptions {
  readonly workers?: number;
  readonly kinds?: readonly MessageKind[];
  readonly pause?: () => Promise<void>;
}

async function logged(swarm: Swarm, { workers = 1, kinds, pause }: LogOptions = {}) {
  const lines: Line[] = [];
  const { result } = await simulate(swarm, {
    seed: 3,
    workers,
    messageLog: {
      ...(kinds === undefined ? {} : { kinds }),
      onMessages: (messages) => {
        for (let i = 0; i < messages.count; i++) {
          lines.push({
            ms: messages.atMs(i),
            from: messages.from(i),
            to: messages.to(i),
            kind: messages.kind(i),
            piece: messages.piece(i),
            block: messages.block(i),
            blocks: messages.blocks(i),
          });
        }
        return pause?.();
      },
    },
  });
  return { lines, result };
}

/** The number of messages of each kind: a line for blocks stands for one message for each. */
function countsOf(lines: readonly Line[]): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(MESSAGE_KINDS.map((kind) => [kind, 0]));
  for (const { kind, blocks } of lines) counts[kind]! += Math.max(1, blocks);
  return counts;
}

const swarm: Swarm = { ...FORTY, leaderPercent: 30, subTorrents: 2, pieces: 9 };

describe('the log of messages', () => {
  let first: { lines: Line[]; result: SwarmResult };

  test('is in order of time, and has every message', async () => {
    first = await logged(swarm);
    const { lines, result } = first;
    expect(countsOf(lines)).toEqual(result.messages);
    for (let i = 1; i < lines.length; i++)
      expect(lines[i]!.ms).toBeGreaterThanOrEqual(lines[i - 1]!.ms);
  });

  test.each([2, 3])('is the same with %s workers', async (workers) => {
    expect((await logged(swarm, { workers })).lines).toEqual(first.lines);
  });

  test('does not change the result', async () => {
    expect((await simulate(swarm, { seed: 3, workers: 1 })).result).toEqual(first.result);
  });

  test('has the sender, the receiver, and the blocks and the piece of the file', () => {
    const { lines } = first;
    const ofBlocks = new Set<string>(['request', 'piece', 'cancel']);
    const blocksPerPiece = Math.ceil(swarm.pieceBits / 2 ** 17);
    const held = new Set<string>();
    const allOf = (piece: number) => Array.from({ length: blocksPerPiece }, (_, i) => [piece, i]);
    for (let piece = 0; piece < 9; piece++) {
      for (const [, block] of allOf(piece)) held.add(`1/${piece}/${block}`);
    }
    for (const { from, to, kind, piece, block, blocks } of lines) {
      expect(from).not.toBe(to);
      const hasPiece = kind === 'have' || kind === 'allowedFast' || ofBlocks.has(kind);
      expect(piece >= 0).toBe(hasPiece);
      expect([block >= 0, blocks > 0]).toEqual(Array(2).fill(ofBlocks.has(kind)));
      if (kind !== 'piece') continue;
      expect(block + blocks).toBeLessThanOrEqual(blocksPerPiece);
      for (const [, each] of allOf(piece)) {
        const id = `${from}/${piece}/${each}`;
        expect(held.has(id), `${from} holds all of ${piece} when it sends a block`).toBe(true);
      }
      for (let i = block; i < block + blocks; i++) held.add(`${to}/${piece}/${i}`);
    }
    expect(held.size).toBe(40 * 9 * blocksPerPiece);
  });

  test('has the first message of a new node, and the last one of the tracker', () => {
    const ofTen = first.lines.filter(
      ({ from, to }) => (from === 10 && to < 10) || (from === 0 && to === 10),
    );
    expect(ofTen[0]).toMatchObject({ from: 10, kind: 'trackerReq', piece: -1 });
    expect(ofTen.filter(({ from }) => from === 0).at(-1)).toMatchObject({ kind: 'seedRes' });
  });

  test('leaves out the kinds that are not requested', async () => {
    const { lines } = await logged(swarm, { kinds: ['piece', 'leaderStart'] });
    expect(lines).toEqual(
      first.lines.filter(({ kind }) => kind === 'piece' || kind === 'leaderStart'),
    );
  });

  test('waits for a slow reader', async () => {
    let pauses = 0;
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, pauses++ % 5));
    expect((await logged(swarm, { workers: 2, pause })).lines).toEqual(first.lines);
  });

  test('ends the run if its reader fails, with the error of the reader', async () => {
    const full = new Error('the disk is full');
    const run = simulate(swarm, {
      seed: 3,
      messageLog: { onMessages: () => Promise.reject(full) },
    });
    await expect(run).rejects.toBe(full);
  });

  test('has all messages up to the time at which a swarm stalled', async () => {
    let last = 0;
    const onMessages = (messages: { count: number; atMs(i: number): number }) => {
      last = messages.atMs(messages.count - 1);
    };
    const run = simulate(
      { ...FORTY, neighbours: 1, minPeers: 20, arrivalGapMs: 500, pieces: 5 },
      { seed: 3, messageLog: { onMessages } },
    );
    await expect(run).rejects.toThrow('the swarm stalled');
    expect(last).toBeGreaterThan(5_000);
  });

  test('of one of two runs at the same time has no message of the other', async () => {
    const [one, other] = await Promise.all([logged(swarm), logged({ ...swarm, pieces: 6 })]);
    expect(one.lines).toEqual(first.lines);
    expect(countsOf(other.lines)).toEqual(other.result.messages);
  });
});
