import { expect, test } from 'vitest';

import type { MapLayout } from '../scene.ts';
import { DOT_MIN_PX, visibleSystems } from './detail.ts';

// AS 0 is that of the tracker; 1 is on the left, 2 on the right.
const layout: MapLayout = {
  asX: Float32Array.of(0, -50, 50),
  asY: Float32Array.of(0, 0, 0),
  asRadius: Float32Array.of(0, 10, 20),
  nodeX: new Float32Array(1),
  nodeY: new Float32Array(1),
  extent: 70,
};

const whole = { scale: 1, left: 100, top: 100, width: 200, height: 200 };

test.each([
  ['an AS without peers is not drawn', whole, [1, 2]],
  ['an AS beyond the border is not drawn', { ...whole, left: 0 }, [2]],
  ['an AS of which only the gauge is on the screen is drawn', { ...whole, left: 35 }, [1, 2]],
  ['an AS above the picture is not drawn', { ...whole, top: -40 }, []],
])('%s', (_rule, viewport, all) => {
  expect(visibleSystems(layout, viewport, undefined).all).toEqual(all);
});

test.each([
  ['peers that are too small are no dots', DOT_MIN_PX - 0.01, undefined, []],
  ['peers that are large enough are dots', DOT_MIN_PX, undefined, [1, 2]],
  ['the peers of the open AS are dots', 1, 2, [2]],
])('%s', (_rule, scale, openAs, dotted) => {
  expect(visibleSystems(layout, { ...whole, scale }, openAs).dotted).toEqual(dotted);
});
