import { expect, test } from 'vitest';

import { type MapLayout, NODE } from '../scene.ts';
import { currentFocus, firstPeer, firstSystem, focusByStep, focusInDirection } from './focus.ts';
import { Members } from './members.ts';

// AS 0 is that of the tracker; AS 1 to 3 are in a row, and 2 has peers 1 to 4 in a row. Peer 2,
// in its centre, is not there; AS 3 has peer 5.
const layout: MapLayout = {
  asX: Float32Array.of(0, -50, 0, 50),
  asY: Float32Array.of(0, 0, 0, 0),
  asRadius: Float32Array.of(0, 5, 20, 10),
  nodeX: Float32Array.of(0, -3, 0, 4, 8, 0),
  nodeY: new Float32Array(6),
  extent: 60,
};
const present = NODE.present;
const all = {
  layout,
  members: new Members([0, 2, 2, 2, 2, 3], 4),
  flags: Uint8Array.of(0, present, 0, present, present, present),
  openAs: undefined,
};
const open = { ...all, openAs: 2 };

test('the largest AS gets the focus first', () => {
  expect(firstSystem(all)).toEqual({ as: 2 });
});

test('the AS that is open gets the focus first', () => {
  expect(firstSystem({ ...all, openAs: 3 })).toEqual({ as: 3 });
});

test('the peer that is there and nearest to the centre gets the focus first', () => {
  expect(firstPeer(2, all)).toEqual({ as: 2, peer: 1 });
});

test('an AS without peers keeps the focus', () => {
  expect(firstPeer(1, all)).toEqual({ as: 1 });
});

test.each([
  ['stays in the open AS', { as: 2, peer: 3 }, open, { as: 2, peer: 3 }],
  ['goes to an AS that is opened elsewhere', { as: 3 }, open, { as: 2 }],
  ['leaves the peers of an AS that is closed', { as: 2, peer: 3 }, all, { as: 2 }],
  ['is nowhere if it was nowhere', undefined, all, undefined],
])('the focus %s', (_rule, focus, contents, expected) => {
  expect(currentFocus(focus, contents)).toEqual(expected);
});

test.each([
  ['moves between AS', { as: 2 }, 'left', all, { as: 1 }],
  ['stays where nothing is next', { as: 1 }, 'left', all, { as: 1 }],
  ['moves between the peers of the open AS', { as: 2, peer: 1 }, 'right', open, { as: 2, peer: 3 }],
  ['stays in the open AS', { as: 2, peer: 4 }, 'right', open, { as: 2, peer: 4 }],
  ['goes from the open AS to a peer', { as: 2 }, 'up', open, { as: 2, peer: 1 }],
] as const)('the focus %s', (_rule, focus, direction, contents, expected) => {
  expect(focusInDirection(focus, direction, contents)).toEqual(expected);
});

test.each([
  ['goes through the AS that have peers', { as: 1 }, 1, all, { as: 2 }],
  ['goes on with the first after the last', { as: 3 }, 1, all, { as: 1 }],
  ['goes on with the last before the first', { as: 1 }, -1, all, { as: 3 }],
  ['leaves out peers that are not there', { as: 2, peer: 1 }, 1, open, { as: 2, peer: 3 }],
  ['begins with the first peer', { as: 2 }, -1, open, { as: 2, peer: 1 }],
  ['stays on an AS whose peers have all left', { as: 1 }, 1, { ...all, openAs: 1 }, { as: 1 }],
] as const)('the focus %s', (_rule, focus, by, contents, expected) => {
  expect(focusByStep(focus, by, contents)).toEqual(expected);
});
