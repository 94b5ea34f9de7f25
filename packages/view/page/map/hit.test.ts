import { expect, test } from 'vitest';

import { type MapLayout, NODE } from '../scene.ts';
import { targetAt } from './hit.ts';
import { Members } from './members.ts';

// Peers 1 and 2 are in AS 0, in a row; peer 3 is in AS 1, which touches AS 0.
const layout: MapLayout = {
  asX: Float32Array.of(0, 15),
  asY: Float32Array.of(0, 0),
  asRadius: Float32Array.of(10, 5),
  nodeX: Float32Array.of(0, -2, 2, 0),
  nodeY: Float32Array.of(0, 0, 0, 0),
  extent: 20,
};
const members = new Members([0, 0, 0, 1], 2);
const flags = Uint8Array.of(0, NODE.present, NODE.present | NODE.leader, 0);
const contents = { layout, members, flags, openAs: undefined };
const near = { scale: 10, left: 200, top: 100, width: 400, height: 200 };
const far = { ...near, scale: 1 };

test.each([
  ['a peer', near, 181, 100, { as: 0, peer: 1 }],
  ['an AS between its peers', near, 200, 140, { as: 0 }],
  ['an AS where a peer is not there', near, 350, 100, { as: 1 }],
  ['an AS whose peers are too small', { ...near, scale: 3.9 }, 192, 100, { as: 0 }],
  ['an AS that the pointer has just missed', far, 200, 87, { as: 0 }],
  ['the AS that the pointer is in, beside another', far, 211, 100, { as: 1 }],
  ['nothing', far, 200, 80, undefined],
])('%s is hit', (_what, viewport, x, y, target) => {
  expect(targetAt(x, y, viewport, contents)).toEqual(target);
});

test('the peers of the open AS are hit at any zoom', () => {
  expect(targetAt(198, 100, far, { ...contents, openAs: 0 })).toEqual({ as: 0, peer: 1 });
});

test('of two peers that are near enough, the nearer is hit', () => {
  expect(targetAt(201, 100, far, { ...contents, openAs: 0 })).toEqual({ as: 0, peer: 2 });
});

test('before there is a scene, no peer is hit', () => {
  expect(targetAt(180, 100, near, { ...contents, flags: undefined })).toEqual({ as: 0 });
});
