/** The state of a swarm, compared with a plain model after random changes. */

import { type Random, seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import {
  type Chunk,
  type ChunkEncoder,
  ChunkEncoder as Encoder,
  type Frame,
  type Recording,
  type RecordingHeader,
  SwarmState,
} from '../src/index.ts';
import { frame, HEADER, part, PARTS, SMALL, open } from './small-recording.ts';

const PEERS = 12;
const AS_COUNT = 3;
const SUB_TORRENTS = 2;
const RANDOM_HEADER: RecordingHeader = {
  ...HEADER,
  subTorrents: SUB_TORRENTS,
  as: { name: ['a', 'b', 'c'], parent: [-1, -1, -1], landmarks: [], latencyMs: [] },
  peers: {
    as: Array.from({ length: PEERS + 1 }, (_, id) => id % AS_COUNT),
    class: Array(PEERS + 1).fill(0),
    uploadKbps: Array(PEERS + 1).fill(1),
    downloadKbps: Array(PEERS + 1).fill(1),
    arrivesAtMs: Array(PEERS + 1).fill(0),
  },
};

/** A swarm as objects and sets. */
class PlainSwarm {
  readonly present = new Map<number, { started: boolean; complete: boolean }>();
  readonly pieces = new Map<number, Set<number>>();
  readonly connections = new Map<string, { mayDownload: boolean; unchoked: boolean }>();
  readonly roles = new Map<string, string>();
  readonly flows = new Map<string, { from: number; to: number; code: number }>();

  copies(piece: number): number {
    return [...this.present].filter(
      ([id, { started }]) => started && this.pieces.get(id)!.has(piece),
    ).length;
  }
}

/** What happens in a frame: random changes, in the plain model and as chunks. */
function randomFrame(plain: PlainSwarm, random: Random, number: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let as = 0; as < AS_COUNT; as++) {
    const encoder = new Encoder();
    encoder.begin(number * 1_000);
    let atMs = number * 1_000;
    for (let n = random.below(25); n > 0; n--) {
      atMs = Math.min(atMs + random.below(50), number * 1_000 + 999);
      change(plain, random, as, encoder, atMs);
    }
    if (!encoder.isEmpty) chunks.push({ as, bytes: encoder.take() });
  }
  return chunks;
}

function change(
  plain: PlainSwarm,
  random: Random,
  as: number,
  encoder: ChunkEncoder,
  atMs: number,
): void {
  const ids = Array.from({ length: PEERS + 1 }, (_, id) => id).filter((id) => id % AS_COUNT === as);
  const localNode = random.below(ids.length);
  const id = ids[localNode]!;
  if (id === 0) return;
  const sub = random.below(SUB_TORRENTS);
  const localPeer = localNode * SUB_TORRENTS + sub;
  const remote = 1 + random.below(PEERS);
  const there = plain.present.get(id);
  if (there === undefined) {
    const complete = random.below(4) === 0;
    plain.present.set(id, { started: false, complete });
    return encoder.arrived(atMs, localNode, 0, complete);
  }
  if (!there.started) {
    there.started = true;
    const kept = plain.pieces.get(id);
    const holdings = there.complete
      ? 'all'
      : kept === undefined || kept.size === 10
        ? 'none'
        : 'kept';
    if (holdings === 'all') plain.pieces.set(id, new Set(Array.from({ length: 10 }, (_, i) => i)));
    if (holdings === 'none') plain.pieces.set(id, new Set());
    return encoder.started(atMs, localNode, holdings);
  }
  const key = `${id} ${sub} ${remote}`;
  switch (random.below(9)) {
    case 0: {
      if (random.below(3) > 0) return;
      plain.present.delete(id);
      for (const each of plain.connections.keys()) {
        if (each.startsWith(`${id} `)) plain.connections.delete(each);
      }
      for (let each = 0; each < SUB_TORRENTS; each++) plain.roles.delete(`${id} ${each}`);
      return encoder.left(atMs, localNode, 'aborted');
    }
    case 1: {
      const mayDownload = random.below(2) === 0;
      const unchoked = plain.connections.get(key)?.unchoked ?? false;
      plain.connections.set(key, { mayDownload, unchoked });
      return encoder.connected(atMs, localPeer, remote, mayDownload);
    }
    case 2:
      plain.connections.delete(key);
      return encoder.disconnected(atMs, localPeer, remote);
    case 3: {
      const unchoked = random.below(2) === 0;
      const connection = plain.connections.get(key);
      if (connection !== undefined) connection.unchoked = unchoked;
      return encoder.unchoked(atMs, localPeer, remote, unchoked);
    }
    case 4: {
      const role = (['peer', 'leader', 'follower'] as const)[random.below(3)]!;
      plain.roles.set(`${id} ${sub}`, role);
      return encoder.role(atMs, localPeer, role, [remote]);
    }
    case 5: {
      let flow = 0;
      while (plain.flows.has(`${as} ${flow}`)) flow++;
      plain.flows.set(`${as} ${flow}`, { from: id, to: remote, code: 0 });
      return encoder.flowOpened(atMs, flow, localPeer, remote);
    }
    case 6: {
      const own = [...plain.flows].filter(([name]) => name.startsWith(`${as} `));
      if (own.length === 0) return;
      const [name, flow] = own[random.below(own.length)]!;
      const delta = random.below(300) - Math.min(flow.code, 150);
      flow.code += delta;
      const number = Number(name.split(' ')[1]);
      return encoder.rates(atMs, Int32Array.of(number), Int32Array.of(delta), 1);
    }
    case 7: {
      const own = [...plain.flows.keys()].filter((name) => name.startsWith(`${as} `));
      if (own.length === 0) return;
      const name = own[random.below(own.length)]!;
      plain.flows.delete(name);
      return encoder.flowClosed(atMs, Number(name.split(' ')[1]));
    }
    default: {
      const held = plain.pieces.get(id)!;
      const piece = random.below(10);
      if (held.has(piece)) return;
      held.add(piece);
      if (held.size === 10) there.complete = true;
      return encoder.stored(atMs, localNode, piece, remote);
    }
  }
}

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
    const plain = new PlainSwarm();
    const plains: PlainSwarm[] = [];
    const parts = [PARTS[0]!.subarray(0, 12), part('header', RANDOM_HEADER)];
    for (let number = 0; number < 40; number++) {
      const chunks = randomFrame(plain, random, number);
      parts.push(frame(number, chunks));
      plains.push(structuredClone(plain) as PlainSwarm);
      Object.setPrototypeOf(plains.at(-1), PlainSwarm.prototype);
    }
    const bytes = Buffer.concat(parts);
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
