/** A tracker that does not answer for a time. */

import { expect, test } from 'vitest';

import type { TrackerSilence } from '../../src/swarm/plan/faults.ts';
import type { Swarm } from '../../src/swarm/plan/swarm.ts';
import { LIVING } from '../swarm/swarms.ts';
import { BASE, runOf, runWith, SECOND, totalAt } from './faulty-run.ts';

const [FROM, UNTIL] = [30 * SECOND, 100 * SECOND];
const SILENCE: TrackerSilence = { fault: 'tracker-silence', atMs: FROM, forMs: UNTIL - FROM };
/** The schedule of announces asks after 5, 10, 20, 40 and 80 s. */
const LATEST = 2 * (UNTIL - FROM) + 5 * SECOND;

/** One peer arrives every two seconds. */
const STREAM: Partial<Swarm> = {
  horizonMs: 400 * SECOND,
  minPeers: 2,
  classes: [
    LIVING.classes[0]!,
    {
      name: 'peer',
      arrivals: [
        {
          process: 'trace',
          peers: Array.from({ length: 70 }, (_, i) => ({ atMs: 2 * SECOND * i })),
        },
      ],
      uploadKbps: 1_000,
      downloadKbps: 3_000,
    },
  ],
};

test('peers that arrive meanwhile ask again, and start when it answers', () => {
  const { plan, starts, result } = runWith([SILENCE], STREAM);
  let waited = 0;
  for (let id = 1; id < plan.nodeCount; id++) {
    const arrivedMs = result.peers.arrivedAtMs[id - 1]!;
    const [startedMs] = starts.get(id)!;
    const waits = arrivedMs >= FROM && arrivedMs < UNTIL;
    if (waits) waited++;
    if (!waits) expect(startedMs! - arrivedMs, `peer ${id}`).toBeLessThan(SECOND);
    else expect(startedMs, `peer ${id}`).toBeGreaterThan(UNTIL);
    if (waits) expect(startedMs! - arrivedMs, `peer ${id}`).toBeLessThan(LATEST);
  }
  expect(waited).toBeGreaterThan(30);
  // Those are hit who have completed the file meanwhile, too.
  const hit = result.faults![0]!.peers;
  expect(hit).toBeGreaterThan(waited);
  expect(hit).toBeLessThan(plan.nodeCount);
  expect(result.churn).toMatchObject({ leechersAtEnd: 0, seedsAtEnd: plan.nodeCount - 1 });
});

test('peers that are there go on downloading', () => {
  const { result } = runWith([SILENCE]);
  const { completedAtMs } = result.peers;
  expect(completedAtMs.filter((atMs) => atMs > FROM && atMs < UNTIL).length).toBeGreaterThan(20);
});

test('leaders that crash meanwhile are replaced when it answers', () => {
  const crash = { fault: 'crash', atMs: FROM + 5 * SECOND, who: 'leaders', percent: 100 } as const;
  const run = runWith([SILENCE, crash], { pieces: 400 });
  expect(totalAt(run, 'leaders', FROM)).toBeGreaterThan(run.plan.asCount);
  // The crash is noticed after two minutes.
  expect(totalAt(run, 'leaders', UNTIL)).toBe(1);
  expect(totalAt(run, 'leaders', 400 * SECOND)).toBeGreaterThanOrEqual(run.plan.asCount);
  expect(run.result.churn!.leechersAtEnd).toBe(0);
});

test('a run does not end as stalled before all have asked again', () => {
  const { horizonMs: _, ...base } = BASE;
  const [seed] = BASE.classes;
  const run = runOf({
    ...base,
    classes: [
      seed!,
      {
        name: 'late',
        arrivals: [{ process: 'at-once', atMs: FROM, count: 3 }],
        uploadKbps: 1_000,
        downloadKbps: 3_000,
      },
    ],
    faults: [{ ...SILENCE, forMs: 4_000 * SECOND }],
  });
  expect(run.result.completion.count).toBe(3);
});
