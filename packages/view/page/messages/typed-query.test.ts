import type { RecordingHeader } from '@cachetorrent/recording';
import { expect, test } from 'vitest';

import { parseQuery, type TypedQuery } from './typed-query.ts';

const HEADER = {
  as: { name: ['0', 'Alpha', 'alpha', '7'] },
  peers: { as: { length: 101 } },
} as unknown as RecordingHeader;
const EMPTY: TypedQuery = { from: '', as: '', peer: '', kind: '' };

test.each<{ rule: string; typed: Partial<TypedQuery>; filter: object }>([
  { rule: 'nothing is all', typed: {}, filter: { fromMs: 0 } },
  { rule: 'seconds are ms', typed: { from: ' 12.5 s' }, filter: { fromMs: 12_500 } },
  { rule: 'parts of ms are kept', typed: { from: '2.2105' }, filter: { fromMs: 2210.5 } },
  { rule: 'thousands are separated', typed: { from: '1,234.5' }, filter: { fromMs: 1_234_500 } },
  { rule: 'the kind', typed: { kind: 'have' }, filter: { fromMs: 0, kind: 'have' } },
  { rule: 'a peer', typed: { peer: '17' }, filter: { fromMs: 0, peer: 17 } },
  { rule: 'the tracker', typed: { peer: 'Tracker' }, filter: { fromMs: 0, peer: 0 } },
  { rule: 'the tracker as 0', typed: { peer: '0' }, filter: { fromMs: 0, peer: 0 } },
  { rule: 'an AS by its name', typed: { as: 'alpha ' }, filter: { fromMs: 0, as: 2 } },
  { rule: 'an AS in another case', typed: { as: 'ALPHA' }, filter: { fromMs: 0, as: 1 } },
  { rule: 'a name that is a number', typed: { as: '7' }, filter: { fromMs: 0, as: 3 } },
  { rule: 'an AS by its id', typed: { as: '2' }, filter: { fromMs: 0, as: 2 } },
])('$rule', ({ typed, filter }) => {
  expect(parseQuery({ ...EMPTY, ...typed }, HEADER)).toEqual({ filter });
});

test.each<{ typed: Partial<TypedQuery>; field: keyof TypedQuery; problem: string }>([
  {
    typed: { from: 'soon' },
    field: 'from',
    problem: '"soon" is no time: type seconds, such as 12.5.',
  },
  { typed: { from: '-1' }, field: 'from', problem: '"-1" is no time: type seconds, such as 12.5.' },
  {
    typed: { as: '4' },
    field: 'as',
    problem: 'There is no AS 4: type a name as in the table of AS.',
  },
  {
    typed: { peer: '101' },
    field: 'peer',
    problem: 'There is no peer 101. Peers have the numbers 1 to 100.',
  },
])('$problem', ({ typed, field, problem }) => {
  expect(parseQuery({ ...EMPTY, ...typed }, HEADER)).toEqual({ field, problem });
});
