import { describe, expect, test } from 'vitest';

import { swarm as swarmOf, type SwarmConfig } from '../../configuration/index.ts';
import { SwarmError } from '../../errors.ts';
import { makePlan } from './make-plan.ts';
import type { PlanData } from './plan.ts';

const HOUR_MS = 3_600_000;

const DSL = {
  name: 'dsl',
  arrivals: { rate: '300/h' },
  upload: { distribution: 'log-normal', median: '2 Mbit/s', sigma: 0.7 },
  leaves: { after: { distribution: 'weibull', scale: '30 min', shape: 0.5 }, ratio: 1.5 },
  patience: { mean: '2 h' },
  crashes: { after: { mean: '20 h' } },
  returns: { after: '8 h' },
} as const;
const FIBRE = {
  name: 'fibre',
  arrivals: [
    { rate: '100/h', decay: '2 h' },
    { at: '1 h', count: 40 },
  ],
  capacities: [
    { share: 70, upload: '20 Mbit/s', download: '100 Mbit/s' },
    { share: 30, upload: '50 Mbit/s', download: '500 Mbit/s' },
  ],
  as: [
    { index: 3, share: 80 },
    { index: 4, share: 20 },
  ],
} as const;
const OPEN: SwarmConfig = {
  until: '10 h',
  seeds: { count: 2, leaves: { after: '3 h' } },
  classes: [DSL, FIBRE, { name: 'crowd', count: 20 }],
  file: { pieces: 16 },
  network: { as: 5 },
};

function planOf(config: SwarmConfig, seed = 1): PlanData {
  return makePlan(swarmOf(config), seed);
}

/** What is drawn for each peer of a class, in order of arrival. */
function peersOf(plan: PlanData, name: string) {
  const { swarm, placement, arrivesAtMs, classOfPeer, uploadKbps, downloadKbps, sessions } = plan;
  const ids = [...classOfPeer.keys()].slice(1);
  return ids
    .filter((id) => swarm.classes[classOfPeer[id]!]!.name === name)
    .map((id) => {
      const node = placement.nodeOfArrival[id]!;
      const columns = Object.entries(sessions ?? {}).map(([column, values]) => [
        column,
        values[id],
      ]);
      return {
        arrivesAtMs: arrivesAtMs[id]!,
        as: placement.domainOfAs[placement.asOfNode[node]!]!,
        uploadKbps: uploadKbps[node]!,
        downloadKbps: downloadKbps[node]!,
        ...(Object.fromEntries(columns) as Record<keyof NonNullable<PlanData['sessions']>, number>),
      };
    });
}

describe('a plan', () => {
  test('numbers peers by their arrival, the seeds first', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { arrivesAtMs, classOfPeer, swarm } = planOf(OPEN, seed);
      expect(arrivesAtMs).toEqual(arrivesAtMs.toSorted());
      expect(swarm.classes[classOfPeer[1]!]!.name).toBe('seed');
      expect(swarm.classes[classOfPeer[2]!]!.name).toBe('seed');
      expect(arrivesAtMs[2]).toBe(0);
      expect(arrivesAtMs.at(-1)).toBeLessThan(10 * HOUR_MS);
    }
  });

  test('gives the first ids to the seeds if others come at the same time', () => {
    const early = { name: 'early', arrivals: { at: 0, count: 5 } };
    const { classOfPeer, swarm } = planOf({ ...OPEN, classes: [early] });
    const names = Array.from(classOfPeer.slice(1), (index) => swarm.classes[index]!.name);
    expect(names).toEqual(['seed', 'seed', 'early', 'early', 'early', 'early', 'early']);
  });

  test('is the same for the same seed, and another for another', () => {
    expect(planOf(OPEN, 3)).toEqual(planOf(OPEN, 3));
    expect(planOf(OPEN, 3).arrivesAtMs).not.toEqual(planOf(OPEN, 4).arrivesAtMs);
  });

  test.each([
    { what: 'rate', dsl: { ...DSL, arrivals: { rate: '900/h' } } },
    { what: 'capacities', dsl: { ...DSL, upload: '1 Mbit/s' } },
    { what: 'session', dsl: { name: 'dsl', arrivals: DSL.arrivals } },
    { what: 'AS', dsl: { ...DSL, as: 0 } },
    { what: 'limit', dsl: { ...DSL, count: 3 } },
  ])('draws the same for a class if the $what of another one changes', ({ dsl }) => {
    const before = planOf(OPEN);
    const after = planOf({ ...OPEN, classes: [dsl, FIBRE, { name: 'crowd', count: 20 }] });
    for (const name of ['seed', 'fibre', 'crowd']) {
      expect(peersOf(after, name)).toEqual(peersOf(before, name));
    }
    expect(peersOf(after, 'dsl')).not.toEqual(peersOf(before, 'dsl'));
  });

  test('draws the same for all classes if there is one more', () => {
    const late = { name: 'late', arrivals: { at: '9 h', count: 5 } };
    const before = planOf(OPEN);
    const after = planOf({ ...OPEN, classes: [late, ...OPEN.classes!] });
    for (const name of ['seed', 'dsl', 'fibre', 'crowd']) {
      expect(peersOf(after, name)).toEqual(peersOf(before, name));
    }
    expect(peersOf(after, 'late').map(({ arrivesAtMs }) => arrivesAtMs)).toEqual(
      new Array(5).fill(9 * HOUR_MS),
    );
  });

  test('draws the same arrivals if the run lasts longer', () => {
    const shorter = peersOf(planOf(OPEN), 'dsl');
    const longer = peersOf(planOf({ ...OPEN, until: '20 h' }), 'dsl');
    expect(longer.length).toBeGreaterThan(shorter.length);
    expect(longer.slice(0, shorter.length)).toEqual(shorter);
  });

  test('draws seeds of the same kind apart', () => {
    const seeds = { count: 20, leaves: { after: { mean: '1 h' } } };
    const plan = planOf({ ...OPEN, seeds: [seeds, seeds] });
    const times = peersOf(plan, 'seed').map(({ seedsForMs }) => seedsForMs);
    expect(times.slice(0, 20)).not.toEqual(times.slice(20));
  });

  test('has a session for each peer', () => {
    const plan = planOf({ ...OPEN, until: '5 d' });
    const dsl = peersOf(plan, 'dsl');
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const patience = mean(dsl.map(({ patienceMs }) => patienceMs));
    // An exponential distribution has a standard deviation equal to its mean.
    expect(Math.abs(patience / (2 * HOUR_MS) - 1)).toBeLessThan(4.5 / Math.sqrt(dsl.length));
    const crashes = mean(dsl.map(({ crashesAfterMs }) => crashesAfterMs));
    expect(Math.abs(crashes / (20 * HOUR_MS) - 1)).toBeLessThan(4.5 / Math.sqrt(dsl.length));
    const stays = dsl.filter(({ seedsForMs }) => seedsForMs > HOUR_MS / 2).length / dsl.length;
    // A share of 1/e of a Weibull distribution exceeds its scale.
    expect(Math.abs(stays - 1 / Math.E)).toBeLessThan((4.5 * 0.4823) / Math.sqrt(dsl.length));
    expect(new Set(dsl.map(({ shareRatio }) => shareRatio))).toEqual(new Set([1.5]));
    expect(new Set(dsl.map(({ returnsAfterMs }) => returnsAfterMs))).toEqual(
      new Set([8 * HOUR_MS]),
    );
    for (const seed of peersOf(plan, 'seed')) expect(seed.seedsForMs).toBe(3 * HOUR_MS);
    for (const peer of peersOf(plan, 'fibre')) {
      const { seedsForMs, shareRatio, patienceMs, crashesAfterMs, leavesAfterMs, returnsAfterMs } =
        peer;
      const all = [
        seedsForMs,
        shareRatio,
        patienceMs,
        crashesAfterMs,
        leavesAfterMs,
        returnsAfterMs,
      ];
      expect(all).toEqual(new Array(6).fill(Infinity));
    }
  });

  test('has none if all stay', () => {
    expect(planOf({ peers: 20, file: { pieces: 4 } }).sessions).toBeUndefined();
  });

  test('draws capacities and homes by their shares', () => {
    const fibre = peersOf(
      planOf({ ...OPEN, classes: [{ ...FIBRE, arrivals: { rate: '1000/h' } }] }),
      'fibre',
    );
    const expectShare = (count: number, share: number): void => {
      const deviation = Math.sqrt(fibre.length * share * (1 - share));
      expect(Math.abs(count - share * fibre.length)).toBeLessThan(4.5 * deviation);
    };
    expectShare(fibre.filter(({ uploadKbps }) => uploadKbps === 20_000).length, 0.7);
    expectShare(fibre.filter(({ as }) => as === 3).length, 0.8);
    expect(fibre.filter(({ as }) => as !== 3 && as !== 4)).toEqual([]);
    for (const { uploadKbps, downloadKbps } of fibre) {
      expect(downloadKbps).toBe(uploadKbps === 20_000 ? 100_000 : 500_000);
    }
    const uploads = peersOf(planOf(OPEN), 'dsl').map(({ uploadKbps }) => uploadKbps);
    const below = uploads.filter((kbps) => kbps < 2_000).length / uploads.length;
    expect(Math.abs(below - 0.5)).toBeLessThan((4.5 * 0.5) / Math.sqrt(uploads.length));
  });

  test('places peers of any AS in all of them alike', () => {
    const plan = planOf({ ...OPEN, network: { as: 5, routersPerAs: 40 }, until: '20 h' });
    const dsl = peersOf(plan, 'dsl');
    for (let as = 0; as < 5; as++) {
      const share = dsl.filter((peer) => peer.as === as).length / dsl.length;
      // AS have 38 to 42 routers.
      expect(Math.abs(share - 0.2)).toBeLessThan(0.02 + 4.5 * Math.sqrt(0.16 / dsl.length));
    }
  });

  test('takes from a trace what it says, and draws the rest', () => {
    const trace = [
      { time: '10 s', leaves: '40 min', as: 2 },
      { time: '12.5 s', upload: '5 Mbit/s', download: '7 Mbit/s' },
      { time: '1 h' },
    ];
    const plan = planOf({ ...OPEN, classes: [{ ...FIBRE, arrivals: { trace } }] });
    const [first, second, third] = peersOf(plan, 'fibre');
    expect(first).toMatchObject({ arrivesAtMs: 10_000, leavesAfterMs: 2_390_000, as: 2 });
    expect(second).toMatchObject({
      arrivesAtMs: 12_500,
      leavesAfterMs: Infinity,
      uploadKbps: 5_000,
      downloadKbps: 7_000,
    });
    expect([20_000, 50_000]).toContain(third!.uploadKbps);
  });

  test('takes less than 150 bytes for each peer that ever comes', () => {
    const bytesOf = (plan: PlanData): number => {
      const buffers = new Set<ArrayBufferLike>();
      const visit = (value: unknown): void => {
        if (ArrayBuffer.isView(value)) buffers.add(value.buffer);
        else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
      };
      visit(plan);
      return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
    };
    const few = planOf({ ...OPEN, until: '50 h' });
    const many = planOf({ ...OPEN, until: '150 h' });
    const peers = many.placement.nodeCount - few.placement.nodeCount;
    expect(peers).toBeGreaterThan(20_000);
    expect((bytesOf(many) - bytesOf(few)) / peers).toBeLessThan(150);
  });

  test('is refused if nobody arrives with this seed', () => {
    const rare = { name: 'rare', arrivals: { rate: '1/d' } };
    const config: SwarmConfig = { file: { pieces: 4 }, until: '1 s', classes: [rare] };
    expect(() => planOf(config)).toThrow(SwarmError);
    expect(() => planOf(config)).toThrow('classes[1].arrivals: bring nobody before the run ends');
  });
});

describe('homes of a crowd', () => {
  const crowd: SwarmConfig = { file: { pieces: 4 }, network: { as: 4, routersPerAs: 5 } };

  test('are in their AS, also if there are more peers than routers', () => {
    const plan = planOf({ ...crowd, classes: [{ name: 'peer', count: 100, as: [1, 2] }] });
    const counts = [0, 1, 2, 3].map(
      (as) => peersOf(plan, 'peer').filter((p) => p.as === as).length,
    );
    expect(counts[0]).toBe(0);
    expect(counts[3]).toBe(0);
    expect(Math.abs(counts[1]! - 50)).toBeLessThan(4.5 * 5);
  });
});
