import { simulateHere } from '@cachetorrent/simulator';
import { resolveSwarm } from '@cachetorrent/simulator/configuration';
import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { fakeRecord, smallCampaign } from '../../../test/campaigns.ts';
import { createRecord, type RunRecord, serializeRecord, parseRecord } from './record.ts';

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

test('the record of a run in which peers come and go says who, when and why', () => {
  const { swarm, config } = resolveSwarm({
    until: '20 min',
    warmUp: '1 min',
    classes: [
      {
        name: 'home',
        arrivals: { rate: '5/min' },
        upload: '2 Mbit/s',
        download: '8 Mbit/s',
        leaves: { after: { mean: '1 min' } },
        patience: { mean: '10 min' },
      },
    ],
    file: { size: '8 MiB' },
    network: { as: 2 },
  });
  const simulation = simulateHere(swarm, { seed: 1, timelineMs: 60_000 });
  const open = createRecord('0'.repeat(32), {
    config,
    seed: 1,
    simulation,
    wallMs: 1,
    peakRssBytes: 1,
  });
  const { result } = parseRecord(serializeRecord(open), open.key);
  expect(result).toEqual(open.result);
  const { peers, timeline, churn, measuredFromMs } = result;
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  // The first interval is the warm-up.
  expect(measuredFromMs).toBe(timeline.toMs[0]);
  expect(sum(timeline.arrivals!.slice(1))).toBe(churn!.arrivals);
  expect(sum(timeline.completions!.slice(1))).toBe(churn!.completions);
  expect(sum(timeline.aborted!)).toBe(peers.departure!.filter((why) => why === 'aborted').length);
  expect(timeline.leechers!.at(-1)).toBe(churn!.leechersAtEnd);
  expect(peers.leftMs!.filter((ms) => ms === null)).toHaveLength(
    churn!.leechersAtEnd + churn!.seedsAtEnd,
  );
  for (const share of timeline.uploadUtilisation!) {
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1.001);
  }
  expect(sum(timeline.uploadUtilisation!)).toBeGreaterThan(0.1);
});
