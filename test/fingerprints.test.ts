/**
 * The result hash of every example configuration, with every protocol, by both sets of rules, and
 * of swarms in which peers come and go. A change that should not affect results must leave all of
 * them as they are.
 *
 * The examples are scaled down in pieces and in peers, so that the whole takes some seconds.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ConfigFile, checkedSwarm, type Overrides, readConfig } from '@cachetorrent/runner';
import { swarm } from '@cachetorrent/simulator';
import { afterAll, describe, expect, test, vi } from 'vitest';

import { RESULTS_VERSION } from '../packages/runner/src/campaign/experiment/key.ts';
import { LIVING_SWARMS } from './living-swarms.ts';
import { observe } from './observed.ts';

// Simulations may be slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const CONFIGS = fileURLToPath(new URL('../examples/configs', import.meta.url));
const FILE = fileURLToPath(new URL('fingerprints.json', import.meta.url));
const UPDATE = 'UPDATE=1 npm test -- test/fingerprints.test.ts';

const PIECES_MAX = 12;
const PEERS_MAX = 140;
const SEED = 1;

const PROTOCOLS: Readonly<Record<string, Overrides>> = {
  BitTorrent: {},
  'CacheTorrent, 10 %': { leaders: 10 },
  'CacheTorrent, 50 %': { leaders: 50 },
  'biased, 20 %': { externalNeighbours: 20 },
  'biased, 30 %, CacheTorrent, 30 %': { externalNeighbours: 30, leaders: 30 },
  'MultiTorrent, 2 sub-torrents, 30 %': { leaders: 30, subTorrents: 2 },
};

interface Fingerprints {
  /** The `RESULTS_VERSION` of the runner when the hashes were recorded. */
  readonly resultsVersion: number;
  /** Result hashes by configuration, rules and protocol. */
  readonly hashes: Readonly<Record<string, string>>;
}

const recorded = JSON.parse(readFileSync(FILE, 'utf8')) as Fingerprints;
const computed: Record<string, string> = {};
const isUpdate = process.env['UPDATE'] === '1';
/** Hashes are only recorded together with a version that tells old results from new ones. */
let isVersionRight = false;

const names = readdirSync(CONFIGS)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));

describe.each(names)('%s', (name) => {
  describe.each(['client', 'original'] as const)('rules of the %s', (rules) => {
    test.each(Object.entries(PROTOCOLS))('%s', async (protocol, overrides) => {
      const file = await readConfig(`${CONFIGS}/${name}.json`);
      const checked = checkedSwarm(file, { ...scaledDown(file), ...overrides, rules });
      const key = `${name}, ${rules}, ${protocol}`;
      const hash = observe(checked.swarm, SEED).result.resultHash;
      computed[key] = hash;
      if (!isUpdate) expect(hash, adviceFor(key)).toBe(recorded.hashes[key]);
    });
  });
});

describe('swarms in which peers come and go', () => {
  test.each(Object.entries(LIVING_SWARMS))('%s', (name, config) => {
    const { churn, resultHash } = observe(swarm(config), SEED).result;
    // All that can happen does.
    const { arrivals, completions, finished, aborted, crashed } = churn!;
    expect(Math.min(arrivals, completions, finished, aborted, crashed)).toBeGreaterThan(0);
    const key = `living, ${name}`;
    computed[key] = resultHash;
    if (!isUpdate) expect(resultHash, adviceFor(key)).toBe(recorded.hashes[key]);
  });
});

test('results that changed have a new version, since stores keep runs by it', () => {
  const changed = Object.keys(computed).filter(
    (key) => key in recorded.hashes && recorded.hashes[key] !== computed[key],
  );
  const advice = `${changed.length} results changed: raise RESULTS_VERSION of the runner, too`;
  if (changed.length > 0) expect(RESULTS_VERSION, advice).toBeGreaterThan(recorded.resultsVersion);
  else if (!isUpdate) expect(RESULTS_VERSION, `record it: ${UPDATE}`).toBe(recorded.resultsVersion);
  isVersionRight = true;
});

test('there is no hash of a configuration or protocol that no longer exists', () => {
  if (!isUpdate) expect(Object.keys(recorded.hashes)).toEqual(Object.keys(computed));
});

afterAll(() => {
  if (!isUpdate || !isVersionRight) return;
  const fingerprints: Fingerprints = { resultsVersion: RESULTS_VERSION, hashes: computed };
  writeFileSync(FILE, `${JSON.stringify(fingerprints, undefined, 2)}\n`);
});

function adviceFor(key: string): string {
  return (
    `${key}: the result hash changed. If that is not intended, it is a bug. Otherwise list the ` +
    'change in CHANGELOG.md under "Results that change", raise RESULTS_VERSION of the runner, ' +
    `and record the new hashes: ${UPDATE}`
  );
}

/** Overrides for at most `PIECES_MAX` pieces and `PEERS_MAX` peers: fewer AS of the same size. */
function scaledDown(file: ConfigFile): Overrides {
  const { peers, seeds, classes, network, file: shared } = checkedSwarm(file).config;
  const pieces = Math.min(PIECES_MAX, shared.pieces);
  const factor = peers / PEERS_MAX;
  if (factor <= 1) return { pieces };
  const seedCount = Math.max(1, Math.round(seeds[0]!.count / factor));
  const counts = classes.map(({ count }) => Math.round(count! / factor));
  // The last class absorbs rounding.
  counts[counts.length - 1] =
    PEERS_MAX - seedCount - counts.slice(0, -1).reduce((a, b) => a + b, 0);
  return {
    pieces,
    peers: PEERS_MAX,
    minPeers: PEERS_MAX,
    seeds: [{ ...seeds[0]!, count: seedCount }],
    classes: classes.map((each, i) => ({ ...each, count: counts[i]! })),
    as: Math.max(2, Math.round(network.as! / factor)),
  };
}
