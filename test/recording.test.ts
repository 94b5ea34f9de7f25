/** A recording agrees with the result and the timeline of its run, for any number of workers. */

import type { Totals } from '@cachetorrent/recording';
import { simulate, swarm as swarmOf, type Swarm, type Timeline } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { LIVING_SWARMS } from './living-swarms.ts';
import { open, record, stateOf } from './recorded.ts';
import { smallSwarm } from './swarms.ts';

const TIMEOUT_MS = 120_000;
const AS_COUNT = 8;

const closed = smallSwarm({ peers: 24, asCount: AS_COUNT, pieces: 24, rules: 'client' });
const leaders: Swarm = { ...closed, leaderPercent: 30, subTorrents: 2 };
const living = swarmOf({
  ...LIVING_SWARMS['libtorrent, CacheTorrent, 20 %']!,
  network: { as: AS_COUNT },
  until: '15 min',
  faults: [
    { at: '4 min', crash: { leaders: '50 %' } },
    { at: '5 min', cut: { as: [0, 1] }, for: '1 min' },
    { at: '7 min', tracker: 'silent', for: '1 min' },
  ],
});
const manyTorrents = swarmOf({
  ...LIVING_SWARMS['libtorrent, MultiTorrent, 2 sub-torrents, 30 %']!,
  until: '12 min',
});
const original = smallSwarm({
  peers: 24,
  asCount: AS_COUNT,
  pieces: 24,
  rules: 'original',
  changes: { leaderPercent: 30 },
});

const SWARMS: readonly { readonly name: string; readonly swarm: Swarm }[] = [
  { name: 'all come at once', swarm: closed },
  { name: 'leaders, two sub-torrents', swarm: leaders },
  { name: 'peers come and go, leaders, faults', swarm: living },
  { name: 'peers come and go, two sub-torrents', swarm: manyTorrents },
  { name: 'by the rules of the original', swarm: original },
  { name: 'after a warm-up', swarm: { ...living, warmUpMs: 301_000 } },
];

describe('a recording has the same bytes with 1, 2, 3 and 7 workers', () => {
  test.each(SWARMS.slice(0, 3))(
    '$name',
    async ({ swarm }) => {
      const { bytes, result } = await record(swarm, { workers: 1 });
      for (const workers of [2, 3, 7]) {
        const other = await record(swarm, { workers });
        expect(Buffer.compare(other.bytes, bytes), `${workers} workers`).toBe(0);
      }
      const { result: unrecorded } = await simulate(swarm, { seed: 1, workers: 1 });
      expect(unrecorded, 'the result without a recording').toEqual(result);
    },
    TIMEOUT_MS,
  );
});

/** The figures of a timeline that a state has, too. */
const FIGURES: readonly (keyof Totals & keyof Timeline)[] = [
  'leechers',
  'seeds',
  'leaders',
  'unserved',
  'piecesHeld',
  'activeConnections',
];
const CHANGES: readonly (keyof Totals & keyof Timeline)[] = [
  'arrivals',
  'completions',
  'finished',
  'aborted',
  'crashed',
  'outsideBits',
  'insideBits',
  'lostBits',
];

describe('the state at the end of each interval is that of the timeline', () => {
  test.each(SWARMS)(
    '$name',
    async ({ swarm }) => {
      const timelineMs = 10_000;
      const { bytes, timeline, result } = await record(swarm, { workers: 2, timelineMs });
      const { asCount } = result;
      const rows = timeline!;
      const sums = new Map<string, number>();
      let checked = 0;
      const check = (row: number, total: Totals): void => {
        const as = rows.as[row]!;
        const expected = Object.fromEntries([
          ...FIGURES.map((name) => [name, rows[name][row]]),
          ...CHANGES.map((name) => [name, sums.get(`${name} ${as}`)]),
        ]);
        const sentBits = Math.round(sums.get(`sentBits ${as}`)!);
        expect(total, `${rows.toMs[row]} ms, AS ${as}`).toMatchObject(expected);
        expect(Math.abs(total.sentBits - sentBits)).toBeLessThanOrEqual(1);
        if (swarm.horizonMs !== undefined) {
          const capacityBits = Math.round(sums.get(`capacityBits ${as}`)!);
          expect(Math.abs(total.capacityBits - capacityBits)).toBeLessThanOrEqual(1);
        }
        checked++;
      };
      let interval = 0;
      const last = rows.as.length / asCount - 1;
      const end = await stateOf(bytes, (state, toMs) => {
        if (toMs % timelineMs !== 0 || interval >= last) return;
        for (let as = 0; as < asCount; as++) {
          const row = interval * asCount + as;
          add(sums, rows, row);
          check(row, state.totalsOf(as));
        }
        interval++;
      });
      for (let row = last * asCount; row < rows.as.length; row++) {
        add(sums, rows, row);
        check(row, end.totalsOf(rows.as[row]!));
      }
      expect(checked).toBe(rows.as.length);
    },
    TIMEOUT_MS,
  );
});

function add(sums: Map<string, number>, rows: Timeline, row: number): void {
  for (const name of [...CHANGES, 'sentBits', 'capacityBits'] as const) {
    const key = `${name} ${rows.as[row]}`;
    sums.set(key, (sums.get(key) ?? 0) + (rows as Timeline & Totals)[name as 'seeds'][row]!);
  }
}

describe('the state at the end agrees with the result', () => {
  test.each(SWARMS)(
    '$name',
    async ({ swarm }) => {
      const { bytes, result } = await record(swarm, { workers: 2 });
      const { peers, asCount, trafficBits, redundancy, resultHash, completion } = result;
      const state = await stateOf(bytes);
      expect(state.redundancy).toBe(redundancy);
      const importsPerPiece = state.totals.importedBlocks / state.totals.neededPieces;
      expect(importsPerPiece / state.header.blocksPerPiece).toBeCloseTo(result.importsPerPiece, 12);
      // Where figures count from a time on, the traffic of the result does, too.
      for (let from = 0; swarm.warmUpMs === undefined && from < asCount; from++) {
        for (let to = 0; to < asCount; to++) {
          expect(state.arrivedBits(from, to)).toBe(trafficBits[from * asCount + to]);
        }
      }
      for (const [i, id] of peers.id.entries()) {
        const isThere = Number.isNaN(peers.leftAtMs[i]!);
        expect(state.isPresent(id), `peer ${id}`).toBe(isThere);
        expect(state.header.peers.as[id]).toBe(peers.as[i]);
        if (peers.role[i] === 'seed') continue;
        expect(state.completedAtMs(id)).toBe(Math.floor(peers.completedAtMs[i]!));
        if (!isThere || !state.hasStarted(id)) continue;
        const roles = Array.from({ length: swarm.subTorrents }, (_, sub) => state.roleOf(id, sub));
        expect(roles.includes('leader') ? 'leader' : roles[0]).toBe(peers.role[i]);
        expect(state.isComplete(id)).toBe(!Number.isNaN(peers.completedAtMs[i]!));
        expect(state.piecesHeldBy(id) === swarm.pieces).toBe(state.isComplete(id));
      }
      const recording = await open(bytes);
      expect(recording.isComplete).toBeUndefined();
      for await (const _ of recording.frames());
      expect(recording.isComplete).toBe(true);
      expect(recording.end).toMatchObject({ resultHash, completed: completion.count });
    },
    TIMEOUT_MS,
  );
});

test('changes are in order of time, and at the same time by AS', async () => {
  const { bytes, result } = await record(living, { workers: 2 });
  const recording = await open(bytes);
  let before = { atMs: 0, as: 0 };
  let stored = 0;
  const faults = new Map<number, number>();
  for await (const { fromMs, toMs, changes } of recording) {
    // What a frame ends with is before what the next one begins with.
    before = { atMs: before.atMs, as: 0 };
    for (const change of changes) {
      const { atMs, as, kind } = change;
      const isAtEnd = kind === 'counters' || kind === 'traffic';
      if (isAtEnd) expect(atMs).toBe(toMs);
      else expect(atMs >= fromMs && atMs < toMs).toBe(true);
      expect(atMs > before.atMs || (atMs === before.atMs && as >= before.as)).toBe(true);
      before = { atMs, as };
      if (kind === 'stored') stored++;
      if (kind === 'fault' && change.step === 0) {
        faults.set(change.index, (faults.get(change.index) ?? 0) + change.peersHit);
      }
    }
  }
  expect(stored).toBeGreaterThan(1_000);
  expect(recording.header.faults.map(({ event }) => event)).toEqual(
    result.faults!.map(({ event }) => event),
  );
  expect(faults.get(0)).toBe(result.faults![0]!.peers);
});
