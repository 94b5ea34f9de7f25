/** AS that are cut off from the others for a time. */

import type { PeerId } from '@cachetorrent/protocol';
import { describe, expect, test } from 'vitest';

import type { AsCut } from '../../src/swarm/plan/faults.ts';
import type { Swarm } from '../../src/swarm/plan/swarm.ts';
import { bitsUnderWay, BASE, type FaultyRun, runWith, SECOND } from './faulty-run.ts';

const FROM = 20 * SECOND;
/** An AS without the seed and the tracker. */
const CUT_OFF = 3;
const cut = (as: readonly number[], seconds: number, atMs = FROM): AsCut => ({
  fault: 'cut',
  atMs,
  as,
  forMs: seconds * SECOND,
});

/** The bits that have come into an AS from others between two times. */
function importedBits({ plan, timeline }: FaultyRun, as: number, fromMs: number, toMs: number) {
  let bits = 0;
  for (let row = 0; row < timeline.as.length; row++) {
    const isIn = timeline.toMs[row]! > fromMs && timeline.toMs[row]! <= toMs;
    if (isIn && plan.domainOf(timeline.as[row]!) === as) bits += timeline.outsideBits[row]!;
  }
  return bits;
}

const PLAIN: Partial<Swarm> = { pieces: 300, horizonMs: 900 * SECOND };
const VARIANTS: readonly (readonly [string, Partial<Swarm>])[] = [
  ['leaders', PLAIN],
  ['leaders of two sub-torrents', { ...PLAIN, subTorrents: 2 }],
  ['whole pieces', { ...PLAIN, quirks: { ...BASE.quirks, wholePieces: true } }],
];

const DURATIONS = [
  { seconds: 60, what: 'nothing crosses the border, and connections outlive it' },
  { seconds: 300, what: 'connections are closed, and others made later' },
  { seconds: 119.9, what: 'just before connections time out' },
  { seconds: 120, what: 'just as connections time out' },
  { seconds: 125, what: 'requests for connections wait for its end' },
];

describe.each(VARIANTS)('a cut of a swarm with %s', (name, changes) => {
  test.each(name === 'leaders' ? DURATIONS : DURATIONS.slice(0, 2))(
    '$seconds s: $what',
    ({ seconds }) => {
      const run = runWith([cut([CUT_OFF], seconds)], changes);
      const untilMs = FROM + seconds * SECOND;
      expect(importedBits(run, CUT_OFF, 0, FROM)).toBeGreaterThan(0);
      // What was on its way arrives.
      expect(importedBits(run, CUT_OFF, FROM + SECOND, untilMs)).toBe(0);
      expect(importedBits(run, CUT_OFF, untilMs, run.plan.swarm.horizonMs!)).toBeGreaterThan(0);
      expect(importedBits(run, 1, FROM + SECOND, untilMs)).toBeGreaterThan(0);
      const { churn, faults, messages } = run.result;
      expect(churn).toMatchObject({ leechersAtEnd: 0, seedsAtEnd: 41 });
      const asId = [0, 1, 2, 3].find((id) => run.plan.domainOf(id) === CUT_OFF)!;
      const peers = run.plan.idsOf(asId).filter((id) => id > 0).length;
      expect(faults).toEqual([{ atMs: FROM, event: `cut of AS ${CUT_OFF}`, peers }]);
      expect(messages.close).toBe(0);
      expect(bitsUnderWay(run)).toBe(0);
    },
  );
});

test('AS that are cut off together reach each other', () => {
  const imported = (faults: readonly AsCut[]) =>
    importedBits(runWith(faults, PLAIN), CUT_OFF, FROM + SECOND, FROM + 60 * SECOND);
  expect(imported([cut([CUT_OFF, 0], 60)])).toBeGreaterThan(0);
  expect(imported([cut([CUT_OFF], 60), cut([0], 60)])).toBe(0);
});

test('nobody else reaches the tracker while its AS is cut off', () => {
  const TRACKERS_AS = 2;
  const peers = Array.from({ length: 60 }, (_, i) => ({ atMs: SECOND * i, as: i % 4 }));
  const { plan, result, starts } = runWith([cut([TRACKERS_AS], 30)], {
    ...PLAIN,
    classes: [
      BASE.classes[0]!,
      {
        name: 'peer',
        arrivals: [{ process: 'trace', peers }],
        uploadKbps: 1_000,
        downloadKbps: 3_000,
      },
    ],
  });
  expect(plan.domainOf(plan.asOf(0 as PeerId))).toBe(TRACKERS_AS);
  for (const [row, arrivedMs] of result.peers.arrivedAtMs.entries()) {
    const id = row + 1;
    const isCutOff = plan.domainOf(plan.asOf(id as PeerId)) !== TRACKERS_AS;
    const waits = isCutOff && arrivedMs >= FROM && arrivedMs < FROM + 30 * SECOND;
    const [startedMs] = starts.get(id)!;
    if (waits) expect(startedMs, `peer ${id}`).toBeGreaterThan(FROM + 30 * SECOND);
    else expect(startedMs! - arrivedMs, `peer ${id}`).toBeLessThan(SECOND);
  }
  expect(result.churn!.leechersAtEnd).toBe(0);
});

test('cuts that overlap or follow each other are one', () => {
  const one = runWith([cut([CUT_OFF], 200)], PLAIN);
  const several = runWith([cut([CUT_OFF], 80), cut([CUT_OFF], 80, FROM + 60 * SECOND)], PLAIN);
  const parts = runWith(
    [
      cut([CUT_OFF], 80),
      cut([CUT_OFF], 80, FROM + 60 * SECOND),
      cut([CUT_OFF], 60, FROM + 140 * SECOND),
      cut([CUT_OFF], 10, FROM + 10 * SECOND),
    ],
    PLAIN,
  );
  expect(parts.result.resultHash).toBe(one.result.resultHash);
  expect(several.result.resultHash).not.toBe(one.result.resultHash);
});
