import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { fakeRecord, smallCampaign } from '../../../test/campaigns.ts';
import { type RunRecord, serializeRecord, parseRecord } from './record.ts';

const [run] = (await smallCampaign()).runs;
const record = fakeRecord(run!);
const text = serializeRecord(record);
const DAMAGED = /is empty|is not whole|has been altered/;

test('a record comes back as it was', () => {
  expect(parseRecord(text, record.key)).toEqual(record satisfies RunRecord);
  expect(JSON.parse(text)).toMatchObject({ key: record.key, seed: record.seed });
});

describe('a record is refused', () => {
  test.each([
    { wrong: 'that is empty',              damage: () => '',                                        says: 'is empty' },
    { wrong: 'that lacks its end',         damage: () => text.slice(0, -1),                         says: 'is not whole' },
    { wrong: 'that lacks a half',          damage: () => text.slice(0, text.length / 2),            says: 'is not whole' },
    { wrong: 'that goes on',               damage: () => `${text} `,                                says: 'is not whole' },
    { wrong: 'with another figure',        damage: () => text.replace('"traffic":1', '"traffic":2'), says: 'has been altered' },
    { wrong: 'with another checksum',      damage: () => text.replace(/[0-9a-f]"}\n$/, (end) => (end.startsWith('0') ? `1${end.slice(1)}` : `0${end.slice(1)}`)), says: 'has been altered' },
    { wrong: 'of another run',             damage: () => serializeRecord({ ...record, key: 'f'.repeat(32) }), says: 'is that of another run' },
    { wrong: 'full of zeros',              damage: () => '\0'.repeat(text.length),                  says: 'is not whole' },
  ])('$wrong', ({ damage, says }) => {
    expect(() => parseRecord(damage(), record.key)).toThrow(says);
  });

  test('with any byte changed, or cut off anywhere', () => {
    const seed = 3;
    const random = seededRandom(seed);
    for (let round = 0; round < 300; round++) {
      const at = random.below(text.length);
      const other = String.fromCharCode((text.charCodeAt(at) + 1 + random.below(90)) % 127);
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      expect(() => parseRecord(changed, record.key), `seed ${seed}, byte ${at}`).toThrow(DAMAGED);
      expect(() => parseRecord(text.slice(0, at), record.key), `seed ${seed}, cut ${at}`).toThrow(DAMAGED);
    }
  });
});
