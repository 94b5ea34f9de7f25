import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { fakeRecord, smallCampaign } from '../../../test/campaigns.ts';
import { type RunRecord, serializeRecord, parseRecord } from './record.ts';

const [run] = (await smallCampaign()).runs;
const record = fakeRecord(run!);
const text = serializeRecord(record);
const DAMAGED = /is empty|is malformed|has a wrong checksum/;

test('a record can be serialized and parsed', () => {
  expect(parseRecord(text, record.key)).toEqual(record satisfies RunRecord);
  expect(JSON.parse(text)).toMatchObject({ key: record.key, seed: record.seed });
});

describe('a record is rejected', () => {
  test.each([
    { wrong: 'that is empty', damage: () => '', says: 'is empty' },
    { wrong: 'without its end', damage: () => text.slice(0, -1), says: 'is malformed' },
    {
      wrong: 'without its half',
      damage: () => text.slice(0, text.length / 2),
      says: 'is malformed',
    },
    { wrong: 'with extra data', damage: () => `${text} `, says: 'is malformed' },
    {
      wrong: 'with another value',
      damage: () => text.replace('"traffic":1', '"traffic":2'),
      says: 'has a wrong checksum',
    },
    {
      wrong: 'with another checksum',
      damage: () =>
        text.replace(/[0-9a-f]"}\n$/, (end) =>
          end.startsWith('0') ? `1${end.slice(1)}` : `0${end.slice(1)}`,
        ),
      says: 'has a wrong checksum',
    },
    {
      wrong: 'of another run',
      damage: () => serializeRecord({ ...record, key: 'f'.repeat(32) }),
      says: 'is the record of another run',
    },
    { wrong: 'full of zeros', damage: () => '\0'.repeat(text.length), says: 'is malformed' },
  ])('$wrong', ({ damage, says }) => {
    expect(() => parseRecord(damage(), record.key)).toThrow(says);
  });

  test('with any byte changed, or truncated anywhere', () => {
    const seed = 3;
    const random = seededRandom(seed);
    for (let round = 0; round < 300; round++) {
      const at = random.below(text.length);
      const other = String.fromCharCode((text.charCodeAt(at) + 1 + random.below(90)) % 127);
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      expect(() => parseRecord(changed, record.key), `seed ${seed}, byte ${at}`).toThrow(DAMAGED);
      expect(() => parseRecord(text.slice(0, at), record.key), `seed ${seed}, cut ${at}`).toThrow(
        DAMAGED,
      );
    }
  });
});
