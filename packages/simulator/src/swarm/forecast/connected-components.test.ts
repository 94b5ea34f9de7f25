import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { ConnectedComponents } from './connected-components.ts';

describe('islands', () => {
  test('are single at first', () => {
    const islands = new ConnectedComponents(3);
    expect([0, 1, 2].map((a) => islands.of(a))).toEqual([0, 1, 2]);
    expect(islands.sizeOf(2)).toBe(1);
  });

  test('become one by an edge, and stay one by another', () => {
    const islands = new ConnectedComponents(4);
    islands.join(0, 1);
    islands.join(1, 0);
    islands.join(2, 2);
    expect(islands.of(0)).toBe(islands.of(1));
    expect([0, 1, 2, 3].map((a) => islands.sizeOf(a))).toEqual([2, 2, 1, 1]);
  });

  test.each([1, 2, 3, 4, 5])('are those that colours find that flow along edges (seed %s)', (seed) => {
    const random = seededRandom('islands', seed);
    const count = 60;
    const islands = new ConnectedComponents(count);
    let colours = Array.from({ length: count }, (_, i) => i);
    for (let edge = 0; edge < 45; edge++) {
      const [a, b] = [random.below(count), random.below(count)];
      islands.join(a, b);
      colours = colours.map((colour) => (colour === colours[a] ? colours[b]! : colour));
    }
    for (let a = 0; a < count; a++) {
      expect(islands.sizeOf(a)).toBe(colours.filter((colour) => colour === colours[a]).length);
      for (let b = 0; b < a; b++) expect(islands.of(a) === islands.of(b)).toBe(colours[a] === colours[b]);
    }
  });
});
