import { gzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { END, frame, PARTS, SMALL } from '../../../recording/test/small-recording.ts';
import type { Growth, Opening, RunEnd } from '../scene.ts';
import { RecordingRun, type RunLimits } from './recording-run.ts';
import type { Bytes } from './run-worker.ts';

/** Reads a recording, and keeps what the page would be told. */
async function read(recording: Uint8Array | Bytes, limits: RunLimits = {}) {
  const run = new RecordingRun(limits);
  const openings: Opening[] = [];
  const growths: Growth[] = [];
  const errors: string[] = [];
  const bytes =
    recording instanceof Uint8Array ? { bytes: Uint8Array.from(recording).buffer } : recording;
  await run.read('a.ctr', bytes, {
    onOpening: (opening) => void openings.push(opening),
    onGrowth: (growth) => void growths.push(growth),
    onError: (message) => void errors.push(message),
  });
  const points = growths.flatMap((growth) => growth.points);
  const events = growths.flatMap((growth) => growth.events);
  return { run, openings, growths, errors, points, events, last: growths.at(-1) };
}

const COMPLETE: RunEnd = { kind: 'complete', endMs: END.endMs, resultHash: END.resultHash };
const dataAddress = (bytes: Uint8Array): string =>
  `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`;

test.each([
  { from: 'memory', source: SMALL },
  { from: 'an address', source: { address: dataAddress(SMALL) } },
])('a recording is read from $from', async ({ source }) => {
  const { run, openings, errors, points, events, last } = await read(source);
  expect(errors).toEqual([]);
  expect(openings.map(({ header }) => header.program)).toEqual(['test']);
  expect(last).toMatchObject({ untilMs: 2_501, end: COMPLETE });
  expect(points.map(({ atMs, insideKbps }) => [atMs, insideKbps])).toEqual([
    [1_000, 1],
    [2_000, 0],
    [2_501, 0],
  ]);
  expect(events).toEqual([
    { kind: 'fault', atMs: 900, as: 0, peer: 0, count: 1, detail: 'crash of leaders' },
    { kind: 'aborted', atMs: 1_300, as: 0, peer: 3, count: 1 },
    { kind: 'crashed', atMs: 2_400, as: 1, peer: 2, count: 1 },
  ]);
  const { totals, copies, peer } = await run.look({ atMs: 800, peer: 3 });
  expect(totals).toMatchObject({ leechers: 2, seeds: 1, leaders: 1 });
  expect([...copies]).toEqual([1, 1, 1, 2, 1, 1, 1, 1, 1, 1]);
  expect(peer).toMatchObject({
    waitsFor: 'the next piece',
    pieces: 1,
    roles: [{ role: 'follower', leaders: [1] }],
    neighbours: [{ peer: 1, mayDownload: true, isUnchoked: false, hasUnchokedUs: true, toKbps: 0 }],
  });
  expect(peer!.neighbours[0]!.fromKbps).toBe(peer!.downloadKbps);
  expect(peer!.downloadKbps).toBeGreaterThan(0);
});

test('a recording that is cut is shown as far as it goes', async () => {
  const bytes = SMALL.subarray(0, SMALL.length - PARTS[4]!.length - 3);
  const { run, errors, last } = await read(bytes);
  expect(errors).toEqual([]);
  expect(last).toMatchObject({ untilMs: 2_000, end: { kind: 'cut' } });
  expect((await run.look({ atMs: 1e9 })).atMs).toBe(2_000);
});

test('curves go to zero where frames are left out', async () => {
  const parts = [...PARTS.slice(0, 2), frame(7, [])];
  const { points } = await read(Buffer.concat(parts));
  expect(points.map(({ atMs, insideKbps }) => [atMs, insideKbps])).toEqual([
    [1_000, 1],
    [2_000, 0],
    [7_000, 0],
    [8_000, 0],
  ]);
});

describe('an error says where, what, and how to fix it', () => {
  const damaged = Buffer.from(SMALL);
  damaged[SMALL.length - PARTS[4]!.length - 1]! ^= 1;

  test('damage: what came before it is shown', async () => {
    const { run, errors, last, points } = await read(damaged);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^a\.ctr, byte \d+: is damaged: .*\n  fix: record the run again/);
    expect(last!.end).toBeUndefined();
    expect(points.length).toBe(2);
    expect((await run.look({ atMs: 1_000 })).totals.arrivals).toBe(3);
  });

  test.each([
    { what: 'no recording', source: Buffer.from('hello, world'), error: /byte 0: is no recording/ },
    { what: 'nothing', source: new Uint8Array(0), error: /byte 0: ends before its header does/ },
    { what: 'a header alone, cut', source: SMALL.subarray(0, 60), error: /ends before its header/ },
    {
      what: 'no server',
      source: { address: 'http://127.0.0.1:1/' },
      error: /^a\.ctr: cannot be read any further: .*\n  fix: see whether the command/,
    },
  ])('$what', async ({ source, error }) => {
    const { run, errors, openings } = await read(source);
    expect(openings).toEqual([]);
    expect(errors).toEqual([expect.stringMatching(error)]);
    await expect(run.look({ atMs: 0 })).rejects.toThrow('the recording cannot be shown');
  });

  test('too many peers and pieces', async () => {
    const { errors } = await read(SMALL, { stateBytes: 10 });
    expect(errors).toEqual([expect.stringMatching(/^a\.ctr: is too large to be shown: .*\n  fix/)]);
  });
});

describe('looks', () => {
  test('wait until there is something to see', async () => {
    const run = new RecordingRun();
    const early = run.look({ atMs: 0 });
    const bytes = Uint8Array.from(SMALL).buffer;
    const ignore = (): void => {};
    await run.read('a.ctr', { bytes }, { onOpening: ignore, onGrowth: ignore, onError: ignore });
    expect((await early).totals.arrivals).toBe(0);
  });

  test('that wait for another one are answered at the time of the newest', async () => {
    const { run } = await read(SMALL);
    const [a, b, c] = await Promise.all([
      run.look({ atMs: 100, as: 0 }),
      run.look({ atMs: 2_400, peer: 2 }),
      run.look({ atMs: 1_250, as: 1 }),
    ]);
    expect([a!.atMs, b!.atMs, c!.atMs]).toEqual([100, 1_250, 1_250]);
    expect([a!.openAs?.as, b!.peer?.peer, c!.openAs?.as]).toEqual([0, 2, 1]);
    // Each can be handed over to the page.
    expect(b!.nodes.flags.buffer).not.toBe(c!.nodes.flags.buffer);
    expect(b!.traffic.kbps.buffer).not.toBe(c!.traffic.kbps.buffer);
  });

  test('at an AS or a peer that does not exist show none', async () => {
    const { run } = await read(SMALL);
    for (const [as, peer] of [
      [2, 6],
      [-1, -1],
      [0.5, 0.5],
      [NaN, 0],
    ] as const) {
      const scene = await run.look({ atMs: 500, as, peer });
      expect([scene.openAs, scene.peer]).toEqual([undefined, undefined]);
    }
  });
});

describe('messages in the page', () => {
  const messages = Array.from({ length: 20_000 }, (_, i) => ({
    ms: i,
    from: 1 + (i % 5),
    to: 0,
    kind: i % 3 === 0 ? 'have' : 'request',
    piece: (i * 7_919) % 1_000,
  }));
  const lines = messages.map((message) => `${JSON.stringify(message)}\n`).join('');
  const compressed = (text: string): ArrayBuffer => Uint8Array.from(gzipSync(text)).buffer;

  test('are found page by page', async () => {
    const { run } = await read(SMALL);
    await run.takeMessages(compressed(lines));
    const found: unknown[] = [];
    let after: number | undefined;
    do {
      const page = await run.messages({
        fromMs: 100,
        limit: 999,
        kind: 'have',
        as: 1,
        ...(after !== undefined && { after }),
      });
      found.push(...page.messages);
      after = page.next;
    } while (after !== undefined);
    expect(found).toEqual(
      messages.filter(
        ({ ms, kind, from }) => ms >= 100 && kind === 'have' && (from === 2 || from === 4),
      ),
    );
  });

  test('that are damaged are an error', async () => {
    const run = new RecordingRun();
    const bytes = new Uint8Array(compressed(lines)).slice(0, 5_000).buffer;
    await expect(run.takeMessages(bytes)).rejects.toThrow('the messages in this page are damaged');
  });
});

test('growth is told a few times a second, and at the end', async () => {
  const parts = PARTS.slice(0, 2);
  for (let number = 1; number < 3_000; number++) parts.push(frame(number, []));
  const startMs = performance.now();
  const { growths, points } = await read(Buffer.concat(parts));
  const elapsedMs = performance.now() - startMs;
  expect(growths.length).toBeLessThanOrEqual(2 + elapsedMs / 200);
  expect(points.length).toBe(3_000);
  expect(growths.filter(({ end }) => end !== undefined)).toEqual([growths.at(-1)]);
});
