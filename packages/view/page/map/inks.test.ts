import { expect, test } from 'vitest';

import { inksOf, withAlpha } from './inks.ts';

const colours = {
  background: '#ffffff',
  surface: '#123456',
  text: '#000000',
  muted: '#808080',
  line: '#c0c0c0',
  focus: '#ff0000',
  leecher: '#00ff00',
  seed: '#0000ff',
  leader: '#ffff00',
  traffic: '#ff00ff',
  fault: '#00ffff',
  scale: ['#000000', '#ff0000'],
};

test('red is in the lowest byte, and all are opaque', () => {
  const { surface, focus, leecher, seed } = inksOf(colours);
  expect([surface, focus, leecher, seed]).toEqual([0xff563412, 0xff0000ff, 0xff00ff00, 0xffff0000]);
});

test('the scale goes from nothing to all', () => {
  const { scale } = inksOf(colours);
  expect([scale[0], scale[51], scale[255]]).toEqual([0xff000000, 0xff000033, 0xff0000ff]);
});

test('alpha replaces that of a colour', () => {
  expect(withAlpha(0xff563412, 0)).toBe(0x00563412);
  expect(withAlpha(0x10563412, 1)).toBe(0xff563412);
});
