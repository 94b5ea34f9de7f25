import { describe, expect, test } from 'vitest';

import { SwarmError } from '../errors.ts';
import { readRelationships } from './relationships.ts';

describe('a file of relationships', () => {
  test('lists providers, customers and peers', () => {
    const file = '# inferred\n30|20|-1\n30|10|-1\n\n20|10|0\n';
    expect(readRelationships(file, 'rel.txt')).toEqual({
      asNumbers: [10, 20, 30],
      providers: [[2], [2], []],
      customers: [[], [], [0, 1]],
      peers: [[1], [0], []],
    });
  });

  test.each([
    { what: 'its further columns', file: '30|20|-1|bgp\n30|10|-1|mlp\n20|10|0|bgp' },
    { what: 'the order of its lines', file: '20|10|0\n30|10|-1\n30|20|-1' },
    {
      what: 'the order of peers, and repeated lines',
      file: '30|20|-1\n30|10|-1\n10|20|0\n20|10|0',
    },
    { what: 'its line endings', file: '30|20|-1\r\n30|10|-1\r\n20|10|0\r\n' },
  ])('has the same meaning regardless of $what', ({ file }) => {
    const expected = readRelationships('30|20|-1\n30|10|-1\n20|10|0\n', 'rel.txt');
    expect(readRelationships(file, 'rel.txt')).toEqual(expected);
  });

  test.each([
    { file: '', message: /^rel.txt: contains no relationship; write as1\|as2\|-1 / },
    { file: '1|2|0\n3,4,0', message: /^rel.txt, line 2: "3,4,0" is not a relationship; write / },
    { file: '1|2|2', message: /^rel.txt, line 1: "1\|2\|2" is not a relationship; / },
    { file: '1|2|', message: /line 1: "1\|2\|" is not a relationship/ },
    { file: '1|4294967296|0', message: /line 1: .* has an AS number above 4294967295; correct/ },
    { file: '7|7|0', message: /line 1: "7\|7\|0" relates an AS to itself; remove the line$/ },
    { file: '1|2|-1\n2|1|-1', message: /line 2: "2\|1\|-1" contradicts .*; keep one/ },
    { file: '1|2|-1\n2|1|0', message: /line 2: "2\|1\|0" contradicts / },
  ])('is rejected: $message', ({ file, message }) => {
    expect(() => readRelationships(file, 'rel.txt')).toThrow(SwarmError);
    expect(() => readRelationships(file, 'rel.txt')).toThrow(message);
  });
});
