import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { RecordingError, Replay, SwarmState } from '../src/index.ts';
import { AS_COUNT, PEERS, RANDOM_HEADER, randomRecording } from './random-recording.ts';
import { frame, open, PARTS, SMALL } from './small-recording.ts';

const FRAMES = 60;
const { frameMs } = RANDOM_HEADER;
const UNTIL_MS = FRAMES * frameMs;

/** The state at a time, from the start. */
async function stateAt(bytes: Uint8Array, atMs: number): Promise<SwarmState> {
  const recording = await open(bytes, 4_096);
  const state = new SwarmState(recording.header);
  for await (const each of recording.frames()) {
    if (each.fromMs >= atMs) break;
    each.cursor().advance(state, atMs);
  }
  return state;
}

/** All that can be seen of a state. */
function seen(state: SwarmState) {
  const peers = Array.from({ length: PEERS + 1 }, (_, id) => [
    state.waitsFor(id),
    state.uploadKbpsOf(id),
    state.downloadKbpsOf(id),
    state.receives(id),
  ]);
  const pairs: number[] = [];
  for (let from = 0; from < AS_COUNT; from++) {
    for (let to = 0; to < AS_COUNT; to++) pairs.push(state.pairKbps(from, to));
  }
  return { snapshot: state.snapshot(), peers, pairs, totals: state.totals };
}

describe.each([
  { memory: 'much', snapshotBytes: 2 ** 28 },
  { memory: 'little', snapshotBytes: 40_000 },
  { memory: 'no', snapshotBytes: 0 },
])('with $memory memory for snapshots', ({ snapshotBytes }) => {
  test.each([1, 2, 3])(
    'the state at any time is that of going there from the start (seed %i)',
    async (seed) => {
      const random = seededRandom('replay', seed);
      const { bytes } = randomRecording(random, FRAMES);
      const replay = new Replay('a.ctr', { snapshotBytes });
      await replay.push(bytes);
      expect(replay.untilMs).toBe(UNTIL_MS);
      expect(replay.snapshotBytes).toBeLessThanOrEqual(snapshotBytes);
      expect(replay.snapshotBytes > 0).toBe(snapshotBytes > 0);
      let atMs = 0;
      for (let round = 0; round < 60; round++) {
        // Small steps forward and backward, and jumps; ends of frames more often than by chance.
        const step = random.below(4_000) - 1_000;
        atMs = random.below(3) > 0 ? atMs + step : random.below(UNTIL_MS);
        if (random.below(4) === 0) atMs = Math.round(atMs / frameMs) * frameMs;
        atMs = Math.max(0, Math.min(atMs, UNTIL_MS));
        const state = await replay.seek(atMs);
        expect(seen(state), `${atMs} ms`).toEqual(seen(await stateAt(bytes, atMs)));
      }
    },
  );

  test.each([4, 5])('it grows while one seeks (seed %i)', async (seed) => {
    const random = seededRandom('replay', seed);
    const { bytes } = randomRecording(random, FRAMES);
    const replay = new Replay('a.ctr', { snapshotBytes });
    const looks: Promise<unknown>[] = [];
    let at = 0;
    while (at < bytes.length) {
      const piece = bytes.subarray(at, at + 1 + random.below(900));
      at += piece.length;
      const pushed = replay.push(piece);
      if (replay.header !== undefined) {
        const untilMs = replay.untilMs;
        const atMs = random.below(untilMs + 1);
        // A state is seen before the next seek changes it, whatever is read meanwhile.
        looks.push(
          replay.seek(atMs).then(async (state) => {
            const now = seen(state);
            expect(now, `${atMs} ms of ${untilMs}`).toEqual(seen(await stateAt(bytes, atMs)));
          }),
        );
      }
      await pushed;
      expect(replay.snapshotBytes).toBeLessThanOrEqual(snapshotBytes);
    }
    expect(looks.length).toBeGreaterThan(10);
    await Promise.all(looks);
    expect(replay.end).toBeDefined();
  });
});

test('snapshots are evenly spaced over the whole recording, and as many as fit', async () => {
  const { bytes } = randomRecording(seededRandom('replay', 6), 400);
  const all = new Replay('a.ctr');
  await all.push(bytes);
  const snapshotBytes = all.snapshotBytes / 10;
  const replay = new Replay('a.ctr', { snapshotBytes });
  await replay.push(bytes);
  expect(replay.snapshotBytes).toBeLessThanOrEqual(snapshotBytes);
  expect(replay.snapshotBytes).toBeGreaterThan(snapshotBytes / 3);
});

test('a time is within what has been read', async () => {
  const replay = new Replay('a.ctr');
  await replay.push(SMALL);
  expect(replay.untilMs).toBe(2_501);
  expect(replay.wholeBytes).toBe(SMALL.length);
  expect(replay.end?.resultHash).toBe('abc');
  expect((await replay.seek(1e9)).snapshot()).toEqual((await stateAt(SMALL, 1e9)).snapshot());
  expect((await replay.seek(-5)).totals.arrivals).toBe(0);
});

test('a visitor sees each change once, before it is applied', async () => {
  const seenChanges: unknown[] = [];
  const replay = new Replay('a.ctr', {
    visitor: (state) => ({
      arrived: ({ atMs }, peer) => seenChanges.push([atMs, peer, state.isPresent(peer)]),
      stored: (_, peer, piece) => seenChanges.push([peer, piece, state.holds(peer, piece)]),
      frameRead: (fromMs, toMs) => seenChanges.push([fromMs, toMs, state.totals.arrivals]),
    }),
  });
  for (const byte of SMALL) await replay.push(Uint8Array.of(byte));
  for (const atMs of [2_000, 100, 2_400]) await replay.seek(atMs);
  expect(seenChanges).toEqual([
    [0, 1, false],
    [20, 3, false],
    [3, 3, false],
    [10, 2, false],
    [0, 1_000, 3],
    [1_000, 2_000, 3],
    [2_000, 2_501, 3],
  ]);
});

describe('what came before damage can be seen', () => {
  const rejection = async (replay: Replay, bytes: Uint8Array): Promise<unknown> => {
    try {
      await replay.push(bytes);
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const before = Buffer.concat(PARTS.slice(0, 2));
  const broken = Buffer.from(PARTS[2]!);
  broken[broken.length - 1]! ^= 1;

  test.each([
    { what: 'a changed byte', bytes: broken, message: 'is damaged: its checksum is wrong' },
    {
      what: 'changes that do not fit',
      bytes: frame(1, [{ as: 0, bytes: Uint8Array.of(8 + 3, 40) }]),
      message: 'is damaged: this part ',
    },
  ])('$what', async ({ bytes, message }) => {
    const replay = new Replay('a.ctr');
    const error = await rejection(replay, Buffer.concat([before, bytes]));
    expect(error).toBeInstanceOf(RecordingError);
    expect(String(error)).toContain(`a.ctr, byte ${before.length}: ${message}`);
    expect(replay.untilMs).toBe(1_000);
    for (const atMs of [1_000, 0, 600]) {
      const state = await replay.seek(atMs);
      expect(state.snapshot()).toEqual((await stateAt(before, atMs)).snapshot());
    }
  });

  test('a state that takes too much memory is an error, and the header is known', async () => {
    const replay = new Replay('a.ctr', { stateBytes: 100 });
    expect(await rejection(replay, SMALL)).toBeInstanceOf(RangeError);
    expect(replay.header?.pieces).toBe(10);
  });
});
