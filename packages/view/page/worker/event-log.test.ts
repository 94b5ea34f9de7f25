import { expect, test } from 'vitest';

import type { SwarmEvent } from '../scene.ts';
import { EventLog } from './event-log.ts';

const FRAME_MS = 2_000;

test('in a frame, events of a kind in one AS are one: that of the first', () => {
  const log = new EventLog(FRAME_MS);
  log.add('crashed', 1_500, 2, 7);
  log.add('crashed', 1_200, 2, 8);
  log.add('crashed', 1_300, 1, 9);
  log.add('finished', 1_100, 2, 4);
  log.endFrame();
  log.add('crashed', 2_500, 2, 5, 3, 'why');
  log.endFrame();
  expect(log.take()).toEqual([
    { kind: 'finished', atMs: 1_100, as: 2, peer: 4, count: 1 },
    { kind: 'crashed', atMs: 1_200, as: 2, peer: 8, count: 2 },
    { kind: 'crashed', atMs: 1_300, as: 1, peer: 9, count: 1 },
    { kind: 'crashed', atMs: 2_500, as: 2, peer: 5, count: 3, detail: 'why' },
  ]);
  expect(log.take()).toEqual([]);
});

test.each([
  { what: 'many frames', frames: 20_000, asCount: 3 },
  { what: 'many AS', frames: 50, asCount: 8_000 },
])('$what have few events, in order, that count all', ({ frames, asCount }) => {
  const log = new EventLog(FRAME_MS);
  const events: SwarmEvent[] = [];
  for (let frame = 0; frame < frames; frame++) {
    for (let as = 0; as < asCount; as++) log.add('finished', frame * FRAME_MS + as / 10, as, 1, 2);
    if (frame % 1_000 === 0) log.add('election', frame * FRAME_MS + 1, 4, 5);
    log.endFrame();
    events.push(...log.take());
  }
  log.end();
  events.push(...log.take());
  const finished = events.filter(({ kind }) => kind === 'finished');
  expect(finished.length).toBeLessThan(800);
  expect(finished.reduce((sum, { count }) => sum + count, 0)).toBe(2 * frames * asCount);
  const times = events.map(({ atMs }) => atMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  // A rare kind is not merged.
  expect(events.filter(({ kind }) => kind === 'election').length).toBe(Math.ceil(frames / 1_000));
  expect(finished.at(-1)!.detail).toMatch(new RegExp(`^within \\d+ s in ${asCount} AS$`));
});

test('the events of a coarse kind become rarer', () => {
  const log = new EventLog(FRAME_MS);
  for (let frame = 0; frame < 3_000; frame++) {
    log.add('fault', frame * FRAME_MS, 0, 0, 1, 'cut');
    log.endFrame();
  }
  const events = log.take();
  const gaps = events.slice(1).map(({ atMs }, i) => (atMs - events[i]!.atMs) / FRAME_MS);
  expect([...new Set(gaps)]).toEqual([1, 2, 4, 8, 16, 32]);
  expect(events.at(-1)!.detail).toBe('cut');
});
