import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { ConnectedComponents } from './connected-components.ts';

describe('connected components', () => {
  test('are single vertices at first', () => {
    const components = new ConnectedComponents(3);
    expect([0, 1, 2].map((a) => components.find(a))).toEqual([0, 1, 2]);
    expect(components.sizeOf(2)).toBe(1);
  });

  test('become one when an edge is added, and do not change when another is', () => {
    const components = new ConnectedComponents(4);
    components.union(0, 1);
    components.union(1, 0);
    components.union(2, 2);
    expect(components.find(0)).toBe(components.find(1));
    expect([0, 1, 2, 3].map((a) => components.sizeOf(a))).toEqual([2, 2, 1, 1]);
  });

  test.each([1, 2, 3, 4, 5])('are the same as by colouring along the edges (seed %s)', (seed) => {
    const random = seededRandom('components', seed);
    const count = 60;
    const components = new ConnectedComponents(count);
    let colours = Array.from({ length: count }, (_, i) => i);
    for (let edge = 0; edge < 45; edge++) {
      const [a, b] = [random.below(count), random.below(count)];
      components.union(a, b);
      colours = colours.map((colour) => (colour === colours[a] ? colours[b]! : colour));
    }
    for (let a = 0; a < count; a++) {
      expect(components.sizeOf(a)).toBe(colours.filter((colour) => colour === colours[a]).length);
      for (let b = 0; b < a; b++)
        expect(components.find(a) === components.find(b)).toBe(colours[a] === colours[b]);
    }
  });
});
