import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { customerConeSizes } from './customer-cones.ts';
import { readRelationships } from './relationships.ts';

test.each([
  { rule: 'of an AS without customers is the AS', lines: '1|2|0', sizes: [1, 1] },
  { rule: 'has customers and their customers', lines: '1|2|-1 2|3|-1 3|4|-1', sizes: [4, 3, 2, 1] },
  { rule: 'has each AS once', lines: '1|2|-1 1|3|-1 2|4|-1 3|4|-1', sizes: [4, 2, 2, 1] },
  { rule: 'has no peers', lines: '1|2|-1 1|3|0 3|4|-1', sizes: [2, 1, 2, 1] },
  { rule: 'ends in a cycle', lines: '1|2|-1 2|3|-1 3|1|-1', sizes: [3, 3, 3] },
])('a customer cone $rule', ({ lines, sizes }) => {
  const relationships = readRelationships(lines.replaceAll(' ', '\n'), 'test');
  expect([...customerConeSizes(relationships)]).toEqual(sizes);
});

test('cones equal the reachable AS in random graphs', () => {
  for (let run = 0; run < 100; run++) {
    const random = seededRandom('cones', run);
    const count = 2 + random.below(15);
    const reaches = Array.from({ length: count }, (_, i) =>
      Array.from({ length: count }, (__, k) => i === k),
    );
    const lines = ['0|1|-1', ...Array.from({ length: count }, (_, i) => `${i}|${count}|0`)];
    reaches[0]![1] = true;
    for (let a = 0; a < count; a++) {
      for (let b = a + 1; b < count; b++) {
        if (a + b === 1 || random.below(5) > 0) continue;
        lines.push(`${a}|${b}|-1`);
        reaches[a]![b] = true;
      }
    }
    for (let k = 0; k < count; k++)
      for (let a = 0; a < count; a++)
        for (let b = 0; b < count; b++) reaches[a]![b] ||= reaches[a]![k]! && reaches[k]![b]!;
    const sizes = [...customerConeSizes(readRelationships(lines.join('\n'), 'test'))];
    expect(sizes.slice(0, count), `run ${run}`).toEqual(
      reaches.map((row) => row.filter(Boolean).length),
    );
  }
});
