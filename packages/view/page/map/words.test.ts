import type { RecordingHeader } from '@cachetorrent/recording';
import { expect, test } from 'vitest';

import { NODE, type PeerDetails, type Scene, TRAFFIC_MAX } from '../scene.ts';
import { countsOf, describe, formatRate, sentenceOf } from './words.ts';

const header = {
  as: { name: ['tracker', 'AS 7018'] },
  classes: ['cable', 'dsl'],
  peers: {
    as: [0, 1, 1],
    class: [0, 1, 0],
    uploadKbps: [0, 1000, 5000],
    downloadKbps: [0, 8000, 50_000],
  },
} as unknown as RecordingHeader;

test('an AS is told with its peers and its traffic', () => {
  expect(describe({ as: 1 }, header, scene())).toEqual({
    title: 'AS 7018',
    lines: [
      '1,235 peers: 1,234 leechers, 1 seed',
      '2 leaders',
      'its peers hold 45 %',
      'from other AS 3.50 Mbit/s, to them 500 kbit/s',
    ],
  });
});

test('traffic is a lower bound if the scene does not have all of it', () => {
  const from = new Uint16Array(TRAFFIC_MAX);
  const traffic = { from, to: from.map(() => 1), kbps: new Float32Array(TRAFFIC_MAX).fill(10) };
  const { lines } = describe({ as: 1 }, header, scene({ traffic }));
  expect(lines[3]).toBe('from other AS at least 4.00 Mbit/s, to them at least 0 kbit/s');
});

test.each([
  ['a leecher', NODE.present, 'leecher'],
  ['a leader', NODE.present | NODE.leader, 'leecher, leader'],
  ['a follower that is complete', NODE.present | NODE.complete | NODE.follower, 'seed, follower'],
  ['a cache', NODE.present | NODE.cache, 'leecher, cache of a provider'],
])('%s is told with its roles', (_what, flags, roles) => {
  const nodes = { progress: Uint8Array.of(0, 51, 0), flags: Uint8Array.of(0, flags, 0) };
  expect(describe({ as: 1, peer: 1 }, header, scene({ nodes }))).toEqual({
    title: 'peer 1',
    lines: [
      'dsl, in AS 7018',
      roles,
      'holds 20 % of the file',
      'can send 1.00 Mbit/s, receive 8.00 Mbit/s',
    ],
  });
});

test('of a peer that is not there, only its class and AS are told', () => {
  expect(describe({ as: 1, peer: 1 }, header, scene()).lines).toEqual([
    'dsl, in AS 7018',
    'not there',
  ]);
});

test('of the selected peer, its rates and what it waits for are told, too', () => {
  const nodes = { progress: new Uint8Array(3), flags: new Uint8Array(3).fill(NODE.present) };
  const peer = {
    peer: 2,
    uploadKbps: 10,
    downloadKbps: 200,
    neighbours: [{}],
    waitsFor: 'an unchoke',
  } as unknown as PeerDetails;
  const details = ['receives 200 kbit/s, sends 10 kbit/s', '1 connection, waits for an unchoke'];
  const told = (id: number) => describe({ as: 1, peer: id }, header, scene({ nodes, peer })).lines;
  expect(told(2).slice(-2)).toEqual(details);
  expect(told(1)).toHaveLength(4);
});

test('a description is a sentence for screen readers', () => {
  expect(sentenceOf({ title: 'peer 1', lines: ['leecher', 'holds 20 %'] })).toBe(
    'peer 1: leecher; holds 20 %.',
  );
});

test('the counts of an AS are leechers and seeds', () => {
  expect(countsOf(1, scene())).toBe('1,234 / 1');
});

test.each([
  [0, '0 kbit/s'],
  [999.4, '999 kbit/s'],
  [999.5, '1.00 Mbit/s'],
  [1_234_560, '1,234.56 Mbit/s'],
])('a rate of %d kbit/s is %s', (kbps, text) => {
  expect(formatRate(kbps)).toBe(text);
});

function scene(parts: Partial<Scene> = {}): Scene {
  return {
    systems: {
      leechers: Uint32Array.of(0, 1234),
      seeds: Uint32Array.of(0, 1),
      leaders: Uint32Array.of(0, 2),
      progress: Float32Array.of(0, 0.45),
    },
    traffic: {
      from: Uint16Array.of(0, 1, 0),
      to: Uint16Array.of(1, 0, 1),
      kbps: Float32Array.of(3000, 500, 500),
    },
    nodes: { progress: new Uint8Array(3), flags: new Uint8Array(3) },
    ...parts,
  } as unknown as Scene;
}
