import type { RecordingHeader, Totals } from '@cachetorrent/recording';
import { expect, test } from 'vitest';

import type { FramePoint, Scene } from '../scene.ts';
import { figuresOf, halfCompleteMs, pointAt } from './figures-of.ts';

const point = (atMs: number, totals: Partial<Totals> = {}, utilisation = 0): FramePoint =>
  ({
    atMs,
    utilisation,
    totals: { leechers: 0, completions: 0, aborted: 0, crashed: 0, ...totals },
  }) as FramePoint;

test('the frame of a time is the last one that has ended', () => {
  const points = [point(2000), point(4000)];
  expect(pointAt(points, 1999)).toBeUndefined();
  expect(pointAt(points, 2000)?.atMs).toBe(2000);
  expect(pointAt(points, 3999)?.atMs).toBe(2000);
  expect(pointAt(points, 9999)?.atMs).toBe(4000);
});

test('half of the leechers are complete once as many are complete as are not', () => {
  const points = [
    point(2000, { leechers: 4 }),
    point(4000, { leechers: 3, completions: 1 }),
    point(6000, { leechers: 2, completions: 2 }),
    point(8000, { leechers: 0, completions: 4 }),
  ];
  expect(halfCompleteMs(points, 5999)).toBeNaN();
  expect(halfCompleteMs(points, 6000)).toBe(6000);
  expect(halfCompleteMs(points, 8000)).toBe(6000);
  expect(halfCompleteMs([point(2000)], 2000), 'no leechers').toBeNaN();
});

test('figures have the names and units of the timeline', () => {
  const totals = { leechers: 3, seeds: 1, outsideBits: 16e6, finished: 1, crashed: 2, aborted: 0 };
  const scene = { atMs: 2500, totals, redundancy: 1.5, copies: Uint32Array.of(4, 2, 3) };
  const header = { isOpen: true } as RecordingHeader;
  const figures = figuresOf(scene as unknown as Scene, [point(2000, {}, 0.25)], header);
  const shown = Object.fromEntries(
    figures.map(({ name, value, text }) => [name, [value, text(value)]]),
  );
  expect(shown).toMatchObject({
    timeMs: [2500, '00:02.5'],
    leechers: [3, '3'],
    departures: [3, '3'],
    redundancy: [1.5, '1.50'],
    bytesFromOutside: [2e6, '2.00 MB'],
    uploadUtilisation: [0.25, '25.0 %'],
    availability: [2, '2'],
  });
  expect(shown).not.toHaveProperty('halfCompleteMs');
});
