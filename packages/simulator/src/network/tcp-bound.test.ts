import { expect, test } from 'vitest';

import { tcpBoundKbps } from './tcp-bound.ts';

const KIB_64 = 8 * 65_535;

/** Each row is a figure from the literature; `part` is how far ours may be from it. */
test.each([
  {
    source: 'RFC 2488: 65,535 bytes over a satellite, 117,027 bytes/s',
    windowBits: KIB_64,
    rttMs: 560,
    kbps: 117_027 * 8e-3,
    part: 1e-4,
  },
  {
    // Packets of 1500 bytes, of which 1460 are payload, and 1.2 for 1.22.
    source: 'RFC 3649: 10 Gbit/s over 100 ms need at most one loss in 5e9 packets',
    windowBits: 1e12,
    lossPercent: 100 / 5e9,
    rttMs: 100,
    kbps: 1e7,
    part: 0.03,
  },
  ...(
    [
      [1, 12],
      [0.1, 38],
      [0.01, 120],
      [0.001, 379],
      [0.0001, 1_200],
    ] as const
  ).map(([lossPercent, segments]) => ({
    source: `RFC 3649, response of standard TCP: ${segments} segments in a round trip with a loss of ${lossPercent} %`,
    windowBits: 1e12,
    lossPercent,
    rttMs: 100,
    kbps: (segments * 1460 * 8) / 100,
    part: 0.03,
  })),
])('$source', ({ kbps, part, rttMs, windowBits, ...losses }) => {
  const lostPart = 'lossPercent' in losses ? losses.lossPercent / 100 : 0;
  const bound = tcpBoundKbps(windowBits, rttMs, lostPart);
  expect(bound / kbps).toBeGreaterThan(1 - part);
  expect(bound / kbps).toBeLessThan(1 + part);
});

test('is inversely proportional to the round trip', () => {
  expect(tcpBoundKbps(KIB_64, 50, 2e-4)).toBeCloseTo(4 * tcpBoundKbps(KIB_64, 200, 2e-4), 9);
});

test('is inversely proportional to the root of the losses', () => {
  expect(tcpBoundKbps(1e12, 100, 1e-4)).toBeCloseTo(3 * tcpBoundKbps(1e12, 100, 9e-4), 9);
});

test('is the lesser of both bounds', () => {
  expect(tcpBoundKbps(KIB_64, 100, 1e-8)).toBe(KIB_64 / 100);
  expect(tcpBoundKbps(1e9, 100, 0.01)).toBeLessThan(1_500);
});

test('is that of the window without losses', () => {
  expect(tcpBoundKbps(KIB_64, 10, 0)).toBe(KIB_64 / 10);
});
