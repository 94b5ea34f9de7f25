/** Recordings that are cut short, damaged, of another version, or made by somebody with bad intent. */

import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import {
  type FrameOfChanges,
  type Recording,
  RecordingDecoder,
  RecordingError,
  SwarmState,
} from '../src/index.ts';
import { chunk, END, frame, HEADER, open, part, PARTS, SMALL } from './small-recording.ts';

async function framesOf(recording: Recording): Promise<FrameOfChanges[]> {
  const frames: FrameOfChanges[] = [];
  for await (const each of recording) frames.push(each);
  return frames;
}

/** Reads all of it, also into a state. */
async function readAll(bytes: Uint8Array): Promise<{ frames: FrameOfChanges[]; whole: boolean }> {
  const recording = await open(bytes);
  const state = new SwarmState(recording.header);
  for await (const each of recording.frames()) each.cursor().advance(state);
  return { frames: await framesOf(recording), whole: recording.isComplete! };
}

test('a recording has a header, frames with changes, and an end', async () => {
  const recording = await open(SMALL);
  expect(recording.header).toEqual(HEADER);
  const frames = await framesOf(recording);
  expect(frames.map(({ number, fromMs, toMs }) => [number, fromMs, toMs])).toEqual([
    [0, 0, 1_000],
    [1, 1_000, 2_000],
    [2, 2_000, 2_501],
  ]);
  const lines = frames.map(({ changes }) =>
    changes.map(({ atMs, as, kind }) => `${atMs} ${as} ${kind}`).join(', '),
  );
  expect(lines).toEqual([
    '0 0 arrived, 5 0 role, 5 0 started, 10 1 arrived, 20 0 arrived, 30 0 role, 30 0 started, ' +
      '50 0 connected, 50 0 connected, 60 0 unchoked, 500 0 flowOpened, 500 0 rate, ' +
      '700 0 stored, 900 0 fault, 1000 0 counters, 1000 0 traffic',
    '1000 0 rate, 1200 0 disconnected, 1300 0 left, 1500 0 flowClosed',
    '2400 1 left',
  ]);
  expect(recording.isComplete).toBe(true);
  expect(recording.end).toEqual(END);
  expect(recording.wholeBytes).toBe(SMALL.length);
});

test('the bytes may come in pieces of any size', async () => {
  const all = await framesOf(await open(SMALL));
  for (const size of [1, 2, 7, 23, 24, 25, 10_000]) {
    expect(await framesOf(await open(SMALL, size))).toEqual(all);
  }
});

test('a recording that is cut short anywhere opens up to its last whole frame', async () => {
  const all = await framesOf(await open(SMALL));
  const ends = PARTS.map((_, i) =>
    PARTS.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0),
  );
  for (let length = 0; length < SMALL.length; length++) {
    const cut = SMALL.subarray(0, length);
    const whole = ends.filter((end) => end <= length).length;
    if (whole === 0) {
      await expect(readAll(cut), `${length} bytes`).rejects.toThrow('ends before its header does');
      continue;
    }
    const { frames, whole: isWhole } = await readAll(cut);
    expect(frames, `${length} bytes`).toEqual(all.slice(0, whole - 1));
    expect(isWhole).toBe(false);
  }
});

test('what comes before the damage is read', async () => {
  const damaged = Uint8Array.from(SMALL);
  damaged[SMALL.length - PARTS[4]!.length - 1]! ^= 1;
  const numbers: number[] = [];
  const reading = (async () => {
    for await (const { number } of await open(damaged, 10_000)) numbers.push(number);
  })();
  await expect(reading).rejects.toThrow('is damaged: its checksum is wrong');
  expect(numbers).toEqual([0, 1]);
});

test('every byte counts: a change of any is an error that says where', async () => {
  for (let at = 0; at < SMALL.length; at++) {
    const damaged = Uint8Array.from(SMALL);
    damaged[at]! ^= 1 << (at % 8);
    const error: unknown = await readAll(damaged).catch((each: unknown) => each);
    expect(error, `byte ${at}`).toBeInstanceOf(RecordingError);
    expect((error as RecordingError).byte).toBeLessThanOrEqual(at);
    expect((error as Error).message).toMatch(/^a\.ctr, byte \d+: .+\n {2}fix: .+/);
  }
});

const [START] = PARTS;
const withFrame = (write: Parameters<typeof chunk>[2], as = 0): Uint8Array =>
  Buffer.concat([START!, frame(0, [chunk(as, 0, write)])]);
const withHeader = (changes: object): Uint8Array =>
  Buffer.concat([START!.subarray(0, 12), part('header', { ...HEADER, ...changes })]);

describe('a recording is refused that', () => {
  test.each([
    { what: 'is none', bytes: Buffer.from('fromMs,toMs,as\n'), message: 'is no recording' },
    {
      what: 'has another version',
      bytes: Buffer.concat([SMALL.subarray(0, 8), Uint8Array.of(9, 0, 0, 0), SMALL.subarray(12)]),
      message: 'version 9 of the format, and this is a reader of version 1',
    },
    {
      what: 'has something after its end',
      bytes: Buffer.concat([SMALL, PARTS[4]!]),
      message: 'bytes after its end',
    },
    {
      what: 'has two headers',
      bytes: Buffer.concat([START!, part('header', HEADER)]),
      message: 'header in the first place',
    },
    {
      what: 'begins with a frame',
      bytes: Buffer.concat([START!.subarray(0, 12), PARTS[1]!]),
      message: 'header in the first place',
    },
    {
      what: 'has frames out of order',
      bytes: Buffer.concat([START!, frame(1, []), frame(0, [])]),
      message: 'out of order',
    },
    { what: 'has a header that is no JSON', bytes: withHeaderText('{'), message: 'is no JSON' },
    { what: 'has a header that is null', bytes: withHeaderText('null'), message: 'no object' },
    {
      what: 'has too many pieces',
      bytes: withHeader({ pieces: 2 ** 40 }),
      message: 'impossible value in pieces: 1099511627776',
    },
    {
      what: 'has a negative frame length',
      bytes: withHeader({ frameMs: -1 }),
      message: 'in frameMs: -1',
    },
    {
      what: 'has a peer in no AS',
      bytes: withHeader({ peers: { ...HEADER.peers, as: [0, 0, 1, 0, 2, 0] } }),
      message: 'in peers.as[4]: 2',
    },
    {
      what: 'has columns of different lengths',
      bytes: withHeader({ peers: { ...HEADER.peers, class: [0] } }),
      message: 'in peers.class: 1 values and not 6',
    },
    {
      what: 'has a peer that is not in the AS',
      bytes: withFrame((encoder) => encoder.arrived(0, 4, 0, false)),
      message: 'a peer of the AS with the place 4, and there are 4',
    },
    {
      what: 'has a peer that does not exist',
      bytes: withFrame((encoder) => encoder.stored(0, 1, 0, 99)),
      message: 'has peer 99, and there are 6',
    },
    {
      what: 'has a piece that does not exist',
      bytes: withFrame((encoder) => encoder.stored(0, 1, 10, 1)),
      message: 'has piece 10, and there are 10',
    },
    {
      what: 'has a change after the end of its frame',
      bytes: withFrame((encoder) => encoder.arrived(1_000, 1, 0, false)),
      message: 'a change after its end, 1000 ms',
    },
    {
      what: 'has an AS that does not exist',
      bytes: withFrame(() => {}, 2),
      message: 'has AS 2, and there are 2',
    },
    {
      what: 'has a flow with too high a number',
      bytes: withFrame((encoder) => encoder.flowOpened(0, 2 ** 40, 1, 3)),
      message: `opens flow ${2 ** 40} after 0 flows`,
    },
    {
      what: 'closes a flow that is not open',
      bytes: withFrame((encoder) => encoder.flowClosed(0, 0)),
      message: 'has no flow 0',
    },
    {
      what: 'has an impossible rate',
      bytes: withFrame((encoder) => {
        encoder.flowOpened(0, 0, 1, 3);
        encoder.rates(0, Int32Array.of(0), Int32Array.of(2 ** 20), 1);
      }),
      message: 'has an impossible rate',
    },
    {
      what: 'ends a frame before it begins',
      bytes: Buffer.concat([START!, frame(3, [], 5)]),
      message: 'begins at 3000 ms and ends at 5 ms',
    },
    {
      what: 'has chunks that are longer than their frame',
      bytes: Buffer.concat([
        START!,
        part('frame', Uint8Array.of(1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f)),
      ]),
      message: 'ends too early',
    },
    {
      what: 'has an end without a hash',
      bytes: Buffer.concat([START!, part('end', { ...END, resultHash: 3 })]),
      message: 'in resultHash: 3',
    },
  ])('$what', async ({ bytes, message }) => {
    const reading = readAll(bytes);
    await expect(reading).rejects.toBeInstanceOf(RecordingError);
    await expect(reading).rejects.toThrow(message);
  });

  test('a state refuses changes that do not fit together', async () => {
    const late = withFrame((encoder) => encoder.stored(0, 1, 0, 1));
    const recording = await open(late);
    const state = new SwarmState(recording.header);
    for await (const each of recording.frames()) {
      expect(() => each.cursor().advance(state)).toThrow('a piece of peer 1, who is absent');
    }
  });
});

function withHeaderText(text: string): Uint8Array {
  return Buffer.concat([START!.subarray(0, 12), part('header', text)]);
}

describe('what strangers write', () => {
  test('does not change the prototypes of objects', async () => {
    const text = JSON.stringify(HEADER).replace('{', '{"__proto__":{"polluted":1},');
    const recording = await open(withHeaderText(text));
    expect(recording.header).toEqual(HEADER);
    expect(({} as { readonly polluted?: number }).polluted).toBeUndefined();
    expect(Object.hasOwn(recording.header, '__proto__')).toBe(false);
  });

  test('inflates to no more than it says', async () => {
    const bomb = part('header', new Uint8Array(2 ** 24));
    const view = new DataView(bomb.buffer);
    expect(bomb.length).toBeLessThan(2 ** 15);
    view.setUint32(12, 100, true);
    const { crc32 } = await import('../src/crc32.ts');
    view.setUint32(20, crc32(bomb.subarray(0, 20)), true);
    const bytes = Buffer.concat([START!.subarray(0, 12), bomb]);
    await expect(open(bytes, 2 ** 20)).rejects.toThrow('has more than the 100 bytes');
  });

  test('makes a state no larger than its limit', async () => {
    const pieces = 4_194_304;
    const { header } = await open(withHeader({ pieces }));
    expect(() => new SwarmState(header, 2 ** 20)).toThrow(RangeError);
  });

  test.each([1, 2, 3, 4, 5, 6])(
    'never crashes a reader, or makes it hang: random changes of frames (seed %i)',
    async (seed) => {
      const random = seededRandom('damage', seed);
      const chunks = [chunk(0, 0, (encoder) => busy(encoder)), chunk(1, 0, () => {})];
      for (let round = 0; round < 300; round++) {
        const bytes = Uint8Array.from(chunks[0]!.bytes);
        for (let n = 1 + random.below(4); n > 0; n--) {
          bytes[random.below(bytes.length)] = random.below(256);
        }
        const damaged = Buffer.concat([START!, frame(0, [{ as: 0, bytes }])]);
        const error: unknown = await readAll(damaged).catch((each: unknown) => each);
        if (error instanceof Error) expect(error, `round ${round}`).toBeInstanceOf(RecordingError);
      }
    },
    60_000,
  );
});

function busy(encoder: Parameters<Parameters<typeof chunk>[2]>[0]): void {
  for (const localNode of [1, 2, 3]) {
    encoder.arrived(localNode, localNode, 0, localNode === 1);
    encoder.role(localNode + 3, localNode, localNode === 1 ? 'leader' : 'follower', [1]);
    encoder.started(localNode + 5, localNode, localNode === 1 ? 'all' : 'none');
    encoder.connected(localNode + 7, localNode, 2, true);
    encoder.flowOpened(localNode + 20, localNode - 1, localNode, 2);
  }
  const all = Int32Array.of(0, 1, 2);
  encoder.rates(24, all, Int32Array.of(300, 290, 280), 3);
  for (let piece = 0; piece < 9; piece++) encoder.stored(30 + piece, 2, piece, 1);
  encoder.flowClosed(50, 1);
  encoder.counters(Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
  encoder.traffic([0, 1], Float64Array.of(300, 400));
}

test('a recording can be followed while it is written', async () => {
  const decoder = new RecordingDecoder('live');
  const kinds: string[] = [];
  for (let at = 0; at < SMALL.length; at += 50) {
    for await (const { kind } of decoder.push(SMALL.slice(at, at + 50))) kinds.push(kind);
    expect(decoder.wholeBytes + decoder.pendingBytes).toBe(Math.min(at + 50, SMALL.length));
  }
  expect(kinds).toEqual(['header', 'frame', 'frame', 'frame', 'end']);
});
