import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

import { inRepository } from '../../files.ts';
import { COMPONENTS, componentOf, GARBAGE, REST } from './components.ts';
import { type CpuProfile, selfMs } from './cpu-profile.ts';

test('each function has its time on top of the stack, and waiting has none', () => {
  const frame = (id: number, functionName: string) => {
    return { id, callFrame: { functionName, url: `${functionName}.ts` } };
  };
  const profile: CpuProfile = {
    nodes: [frame(1, 'pop'), frame(2, 'push'), frame(3, '(idle)')],
    samples: [1, 2, 3, 1],
    timeDeltas: [1_000, 500, 9_000, 250],
  };
  expect([...selfMs(profile, (url) => url)]).toEqual([
    ['pop.ts', 1.25],
    ['push.ts', 0.5],
  ]);
});

test.each([
  { url: 'protocol/src/tables/deferred-haves.ts', name: 'note', component: COMPONENTS[0]!.what },
  { url: 'protocol/dist/peer/piece-picker.js', name: 'next', component: REST },
  { url: 'protocol/src/choker/random.ts', name: '', component: 'choking: rates, slots' },
  { url: 'protocol/src/peer/peer.ts', name: '', component: 'peers and their hosts' },
  {
    url: 'simulator/src/network/transfers.ts',
    name: '',
    component: 'sending pieces: flows, rates',
  },
  {
    url: 'simulator/src/engine/threads/worker-loop.ts',
    name: '',
    component: 'windows and barriers',
  },
  { url: 'simulator/src/swarm/plan/plan.ts', name: '', component: REST },
])('$url $name belongs to the component: $component', ({ url, name, component }) => {
  expect(componentOf(`file:///x/packages/${url}`, name)).toBe(component);
});

test.each([
  { url: '', name: '(garbage collector)', component: GARBAGE },
  { url: 'node:internal/modules/run_main', name: 'x', component: REST },
])('what V8 and Node do belongs to the component: $component', ({ url, name, component }) => {
  expect(componentOf(url, name)).toBe(component);
});

test('every component has source files', () => {
  const files = ['protocol', 'simulator'].flatMap((name) =>
    readdirSync(inRepository(`packages/${name}/src`), { recursive: true, encoding: 'utf8' }).map(
      (path) => `packages/${name}/src/${path.replaceAll('\\', '/')}`,
    ),
  );
  const found = new Set(files.map((path) => componentOf(path, '')));
  expect([...found]).toEqual(expect.arrayContaining(COMPONENTS.map(({ what }) => what)));
});
