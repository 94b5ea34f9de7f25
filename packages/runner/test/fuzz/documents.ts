/** Configurations and experiments with random mistakes, for fast-check. */

import * as fc from 'fast-check';
import { stringify } from 'yaml';

import { fieldNames } from '../../src/configuration/parameters.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Every section and every kind of value. */
export const CONFIGURATION: Json = {
  peers: 40,
  seeds: { count: 2, upload: '20 Mbit/s', download: 0 },
  upload: '2 Mbit/s',
  download: 6000,
  classes: [
    { name: 'dsl', share: '60 %', upload: '1 Mbit/s' },
    { name: 'fibre', share: 40, download: '50 Mbit/s' },
  ],
  file: { size: '4 MiB', pieceSize: '256 KiB' },
  arrivals: { meanGap: '2 ms', classOrder: 'shuffled' },
  network: {
    as: 3,
    routersPerAs: 40,
    transitDomains: 2,
    latency: '50 ms',
    allocationInterval: '1 s',
  },
  tracker: { neighbours: 10, externalNeighbours: 20, minPeers: 30 },
  client: {
    rules: 'original',
    quirks: { staleRates: true },
    uploadSlots: 4,
    connectionsMax: 40,
    choker: 'random',
  },
  cache: {
    leaders: '30 %',
    policy: 'uptime',
    minLeaders: 1,
    maxLeaders: 3,
    subTorrents: 2,
    requestPriority: 'absolute',
  },
};

const ORIGINAL: Json = {
  outPeers: 5,
  inPeers: 5,
  minNodes: 20,
  seeds: 1,
  pieceSize: 196,
  pieces: 100,
  uploads: 4,
  optimistics: 1,
  interval: 10000,
  backlog: 10,
  transitDomains: 3,
  transitDomainSize: 5,
  stubDomains: 2,
  stubDomainSize: 20,
  transferInterval: 10,
  latency: { fixedMs: 50 },
  capacityNodes: [{ number: 21, upload: 10, download: 20 }],
};

const EXPERIMENT: Json = {
  name: 'fuzz',
  title: 'A title',
  base: CONFIGURATION,
  set: { pieceSize: '128 KiB', 'seeds.upload': 500 },
  labels: ['protocol'],
  vary: {
    product: [
      { leaders: { from: 10, to: 50, step: 20 } },
      { union: [{ protocol: 'a' }, { protocol: 'b', subTorrents: [1, 2] }] },
      { zip: { neighbours: [5, 10], 'classes[1].download': [1000, '2 Mbit/s'] } },
    ],
  },
  exclude: ['leaders > 30 and neighbours < 8', "'seeds.upload' == null"],
  seed: 3,
  repeat: 2,
  measure: ['redundancy'],
  plots: [{ x: 'leaders', y: ['redundancy', 'p50Ms'], series: 'protocol', xScale: 'log' }],
  details: [{ leaders: 10, protocol: 'a' }],
};

const NUMBERS = [0, -0, -1, 1, 2, 3, 7.5, 1e-9, 99, 101, 65_537, 2 ** 53 + 2, 1e300, -1e300];
const NUMBERS_OF_YAML = [Infinity, -Infinity, NaN];
const TEXTS = ['', ' ', 'a', 'null', '10', '10 %', '1e999 s', '5 MiB', '-3 kbit/s', '1 parsec'];
const ODD_TEXTS = ['\u0000', '\u202e', '\ud800', '"', "'", '\n', '<b>', '../x', 'x'.repeat(5_000)];
const NAMES = ['peers', 'upload', 'x', 'from', 'zip', 'union', 'seeds.upload', 'classes[9].name'];
const ODD_NAMES = ['__proto__', 'constructor', 'toString', 'length', '0', '', '<<', 'a.b[0]'];

const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false),
  fc.constantFrom<Json>(...NUMBERS, ...NUMBERS_OF_YAML),
  fc.constantFrom<Json>(...TEXTS, ...ODD_TEXTS, ...NAMES, ...ODD_NAMES),
);
const name = fc.oneof(fc.constantFrom(...NAMES, ...ODD_NAMES), fc.string({ maxLength: 5 }));
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: leaf },
  { weight: 1, arbitrary: fc.array(leaf, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(name, leaf, { maxKeys: 3 }) },
);

/** One change of a document: at one of its values, which is chosen by number. */
interface Change {
  readonly at: number;
  readonly kind: 'replace' | 'remove' | 'add' | 'repeat' | 'nest';
  readonly name: string;
  readonly value: Json;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(1_000),
  kind: fc.constantFrom('replace', 'replace', 'remove', 'add', 'repeat', 'nest'),
  name,
  value,
});

/** The text of a document with a few mistakes, and the end of a file name that fits it. */
export interface Text {
  readonly text: string;
  readonly extension: '.json' | '.yaml';
}

function textsOf(documents: readonly Json[]): fc.Arbitrary<Text> {
  return fc
    .record({
      document: fc.constantFrom(...documents),
      changes: fc.array(change, { maxLength: 4 }),
      extension: fc.constantFrom<Text['extension']>('.json', '.yaml'),
      cut: fc.option(fc.record({ from: fc.nat(3_000), length: fc.nat(9), by: fc.string() }), {
        freq: 4,
      }),
    })
    .map(({ document, changes, extension, cut }) => {
      const changed = changes.reduce<Json>(changedBy, structuredClone(document));
      const whole = extension === '.json' ? JSON.stringify(changed, null, 1) : stringify(changed);
      if (cut === null) return { text: whole, extension };
      const { from, length, by } = cut;
      return { text: whole.slice(0, from) + by + whole.slice(from + length), extension };
    });
}

export const configurationTexts: fc.Arbitrary<Text> = textsOf([CONFIGURATION, ORIGINAL]);
export const experimentTexts: fc.Arbitrary<Text> = textsOf([EXPERIMENT]);

/** Assignments for `--set`, most of them of fields that there are. */
export const settings: fc.Arbitrary<readonly string[]> = fc.array(
  fc
    .tuple(fc.oneof(fc.constantFrom(...fieldNames()), name), value)
    .map(([field, to]) => `${field}=${typeof to === 'string' ? to : JSON.stringify(to)}`),
  { minLength: 1, maxLength: 3 },
);

/** Where a value is: the object or the list that holds it, and its name or index there. */
interface Place {
  readonly holder: Record<string, Json> | Json[];
  readonly step: string | number;
}

function changedBy(document: Json, { at, kind, name: field, value: other }: Change): Json {
  const places = placesIn(document);
  const place = places[at % (places.length + 1)];
  if (place === undefined) return kind === 'replace' ? structuredClone(other) : document;
  const holder = place.holder as Record<string | number, Json>;
  const { step } = place;
  switch (kind) {
    case 'replace':
      holder[step] = structuredClone(other);
      break;
    case 'remove':
      if (Array.isArray(place.holder)) place.holder.splice(step as number, 1);
      else delete holder[step];
      break;
    case 'add':
      if (Array.isArray(place.holder)) place.holder.push(structuredClone(other));
      else
        Object.defineProperty(holder, field, {
          value: structuredClone(other),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      break;
    case 'repeat':
      if (Array.isArray(place.holder)) place.holder.push(holder[step]!);
      else holder[`${step}s`] = holder[step]!;
      break;
    case 'nest':
      holder[step] = [holder[step]!];
      break;
  }
  return document;
}

function placesIn(value: Json): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const steps = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return steps.flatMap((step): Place[] => [
    { holder: value, step },
    ...placesIn((value as Record<string | number, Json>)[step]!),
  ]);
}
