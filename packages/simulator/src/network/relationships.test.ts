import { describe, expect, test } from 'vitest';

import { SwarmError } from '../errors.ts';
import { amongAs, indexOfAs, type Neighbours, readRelationships } from './relationships.ts';

const TEXT = '# inferred\n30|20|-1\n30|10|-1\n\n20|10|0\n';

describe('a file of relationships', () => {
  test('lists providers, customers and peers', () => {
    const { asNumbers, providers, customers, peers } = readRelationships(TEXT, 'rel.txt');
    expect([...asNumbers]).toEqual([10, 20, 30]);
    expect(listsOf(providers)).toEqual([[2], [2], []]);
    expect(listsOf(customers)).toEqual([[], [], [0, 1]]);
    expect(listsOf(peers)).toEqual([[1], [0], []]);
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
    expect(readRelationships(file, 'rel.txt')).toEqual(readRelationships(TEXT, 'rel.txt'));
  });

  test('finds AS by their number', () => {
    const relationships = readRelationships(TEXT, 'rel.txt');
    expect([10, 20, 30].map((asn) => indexOfAs(relationships, asn))).toEqual([0, 1, 2]);
    expect([0, 15, 31].map((asn) => indexOfAs(relationships, asn))).toEqual(
      Array(3).fill(undefined),
    );
  });

  test('is reduced to some AS, and the relationships between them', () => {
    const reduced = amongAs(readRelationships(TEXT, 'rel.txt'), Uint32Array.of(0, 2));
    expect(reduced).toEqual(readRelationships('30|10|-1', 'rel.txt'));
  });

  test.each([
    { file: '', message: /^rel.txt: contains no relationship; write as1\|as2\|-1 / },
    { file: '1|2|0\n3,4,0\n', message: /^rel.txt:2: "3,4,0" is not a relationship; write / },
    { file: '1|2|2', message: /^rel.txt:1: "1\|2\|2" is not a relationship; / },
    { file: '1|2|0\n1|3', message: /:2: "1\|3", the last line, is incomplete: .* cut off; fetch/ },
    { file: '1|2|0\n1|3|-', message: /:2: "1\|3\|-", the last line, is incomplete/ },
    { file: `${'\u0001'.repeat(90)}\n`, message: /:1: "\\u0001.*\.\.\." is not a relationship/ },
    { file: '1|4294967296|0', message: /:1: .* has an AS number above 4294967295; correct/ },
    { file: '7|7|0', message: /:1: "7\|7\|0" relates an AS to itself; remove it$/ },
    { file: '1|2|-1\n2|1|-1', message: /:2: contradicts line 1 about AS2 and AS1; keep one/ },
    { file: '# x\n1|2|-1\n2|1|0', message: /:3: contradicts line 2 about AS2 and AS1; / },
  ])('is rejected: $message', ({ file, message }) => {
    expect(() => readRelationships(file, 'rel.txt')).toThrow(SwarmError);
    expect(() => readRelationships(file, 'rel.txt')).toThrow(message);
  });
});

function listsOf({ start, neighbours }: Neighbours): number[][] {
  return Array.from({ length: start.length - 1 }, (_, as) => [
    ...neighbours.subarray(start[as], start[as + 1]),
  ]);
}
