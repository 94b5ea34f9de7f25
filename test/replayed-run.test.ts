/** What the page shows of a run agrees with its timeline, wherever one comes from. */

import type { Totals } from '@cachetorrent/recording';
import { type Swarm, swarm as swarmOf, type Timeline } from '@cachetorrent/simulator';
import { beforeAll, describe, expect, test } from 'vitest';

import type {
  FramePoint,
  Growth,
  Opening,
  Scene,
  SwarmEvent,
} from '../packages/view/page/scene.ts';
import { NODE } from '../packages/view/page/scene.ts';
import { RecordingRun } from '../packages/view/page/worker/recording-run.ts';
import { LIVING_SWARMS } from './living-swarms.ts';
import { record, type Recorded } from './recorded.ts';
import { smallSwarm } from './swarms.ts';

const TIMEOUT_MS = 120_000;
const TIMELINE_MS = 10_000;

const leaders = smallSwarm({
  peers: 24,
  asCount: 8,
  pieces: 24,
  changes: { leaderPercent: 30, subTorrents: 2 },
});
const living = swarmOf({
  ...LIVING_SWARMS['libtorrent, CacheTorrent, 20 %']!,
  network: { as: 8 },
  until: '15 min',
  faults: [
    { at: '4 min', crash: { leaders: '50 %' } },
    { at: '5 min', cut: { as: [0, 1] }, for: '1 min' },
    { at: '7 min', tracker: 'silent', for: '1 min' },
  ],
});

/** A run that has been read. */
class ReadRun {
  readonly run: RecordingRun;
  readonly openings: Opening[] = [];
  readonly growths: Growth[] = [];
  readonly errors: string[] = [];

  constructor(limits = {}) {
    this.run = new RecordingRun(limits);
  }

  async read(bytes: Uint8Array): Promise<this> {
    await this.run.read(
      'a.ctr',
      { bytes: Uint8Array.from(bytes).buffer },
      {
        onOpening: (opening) => void this.openings.push(opening),
        onGrowth: (growth) => void this.growths.push(growth),
        onError: (message) => void this.errors.push(message),
      },
    );
    return this;
  }

  get points(): readonly FramePoint[] {
    return this.growths.flatMap(({ points }) => points);
  }

  get events(): readonly SwarmEvent[] {
    return this.growths.flatMap(({ events }) => events);
  }
}

/** Recorded and read once, for all tests. */
const RUNS = {
  closed: runOf(leaders),
  open: runOf(living),
};

async function runOf(swarm: Swarm) {
  const recorded = await record(swarm, { workers: 2, timelineMs: TIMELINE_MS });
  return { recorded, read: await new ReadRun().read(recorded.bytes) };
}

describe.each([
  { name: 'all come at once, leaders, two sub-torrents', run: RUNS.closed },
  { name: 'peers come and go, leaders, faults', run: RUNS.open },
])('$name', ({ run }) => {
  let recorded: Recorded;
  let read: ReadRun;

  beforeAll(async () => {
    ({ recorded, read } = await run);
  }, TIMEOUT_MS);

  test('the recording is read to its end', () => {
    expect(read.errors).toEqual([]);
    expect(read.openings.length).toBe(1);
    const { end, untilMs } = read.growths.at(-1)!;
    const { resultHash } = recorded.result;
    expect(end).toMatchObject({ kind: 'complete', resultHash });
    expect(untilMs).toBeGreaterThanOrEqual(read.points.at(-1)!.atMs);
    const times = read.points.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('scenes have the figures of the timeline, in any order', async () => {
    const { asCount } = recorded.result;
    const rows = recorded.timeline!;
    // The last interval ends with the run, which may be within a frame.
    const intervals = rows.as.length / asCount - 1;
    const random = scattered(intervals);
    for (const interval of random) {
      const row = interval * asCount;
      const scene = await read.run.look({ atMs: rows.toMs[row]! });
      expect(scene.atMs).toBe(rows.toMs[row]);
      const { systems, totals } = scene;
      for (let as = 0; as < asCount; as++) {
        const figures = { leechers: 0, seeds: 0, leaders: 0 };
        for (const name of ['leechers', 'seeds', 'leaders'] as const) {
          figures[name] = rows[name][row + as]!;
          expect(systems[name][as], `${name} of AS ${as} at ${scene.atMs} ms`).toBe(figures[name]);
        }
        const outsideBits = sumUntil(rows, 'outsideBits', interval, asCount, as);
        expect(systems.outsideBits[as]).toBe(outsideBits);
      }
      for (const name of ['leechers', 'seeds', 'piecesHeld', 'activeConnections'] as const) {
        let sum = 0;
        for (let as = 0; as < asCount; as++)
          sum += (rows as Timeline & Totals)[name as 'seeds'][row + as]!;
        expect(totals[name], name).toBe(sum);
      }
      expect(scene.nodes.flags.filter((flags) => (flags & NODE.present) !== 0).length).toBe(
        totals.leechers + totals.seeds,
      );
    }
  });

  test('a scene is the same after playing, after going back, and with little memory', async () => {
    const other = await new ReadRun({ snapshotBytes: 100_000 }).read(recorded.bytes);
    const { untilMs } = read.growths.at(-1)!;
    const times = Array.from({ length: 40 }, (_, i) => Math.round((i * untilMs) / 39));
    const played: Scene[] = [];
    for (const atMs of times) played.push(await read.run.look(lookAt(atMs)));
    expect(played.some(({ traffic }) => traffic.kbps.length > 0)).toBe(true);
    const flows = played.flatMap(({ peer }) => peer!.neighbours);
    expect(flows.some(({ toKbps, fromKbps }) => toKbps > 0 || fromKbps > 0)).toBe(true);
    for (const i of scattered(times.length)) {
      expect(await read.run.look(lookAt(times[i]!)), `${times[i]} ms`).toEqual(played[i]);
      expect(await other.run.look(lookAt(times[i]!)), `${times[i]} ms`).toEqual(played[i]);
    }
  });

  test('traffic between AS adds up to what has arrived across borders', async () => {
    const busiest = read.points.reduce((a, b) => (a.borderKbps > b.borderKbps ? a : b));
    const { traffic, borderKbps } = await read.run.look({ atMs: busiest.atMs });
    const sum = traffic.kbps.reduce((a, b) => a + b, 0);
    expect(borderKbps).toBeGreaterThan(0);
    expect(sum / borderKbps).toBeCloseTo(1, 4);
    const descending = traffic.kbps.toSorted((a, b) => b - a);
    expect(traffic.kbps).toEqual(descending);
  });

  test('points have the figures of their frames', () => {
    const { outsideBits, insideBits } = read.points.at(-1)!.totals;
    const sums = { outsideBits: 0, insideBits: 0 };
    let beforeMs = 0;
    for (const { atMs, borderKbps, insideKbps, utilisation } of read.points) {
      sums.outsideBits += borderKbps * (atMs - beforeMs);
      sums.insideBits += insideKbps * (atMs - beforeMs);
      expect(utilisation).toBeLessThanOrEqual(1);
      beforeMs = atMs;
    }
    expect(sums.outsideBits / outsideBits).toBeCloseTo(1, 6);
    expect(sums.insideBits / insideBits).toBeCloseTo(1, 6);
    expect(read.points.some(({ utilisation }) => utilisation > 0.1)).toBe(true);
  });

  test('a heat map has the peers that are there, leaders first, and what they hold', async () => {
    const { untilMs } = read.growths.at(-1)!;
    const atMs = Math.round(untilMs / 2);
    const { header } = read.openings[0]!;
    let rows = 0;
    for (const as of header.as.name.keys()) {
      const { openAs, nodes } = await read.run.look({ atMs, as });
      const { peers, columns, held } = openAs!;
      expect(columns).toBe(header.pieces);
      const leads = Array.from(peers, (id) => (nodes.flags[id]! & NODE.leader) !== 0);
      expect(leads).toEqual(leads.toSorted((a, b) => Number(b) - Number(a)));
      const present = [...header.peers.as.keys()].filter(
        (id) => (nodes.flags[id]! & NODE.present) !== 0 && header.peers.as[id] === as,
      );
      expect([...peers].toSorted((a, b) => a - b)).toEqual(present);
      for (const [row, id] of peers.entries()) {
        const cells = held.subarray(row * columns, (row + 1) * columns);
        const pieces = cells.reduce((sum, cell) => sum + cell, 0) / 255;
        expect(Math.floor((255 * pieces) / columns)).toBe(nodes.progress[id]);
        rows++;
      }
    }
    expect(rows).toBeGreaterThan(10);
  });

  test('events count who has left, and why', () => {
    const { totals } = read.points.at(-1)!;
    for (const kind of ['finished', 'aborted', 'crashed'] as const) {
      const ofKind = read.events.filter((event) => event.kind === kind);
      expect(
        ofKind.reduce((sum, { count }) => sum + count, 0),
        kind,
      ).toBe(totals[kind]);
    }
    const times = read.events.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

test('all are complete once', async () => {
  const { recorded, read } = await RUNS.closed;
  expect(read.events).toMatchObject([{ kind: 'all complete', count: 23 }]);
  const { completedAtMs } = recorded.result.peers;
  const lastMs = Math.max(...completedAtMs.filter((ms) => ms >= 0));
  expect(read.events[0]!.atMs).toBe(Math.floor(lastMs));
});

test('leaders crash, others are elected, and faults have their names', async () => {
  const { read } = await RUNS.open;
  const faults = read.events.filter(({ kind }) => kind === 'fault');
  const names = new Set(faults.map(({ detail }) => detail));
  expect(names).toEqual(new Set(read.openings[0]!.header.faults.map(({ event }) => event)));
  const crash = faults.filter(({ atMs }) => atMs === 240_000);
  const lost = read.events.filter(
    ({ kind, atMs, detail }) =>
      kind === 'leader lost' && atMs === 240_000 && detail === 'it has crashed',
  );
  const count = (events: readonly SwarmEvent[]): number =>
    events.reduce((sum, each) => sum + each.count, 0);
  expect(count(lost)).toBeGreaterThan(0);
  expect(count(lost)).toBe(count(crash));
  expect(read.events.some(({ kind, atMs }) => kind === 'election' && atMs > 240_000)).toBe(true);
});

function lookAt(atMs: number) {
  return { atMs, as: 1, peer: 1 + (Math.floor(atMs / 1_000) % 20) };
}

/** All numbers below `count`, in an order that jumps. */
function scattered(count: number): number[] {
  const random = (n: number): number => Math.imul(n + 1, 2_654_435_761) >>> 0;
  return Array.from({ length: count }, (_, i) => i).sort((a, b) => random(a) - random(b));
}

function sumUntil(
  rows: Timeline,
  name: 'outsideBits',
  interval: number,
  asCount: number,
  as: number,
): number {
  let sum = 0;
  for (let i = 0; i <= interval; i++) sum += rows[name][i * asCount + as]!;
  return sum;
}
