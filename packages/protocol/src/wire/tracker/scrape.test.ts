import { expect, test } from 'vitest';

import { decodeStrict } from '../codec/bencode.ts';
import { percentEncode } from './query-string.ts';
import { encodeScrapeResponse, parseScrapeQuery } from './scrape.ts';

const first = Uint8Array.from({ length: 20 }, (_, i) => 255 - i);
const second = new Uint8Array(20).fill(0x26);

test('a query names one or more torrents (BEP 48)', () => {
  const query = `key=1&info_hash=${percentEncode(first)}&info_hash=${percentEncode(second)}`;
  expect(parseScrapeQuery(query)).toEqual([first, second]);
});

test.each([
  ['', 'info_hash is missing: this tracker does not list all torrents'],
  ['info_hash', 'info_hash must be 20 bytes'],
  [`info_hash=${percentEncode(first)}&info_hash=%zz`, 'info_hash must be 20 bytes'],
])('the query "%s" is refused', (query, problem) => {
  expect(parseScrapeQuery(query)).toBe(problem);
});

test('the answer has the counts of each torrent by its info hash (BEP 21, 48)', () => {
  const counts = { seeds: 1, leechers: 3, downloaders: 2, completed: 9 };
  const answer = encodeScrapeResponse([
    [first, counts],
    [second, { ...counts, seeds: 0 }],
  ]);
  const files = decodeStrict(answer).get('files') as Map<string, unknown>;
  const fields = { complete: 1, incomplete: 3, downloaders: 2, downloaded: 9 };
  expect(files).toEqual(
    new Map([
      [String.fromCharCode(...first), new Map(Object.entries(fields))],
      [String.fromCharCode(...second), new Map(Object.entries({ ...fields, complete: 0 }))],
    ]),
  );
});
