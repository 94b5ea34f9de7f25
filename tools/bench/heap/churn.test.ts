/** The memory of a swarm in which peers come and go. It is counted, so it does not depend on load. */

import { swarm } from '@cachetorrent/simulator';
import { expect, test } from 'vitest';

import { footprintOverTime } from './inspect.ts';

const MINUTE_MS = 60_000;

/** Some 130 peers are there at a time, and 6,000 come in an hour and a half. */
const CROWD = swarm({
  file: { pieces: 64, pieceSize: '64 KiB' },
  until: '90 min',
  seeds: { count: 4, upload: '20 Mbit/s' },
  network: { as: 4 },
  tracker: { neighbours: 8 },
  cache: { leaders: 20 },
  classes: [
    {
      name: 'peer',
      arrivals: { rate: '4000/h' },
      upload: '4 Mbit/s',
      download: '20 Mbit/s',
      leaves: { after: { mean: '1 min' } },
      crashes: { after: { mean: '10 min' } },
    },
  ],
});

/** Peers that come between the middles of the two spans that are compared. */
const COME_AND_GONE = 4_000;

test('memory is needed for the peers that are there, not for those that have left', {
  timeout: 300_000,
}, async () => {
  const samples = await footprintOverTime(CROWD, 2 * MINUTE_MS);
  const meanOf = (fromMinute: number, untilMinute: number): number => {
    const bytes = samples
      .filter(({ atMs }) => atMs >= fromMinute * MINUTE_MS && atMs < untilMinute * MINUTE_MS)
      .map((sample) => sample.bytes);
    return bytes.reduce((a, b) => a + b, 0) / bytes.length;
  };
  // A peer that is there takes some 20,000 bytes. What the plan and the results hold of each is
  // allocated at the start.
  const growth = meanOf(75, 90) - meanOf(15, 30);
  expect(growth / COME_AND_GONE).toBeLessThan(250);
});
