/** The state of a swarm, compared with a plain model after random changes. */

import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { type Frame, type Recording, SwarmState } from '../src/index.ts';
import {
  AS_COUNT,
  PEERS,
  type PlainSwarm,
  RANDOM_HEADER,
  randomRecording,
  SUB_TORRENTS,
} from './random-recording.ts';
import { open, SMALL } from './small-recording.ts';

function compare(state: SwarmState, plain: PlainSwarm): void {
  const totals = { leechers: 0, seeds: 0, leaders: 0, piecesHeld: 0 };
  for (let id = 1; id <= PEERS; id++) {
    const there = plain.present.get(id);
    expect(state.isPresent(id)).toBe(there !== undefined);
    expect(state.hasStarted(id)).toBe(there?.started === true);
    const held = there?.started === true ? plain.pieces.get(id)! : new Set<number>();
    expect(state.piecesHeldBy(id)).toBe(held.size);
    for (let piece = 0; piece < 10; piece++) expect(state.holds(id, piece)).toBe(held.has(piece));
    totals.piecesHeld += held.size;
    if (there !== undefined) totals[there.complete ? 'seeds' : 'leechers']++;
    let leads = false;
    for (let sub = 0; sub < SUB_TORRENTS; sub++) {
      const role = plain.roles.get(`${id} ${sub}`) ?? 'peer';
      expect(state.roleOf(id, sub)).toBe(role);
      leads ||= role === 'leader';
      const neighbours = [...state.neighboursOf(id, sub)];
      const expected = [...plain.connections]
        .filter(([key]) => key.startsWith(`${id} ${sub} `))
        .map(([key, { mayDownload, unchoked }]) => ({
          remote: Number(key.split(' ')[2]),
          mayDownload,
          isUnchoked: unchoked,
        }));
      expect(neighbours.sort((a, b) => a.remote - b.remote)).toEqual(
        expected.sort((a, b) => a.remote - b.remote),
      );
    }
    if (leads) totals.leaders++;
  }
  expect(state.totals).toMatchObject({ ...totals, activeConnections: plain.flows.size });
  expect([...state.copies]).toEqual(Array.from({ length: 10 }, (_, piece) => plain.copies(piece)));
  const flows = [0, 1, 2].flatMap((as) => state.flowsFrom(as));
  for (let id = 0; id <= PEERS; id++) {
    const sum = (side: 'from' | 'to') =>
      flows.filter((flow) => flow[side] === id).reduce((kbps, flow) => kbps + flow.kbps, 0);
    expect(state.uploadKbpsOf(id)).toBe(sum('from'));
    expect(state.downloadKbpsOf(id)).toBe(sum('to'));
  }
  const { as } = RANDOM_HEADER.peers;
  for (let from = 0; from < AS_COUNT; from++) {
    for (let to = 0; to < AS_COUNT; to++) {
      const kbps = flows
        .filter((flow) => as[flow.from] === from && as[flow.to] === to)
        .reduce((sum, flow) => sum + flow.kbps, 0);
      expect(state.pairKbps(from, to)).toBe(kbps);
    }
  }
}

test.each([1, 2, 3, 4])(
  'the state is that of a plain model, also after going back (seed %i)',
  async (seed) => {
    const random = seededRandom('state', seed);
    const { bytes, plains } = randomRecording(random, 40);
    const recording = await open(bytes, 4_096);
    const frames: Frame[] = [];
    for await (const each of recording.frames()) frames.push(each);
    const state = new SwarmState(recording.header);
    const snapshots = frames.map((each, i) => {
      // In steps of any length, as a player does.
      const cursor = each.cursor();
      for (let atMs = each.fromMs; atMs < each.toMs; atMs += 1 + random.below(300)) {
        cursor.advance(state, atMs);
      }
      cursor.advance(state);
      compare(state, plains[i]!);
      return state.snapshot();
    });
    for (let round = 0; round < 10; round++) {
      const start = random.below(frames.length);
      state.restore(snapshots[start]!);
      compare(state, plains[start]!);
      const end = start + random.below(frames.length - start);
      for (let i = start + 1; i <= end; i++) frames[i]!.cursor().advance(state);
      compare(state, plains[end]!);
    }
  },
);

describe('a peer waits for', () => {
  /** The state of `SMALL` at a time. */
  const stateAt = async (atMs: number): Promise<SwarmState> => {
    const recording: Recording = await open(SMALL);
    const state = new SwarmState(recording.header);
    for await (const each of recording.frames()) each.cursor().advance(state, atMs);
    return state;
  };

  test.each([
    { atMs: 0, peer: 1, waitsFor: 'absent' },
    { atMs: 1, peer: 1, waitsFor: 'nothing' },
    { atMs: 11, peer: 2, waitsFor: 'tracker' },
    { atMs: 40, peer: 3, waitsFor: 'a connection' },
    { atMs: 55, peer: 3, waitsFor: 'an unchoke' },
    { atMs: 61, peer: 3, waitsFor: 'the first block' },
    { atMs: 501, peer: 3, waitsFor: 'the next piece' },
    { atMs: 1_201, peer: 3, waitsFor: 'the next piece' },
    { atMs: 1_301, peer: 3, waitsFor: 'absent' },
  ])('$waitsFor: peer $peer at $atMs ms', async ({ atMs, peer, waitsFor }) => {
    expect((await stateAt(atMs)).waitsFor(peer)).toBe(waitsFor);
  });

  test('counters and traffic count from the end of their frame', async () => {
    expect((await stateAt(999)).totalsOf(0).insideBits).toBe(0);
    const state = await stateAt(1_000);
    expect(state.totalsOf(0)).toMatchObject({
      insideBits: 1_000,
      sentBits: 1_201,
      neededPieces: 9,
    });
    expect(state.arrivedBits(0, 0)).toBe(1_000);
    expect(state.totals.neededPieces).toBe(9);
  });
});
