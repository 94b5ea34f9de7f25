/** When a swarm has stalled, and when it is only slow. */

import { CLIENT_QUIRKS, type ClientName, CLIENTS, ORIGINAL_QUIRKS } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { runHere } from '../../engine/threads/run-here.ts';
import type { RunEnd } from '../../engine/threads/worker-loop.ts';
import { runPlanOf, simulate } from '../../simulate.ts';
import type { LoggedMessages } from '../log/reader.ts';
import { makePlan } from '../plan/make-plan.ts';
import { Plan } from '../plan/plan.ts';
import type { Swarm } from '../plan/swarm.ts';
import { AutonomousSystem } from './autonomous-system.ts';

/** Twenty peers that upload, the first one a seed, and ten that do not. All know one another. */
const FREE_RIDERS: Swarm = {
  ...FORTY,
  neighbours: 29,
  minPeers: 30,
  pieces: 50,
  rechokeIntervalMs: 10_000,
  arrivalOrder: 'shuffled',
  classes: [
    { name: 'giver', count: 20, uploadKbps: 2_000, downloadKbps: 10_000 },
    { name: 'rider', count: 10, uploadKbps: 0, downloadKbps: 10_000 },
  ],
};

/** Twenty peers whose pieces are sent within a few seconds. */
const TWENTY: Swarm = {
  ...FORTY,
  neighbours: 5,
  minPeers: 20,
  pieces: 4,
  classes: [{ name: 'peer', count: 20, uploadKbps: 1_000, downloadKbps: 3_000 }],
};

describe('a swarm that is only slow completes', () => {
  const day = 24 * 3600 * 1000;
  test.each([
    { what: 'peers arrive hours apart', changes: { arrivalGapMs: day / 12 } },
    {
      what: 'peers arrive hours apart, and the first two begin',
      changes: { arrivalGapMs: day / 12, minPeers: 2, rechokeIntervalMs: 60_000 },
    },
    { what: 'chokers run every few ms', changes: { rechokeIntervalMs: 5 } },
    {
      what: 'chokers run every few ms, by the rules of the original',
      changes: { rechokeIntervalMs: 5, quirks: ORIGINAL_QUIRKS, seedChoker: 'tit-for-tat' },
    },
    {
      what: 'a message takes an hour',
      changes: { latency: { model: 'fixed', fixedMs: day / 24 }, rechokeIntervalMs: 10_000 },
    },
    {
      what: 'rates are set once a day',
      changes: { allocationIntervalMs: day, rechokeIntervalMs: 60_000 },
    },
    { what: 'a choker runs once a day', changes: { rechokeIntervalMs: day } },
    {
      what: 'a piece takes days',
      changes: {
        pieceBits: 3e8,
        rechokeIntervalMs: day,
        allocationIntervalMs: day / 24,
        classes: [{ name: 'peer', count: 20, uploadKbps: 0.5, downloadKbps: 5 }],
      },
    },
    {
      what: 'all of this together, with leaders',
      changes: {
        leaderPercent: 20,
        arrivalGapMs: day / 24,
        latency: { model: 'fixed', fixedMs: day / 24 },
        rechokeIntervalMs: day / 24,
        allocationIntervalMs: day / 24,
      },
    },
  ] satisfies { what: string; changes: Partial<Swarm> }[])('$what', ({ changes }) => {
    const { outcome } = endOf({ ...TWENTY, ...changes }, 1);
    expect(outcome).toBe('finished');
  });
});

/** Pieces are requested from one peer only, for however long it takes. */
const WITHOUT_TIMEOUTS: Swarm = {
  ...FREE_RIDERS,
  quirks: { ...CLIENT_QUIRKS, wholePieces: true, interestInRequestable: true },
};

test('peers that wait for those who never upload are told so', async () => {
  const errors = await Promise.all(
    [1, 3].map((workers) =>
      simulate(WITHOUT_TIMEOUTS, { seed: 1, workers }).then(
        () => 'completed',
        (error: Error) => error.message,
      ),
    ),
  );
  expect(errors[0]).toMatch(
    /the swarm stalled at \d+ ms .*: (\d+) of 30 peers lack pieces .*\. \1 have requested pieces from neighbours without upload capacity, which unchoke them, but never send/,
  );
  expect(errors[0]).not.toContain('more neighbours');
  expect(errors[1]).toBe(errors[0]);
});

test('clients do not wait for those who never upload, and complete', async () => {
  const [one, three] = await Promise.all(
    [1, 3].map((workers) => simulate(FREE_RIDERS, { seed: 1, workers })),
  );
  expect(one!.result.completion.count).toBe(29);
  expect(three!.result).toEqual(one!.result);
});

/** Ten of thirty peers give nothing, by each client; all know one another. */
describe.each(Object.keys(CLIENTS) as ClientName[])('with clients of %s', (name) => {
  const { options, ...slots } = CLIENTS[name];
  const swarmOf = (uploadKbps: number): Swarm => ({
    ...FREE_RIDERS,
    ...slots,
    client: options,
    classes: FREE_RIDERS.classes.map((each) =>
      each.name === 'rider' ? { ...each, uploadKbps } : each,
    ),
  });

  test.each([
    { what: 'have no upload capacity unchoke nobody', uploadKbps: 0, unchokers: 20 },
    {
      what: 'trickle a few bits unchoke others, and are timed out',
      uploadKbps: 1e-6,
      unchokers: 30,
    },
  ])('free-riders that $what, and the swarm completes', async ({ uploadKbps, unchokers }) => {
    const unchoking = new Set<number>();
    const sending = new Set<number>();
    const onMessages = ({ count, kind, from }: LoggedMessages) => {
      for (let i = 0; i < count; i++) (kind(i) === 'piece' ? sending : unchoking).add(from(i));
    };
    const { result } = await simulate(swarmOf(uploadKbps), {
      seed: 1,
      workers: 1,
      messageLog: { kinds: ['unchoke', 'piece'], onMessages },
    });
    expect(result.completion.count).toBe(29);
    expect([unchoking.size, sending.size]).toEqual([unchokers, 20]);
  });
});

/** A swarm whose first peers begin before the others come may be split. */
test('the advice for peers without a source is what the swarm leaves a choice of', async () => {
  const swarm: Swarm = {
    ...FREE_RIDERS,
    neighbours: 1,
    minPeers: 20,
    arrivalGapMs: 500,
    pieces: 4,
  };
  const errorOf = (changes: Partial<Swarm>): Promise<string> =>
    simulate({ ...swarm, ...changes }, { seed: 1, workers: 1 }).then(
      () => 'completed',
      (error: Error) => error.message,
    );
  expect(await errorOf({})).toMatch(
    /that they lack\. Let more peers upload, or ask for more neighbours\. \(seed 1\)$/,
  );
});

/**
 * Swarms that often stall: few neighbours, and many peers that do not upload. Whether each has
 * stalled is compared with a run that goes on until nothing has happened for very long.
 */
test('a swarm stalls only if nothing happens for ever after', { timeout: 120_000 }, () => {
  const random = seededRandom('stalls');
  const outcomes = { finished: 0, stalled: 0, idle: 0 };
  for (let run = 0; run < 30; run++) {
    const peers = 6 + random.below(20);
    const silent = random.below(peers - 2);
    const chokers = ['tit-for-tat', 'random'] as const;
    const swarm: Swarm = {
      ...FORTY,
      neighbours: 1 + random.below(Math.min(12, peers - 2)),
      minPeers: 2 + random.below(peers - 2),
      pieces: 1 + random.below(12),
      choker: chokers[random.below(2)]!,
      seedChoker: (['round-robin', 'tit-for-tat', 'fastest-upload'] as const)[random.below(3)]!,
      uploadSlots: 1 + random.below(3),
      arrivalGapMs: 500 * random.below(3),
      arrivalOrder: 'shuffled',
      ...(random.below(2) === 0 ? {} : { quirks: ORIGINAL_QUIRKS }),
      ...(random.below(2) === 0 ? {} : { leaderPercent: 30 }),
      classes: [
        { name: 'peer', count: peers - silent, uploadKbps: 1_000, downloadKbps: 3_000 },
        ...(silent === 0
          ? []
          : [{ name: 'silent', count: silent, uploadKbps: 0, downloadKbps: 3_000 }]),
      ],
    };
    const end = endOf(swarm, run);
    outcomes[end.outcome]++;
    const patient = endOf(swarm, run, 1e6 + 2 * (end.endMs - end.lastActiveMs));
    const { outcome, lastActiveMs } = end;
    expect({ run, outcome, lastActiveMs }).toEqual({
      run,
      outcome: patient.outcome,
      lastActiveMs: patient.lastActiveMs,
    });
  }
  expect(outcomes.stalled).toBeGreaterThan(5);
  expect(outcomes.finished).toBeGreaterThan(5);
  expect(outcomes.idle).toBe(0);
});

/** How a run ends; with `patienceMs`, it stalls only after so long a quiet time. */
function endOf(swarm: Swarm, seed: number, patienceMs?: number): RunEnd {
  const plan = new Plan(makePlan(swarm, seed));
  class PatientAs extends AutonomousSystem {
    override mayProgress(quietMs: number): boolean {
      return patienceMs === undefined ? super.mayProgress(quietMs) : quietMs < patienceMs;
    }
  }
  const { ending } = runHere(runPlanOf(plan), (context) => new PatientAs(plan, context));
  if (ending.kind !== 'ended') throw new Error(JSON.stringify(ending));
  return ending;
}
