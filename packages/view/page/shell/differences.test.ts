import { expect, test } from 'vitest';

import { differencesOf } from './differences.ts';

const of = (configuration: unknown, seed = 1) => ({ configuration, seed });
const lines = (first: unknown, second: unknown): string[] =>
  differencesOf(of(first), of(second)).map(
    (each) => `${each.path}: ${each.first} → ${each.second}`,
  );

test.each([
  [{ peers: 20 }, { peers: 20 }, []],
  [{ peers: 20 }, { peers: 30 }, ['peers: 20 → 30']],
  [{ client: { slots: 4 } }, { client: { slots: 5 } }, ['client.slots: 4 → 5']],
  [{}, { leaders: { share: 0.3 } }, ['leaders: none → share 0.3']],
  [{ leaders: { share: 0.3 } }, {}, ['leaders: share 0.3 → none']],
  [{ classes: [{ n: 1 }] }, { classes: [{ n: 2 }] }, ['classes[0].n: 1 → 2']],
  [{ a: true, b: null }, { a: false, b: 'x' }, ['a: yes → no', 'b: none → x']],
  [{ a: 1 }, { a: { b: { c: [1, 2] } } }, ['a: 1 → b (c 1, 2)']],
  ['plain', 'other', ['configuration: plain → other']],
])('%j and %j', (first, second, expected) => {
  expect(lines(first, second)).toEqual(expected);
});

test('the seed is one of them', () => {
  expect(differencesOf(of({}, 1), of({}, 2))).toEqual([{ path: 'seed', first: '1', second: '2' }]);
});

test('a long value is cut', () => {
  const [difference] = differencesOf(of({ text: 'x'.repeat(500) }), of({ text: '' }));
  expect(difference?.first).toHaveLength(81);
});
