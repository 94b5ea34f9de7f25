import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { SwarmError } from '../../errors.ts';
import { simulate } from '../../simulate.ts';
import { type TimelineSample, TimelineRecorder } from './timeline.ts';

const sample = (piecesHeld: number): TimelineSample => ({
  leechers: 0,
  seeds: 0,
  leaders: 0,
  unserved: 0,
  arrivals: 0,
  completions: 0,
  finished: 0,
  aborted: 0,
  crashed: 0,
  piecesHeld,
  activeConnections: 1,
  outsideBits: 2,
  insideBits: 3,
  lostBits: 4,
  sentBits: 5,
  leecherConnections: 6,
  interestedConnections: 7,
  capacityBits: 8,
});
/** The columns of a row, and that of `piecesHeld`. */
const COLUMNS = 18;
const PIECES_HELD = 9;

describe('an AS records a sample', () => {
  test('when an interval has ended, and one more at the end of the run', () => {
    const recorder = new TimelineRecorder(10);
    expect(recorder.dueAtMs).toBe(10);
    recorder.record(() => sample(1), 10);
    expect(recorder.dueAtMs).toBe(20);
    const rows = [...recorder.finish(sample(2))];
    expect(rows.slice(PIECES_HELD, COLUMNS)).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rows.slice(COLUMNS + PIECES_HELD)).toEqual([2, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('once for all intervals without an event', () => {
    const recorder = new TimelineRecorder(10);
    const times: number[] = [];
    recorder.record((atMs) => {
      times.push(atMs);
      return sample(7);
    }, 39.5);
    expect(times).toEqual([10, 20, 30]);
    expect(recorder.dueAtMs).toBe(40);
    const rows = [...recorder.finish(sample(8))];
    expect(rows.filter((_, i) => i % COLUMNS === PIECES_HELD)).toEqual([7, 7, 7, 8]);
  });

  test('as often as intervals end', () => {
    const recorder = new TimelineRecorder(0.1);
    for (let i = 1; i <= 1000; i++) recorder.record(() => sample(i), i);
    expect(recorder.finish(sample(0))).toHaveLength(COLUMNS * 10_001);
    expect(recorder.dueAtMs).toBeCloseTo(1000.1);
  });
});

describe('a timeline', () => {
  const swarm = { ...FORTY, leaderPercent: 30 };

  test('adds up to the result, which is the same without a timeline', async () => {
    const { result, timeline } = await simulate(swarm, { seed: 1, workers: 1, timelineMs: 700 });
    const { as, toMs, fromMs, outsideBits, insideBits, piecesHeld, uploadUtilisation } = timeline!;
    const sum = (column: Float64Array, of = -1) =>
      column.reduce((all, value, i) => all + (of < 0 || as[i] === of ? value : 0), 0);
    const { trafficBits, asCount } = result;
    const within = (at: number) => trafficBits[at * asCount + at]!;
    for (let at = 0; at < asCount; at++) {
      const into = trafficBits.filter((_, i) => i % asCount === at).reduce((a, b) => a + b, 0);
      expect(sum(insideBits, at)).toBe(within(at));
      expect(sum(outsideBits, at)).toBe(into - within(at));
    }
    const lastRows = piecesHeld.slice(-asCount);
    expect(sum(lastRows)).toBe(40 * 16);
    expect(toMs.at(-1)).toBe(Math.max(...result.peers.completedAtMs));
    expect(fromMs.at(-1)).toBe(700 * (as.length / asCount - 1));

    const sentBits = uploadUtilisation.reduce((all, share, i) => {
      const capacity = result.peers.uploadKbps.reduce(
        (kbps, each, row) => kbps + (result.peers.as[row] === as[i] ? each : 0),
        0,
      );
      return all + share * capacity * (toMs[i]! - fromMs[i]!);
    }, 0);
    // What was still on its way at the end, or cut off by a choke, has been sent, but not received.
    const receivedBits = trafficBits.reduce((a, b) => a + b, 0);
    expect(sentBits).toBeGreaterThan(receivedBits - 1);
    expect(sentBits).toBeLessThan(1.03 * receivedBits);
    const { classTrafficBits } = result;
    expect(classTrafficBits).toHaveLength(4);
    expect(classTrafficBits.reduce((a, b) => a + b, 0)).toBe(receivedBits);
    // Each of the 19 slow leechers and of the 20 fast ones has received the file.
    const [slowToSlow, slowToFast, fastToSlow, fastToFast] = classTrafficBits;
    expect((slowToSlow! + fastToSlow!) / receivedBits).toBeCloseTo(19 / 39, 1.5);
    expect((slowToFast! + fastToFast!) / receivedBits).toBeCloseTo(20 / 39, 1.5);
    expect((fastToSlow! + fastToFast!) / receivedBits).toBeGreaterThan(0.55);

    const { leecherConnections, interestedConnections } = timeline!;
    expect(Math.max(...leecherConnections)).toBeGreaterThan(39);
    expect(Math.max(...interestedConnections)).toBeGreaterThan(39);
    leecherConnections.forEach((all, i) =>
      expect(interestedConnections[i]).toBeLessThanOrEqual(all),
    );
    expect(sum(leecherConnections.slice(-asCount))).toBe(0);

    const plain = await simulate(swarm, { seed: 1, workers: 1 });
    expect(plain.result).toEqual(result);
    expect(plain.windows).toBe(
      (await simulate(swarm, { seed: 1, workers: 1, timelineMs: 33 })).windows,
    );
    expect(plain).not.toHaveProperty('timeline');
  });

  test('is the same for any number of workers', async () => {
    const runs = [];
    for (const workers of [1, 2, 3])
      runs.push((await simulate(swarm, { seed: 2, workers, timelineMs: 500 })).timeline);
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  test('shows that pieces accumulate', async () => {
    const { result, timeline } = await simulate(FORTY, { seed: 1, workers: 1, timelineMs: 1_000 });
    const { piecesHeld, activeConnections, as, fromMs } = timeline!;
    for (let i = result.asCount; i < as.length; i++) {
      expect(as[i]).toBe(as[i - result.asCount]);
      expect(fromMs[i]).toBe(fromMs[i - result.asCount]! + 1_000);
      expect(piecesHeld[i]).toBeGreaterThanOrEqual(piecesHeld[i - result.asCount]!);
    }
    expect(Math.max(...activeConnections)).toBeGreaterThan(10);
  });

  test.each([0, -5, Number.NaN])('with an interval of %s ms is refused', async (timelineMs) => {
    await expect(simulate(FORTY, { seed: 1, timelineMs })).rejects.toThrow(SwarmError);
  });
});
