import { expect, test } from 'vitest';

import { type CpuProfile, selfMs } from './cpu-profile.ts';
import { GARBAGE, partOf, PARTS, REST } from './parts.ts';

test('each function has the time that it was on top, and waiting has none', () => {
  const frame = (id: number, functionName: string) => ({ id, callFrame: { functionName, url: `${functionName}.ts` } });
  const profile: CpuProfile = {
    nodes: [frame(1, 'pop'), frame(2, 'push'), frame(3, '(idle)')],
    samples: [1, 2, 3, 1],
    timeDeltas: [1_000, 500, 9_000, 250],
  };
  expect([...selfMs(profile, (url) => url)]).toEqual([['pop.ts', 1.25], ['push.ts', 0.5]]);
});

test.each([
  { url: 'file:///x/packages/protocol/src/early-haves.ts', name: 'note', part: PARTS[0]!.what },
  { url: 'file:///x/packages/protocol/dist/piece-picker.js', name: 'next', part: REST },
  { url: 'file:///x/packages/protocol/src/choker/tit-for-tat.ts', name: '', part: 'choking: rates, slots' },
  { url: 'file:///x/packages/simulator/src/network/transfers.ts', name: '', part: 'sending pieces: flows, rates' },
  { url: '', name: '(garbage collector)', part: GARBAGE },
  { url: 'node:internal/modules/run_main', name: 'x', part: REST },
])('$url $name is of the part: $part', ({ url, name, part }) => {
  expect(partOf(url, name)).toBe(part);
});
