import { CLIENT_QUIRKS, ORIGINAL_QUIRKS } from '@cachetorrent/protocol';
import { describe, expect, test } from 'vitest';

import { UserError } from '../user-error.ts';
import { parseConfig } from './read.ts';
import { checkedSwarm, complete, type Overrides } from './swarm.ts';

/** One field a line, so that a line is a place. */
function file(changes: Readonly<Record<string, unknown>> = {}): string {
  const fields = {
    outPeers: 5, minNodes: 20, seeds: 1, pieceSize: 196, pieces: 100,
    uploads: 4, optimistics: 1, interval: 10_000, backlog: 10,
    transitDomains: 10, transitDomainSize: 50, stubDomains: 2, stubDomainSize: 50,
    transferInterval: 10, capacityNodes: [{ number: 21, upload: 10, download: 20 }],
    ...changes,
  };
  const lines = Object.entries(fields).map(([name, value]) => `"${name}": ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}`;
}

const read = (changes?: Readonly<Record<string, unknown>>, overrides: Overrides = {}) =>
  checkedSwarm(parseConfig('x.json', file(changes)), overrides);

describe('a configuration means a swarm', () => {
  test('field by field', () => {
    expect(read().swarm).toEqual({
      neighbours: 5, minPeers: 20, seeds: 1, pieceBits: 196, pieces: 100,
      uploadSlots: 4, optimisticSlots: 1, rechokeIntervalMs: 10_000, backlog: 10,
      choker: 'tit-for-tat', seedChoker: 'round-robin',
      allocationIntervalMs: 10, arrivalGapMs: 2,
      capacities: [{ count: 21, uploadKbps: 10, downloadKbps: 20 }],
      topology: { transitDomains: 10, transitDomainSize: 50, stubDomains: 2, stubDomainSize: 50 },
      latency: { model: 'topology' }, quirks: CLIENT_QUIRKS, requestPriority: 'within-rarity', subTorrents: 1,
    });
  });

  test.each([
    { rule: 'CacheTorrent, where they are',                   with: { leaders: 50 },                swarm: { leaderPercent: 50 } },
    { rule: 'the habits of the original, by its rules',       with: { rules: 'original' },          swarm: { quirks: ORIGINAL_QUIRKS } },
    { rule: 'a fixed latency too, by its rules',              with: { rules: 'original' },          swarm: { latency: { model: 'fixed', fixedMs: 50 } } },
    { rule: 'seeds that choke as all do, by its rules',       with: { rules: 'original', choker: 'random' }, swarm: { choker: 'random', seedChoker: 'random' } },
    { rule: 'another latency, where one is given',            with: { rules: 'original', latency: { fixedMs: 40 } }, swarm: { latency: { model: 'fixed', fixedMs: 40 } } },
    { rule: "the topology's latency, where that is given",    with: { rules: 'original', latency: { model: 'topology' } }, swarm: { latency: { model: 'topology' } } },
    { rule: 'one habit less',                                 with: { rules: 'original', habits: { staleRates: false } }, swarm: { quirks: { ...ORIGINAL_QUIRKS, staleRates: false } } },
    { rule: 'one habit more',                                 with: { habits: { staleRates: true } },  swarm: { quirks: { ...CLIENT_QUIRKS, staleRates: true } } },
    { rule: 'neighbours of the same AS',                      with: { bias: 10 },                   swarm: { externalPercent: 10 } },
    { rule: 'parts of a file',                                with: { leaders: 10, multi: 2 },      swarm: { subTorrents: 2 } },
  ])('$rule', ({ with: changes, swarm }) => {
    expect(read(changes).swarm).toMatchObject(swarm);
  });

  test('plain BitTorrent, unless leaders are asked for', () => {
    expect(read().swarm).not.toHaveProperty('leaderPercent');
  });

  test('the command line has the last word', () => {
    const overrides = { leaders: 30, pieces: 7, pieceSize: 8, choker: 'random', rules: 'original' } as const;
    const { swarm } = read({ leaders: 10, rules: 'client' }, overrides);
    expect(swarm).toMatchObject({
      leaderPercent: 30, pieces: 7, pieceBits: 8, choker: 'random', quirks: ORIGINAL_QUIRKS,
    });
  });

  test('what was run, written to a file, is the same swarm again', () => {
    const { swarm, config } = read({ rules: 'original', habits: { staleRates: false } }, { leaders: 30 });
    expect(checkedSwarm(parseConfig('y.json', JSON.stringify(config)), {})).toEqual({ swarm, config });
    expect(complete(config)).toEqual(config);
  });
});

/** Lines of the file above: outPeers is in line 2, seeds in line 4, capacityNodes in line 16. */
describe('what makes no sense is placed, by the names of the file', () => {
  test.each([
    { with: { seeds: 0 },       says: 'x.json:4:10: seeds: is 0, but nobody would have the file\n  fix: set it to a whole number from 1' },
    { with: { outPeers: 20 },   says: 'x.json:2:13: outPeers: is 20, but a peer has only 19 others' },
    { with: { minNodes: 30 },   says: 'x.json:16:18: capacityNodes: has entries for 21 nodes, but the tracker and 30 peers are 31\n  fix: add 10 to a number, or lower minNodes to 20' },
    { with: { transferInterval: 0 },  says: 'x.json:15:21: transferInterval: is 0' },
    { with: { stubDomains: 0 },       says: 'x.json:13:16: stubDomains: is 0' },
    { with: { leaders: 101 },         says: 'x.json:17:12: leaders: is 101' },
    { with: { latency: { fixedMs: 0 } },  says: 'x.json:17:23: latency.fixedMs: is 0' },
    { with: { multi: 2 },             says: 'multi: is 2, but only CacheTorrent splits a file\n  fix: set leaders too' },
    {
      with: { capacityNodes: [{ number: 1, upload: 1, download: 1 }, { number: 1, upload: 0, download: 1 }, { number: 19, upload: 1, download: 1 }] },
      says: 'x.json:16:77: capacityNodes[1].upload: is 0 for the seed, so nobody could ever finish',
    },
  ])('$says', ({ with: changes, says }) => {
    expect(() => read(changes)).toThrow(says);
    expect(() => read(changes)).toThrow(UserError);
  });

  test.each([
    { overrides: { pieces: 0 },       says: '--pieces: is 0' },
    { overrides: { pieceSize: -1 },   says: '--piece-size: is -1' },
    { overrides: { leaders: 101 },    says: '--leaders: is 101' },
  ])('or of the option: $says', ({ overrides, says }) => {
    expect(() => read({}, overrides)).toThrow(says);
  });
});
