import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

import { inRepository } from '../../files.ts';
import { COMPONENTS, componentOf, GARBAGE, REST } from './components.ts';
import { type CpuProfile, msWithin, selfMs } from './cpu-profile.ts';
import { countsFor, EVENTS, FLOWS, QUEUE, RECORDS, ROUNDS } from './message-kinds.ts';

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

test('a function without a name counts for the function that has called it', () => {
  const frame = (id: number, functionName: string, children: number[] = []) => {
    return { id, callFrame: { functionName, url: 'x.ts' }, children };
  };
  const profile: CpuProfile = {
    nodes: [
      frame(1, '(root)', [2, 4]),
      frame(2, 'choke', [3]),
      frame(3, 'helper'),
      frame(4, '(idle)'),
    ],
    samples: [1, 2, 3, 4],
    timeDeltas: [1_000, 500, 250, 9_000],
  };
  const nameOf = (_: string, name: string) => (name === 'choke' ? name : undefined);
  expect([...msWithin(profile, nameOf, 'else')]).toEqual([
    ['else', 1],
    ['choke', 0.75],
  ]);
});

test.each([
  { url: 'protocol/src/peer/peer.ts', name: 'choke', kind: 'choke' },
  { url: 'protocol/src/peer/peer.ts', name: 'rechoke', kind: ROUNDS },
  { url: 'protocol/src/peer/download.ts', name: 'choke', kind: undefined },
  { url: 'protocol/src/tables/deferred-haves.ts', name: 'defer', kind: 'have' },
  { url: 'simulator/src/swarm/nodes/hosted-peer.ts', name: 'sendBlocks', kind: 'piece' },
  { url: 'simulator/src/swarm/nodes/flows.ts', name: 'allocate', kind: FLOWS },
  { url: 'simulator/src/engine/mailbox/inbox.ts', name: 'deliver', kind: RECORDS },
  { url: 'simulator/src/engine/queue/event-queue.ts', name: 'push', kind: QUEUE },
  { url: 'simulator/src/swarm/nodes/autonomous-system.ts', name: 'handle', kind: EVENTS },
  { url: 'runner/src/main.ts', name: 'main', kind: undefined },
])('$url $name counts for $kind', ({ url, name, kind }) => {
  expect(countsFor(`file:///x/packages/${url}`, name)).toBe(kind);
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
