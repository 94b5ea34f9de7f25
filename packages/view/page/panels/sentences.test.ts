import type { RecordingHeader } from '@cachetorrent/recording';
import { expect, test } from 'vitest';

import type { PeerDetails } from '../scene.ts';
import { cellSentence, heldSentence, lifeSentence, parsePeer, roleName } from './sentences.ts';

const HEADER = { peers: { arrivesAtMs: [0, 12_000] } } as unknown as RecordingHeader;
const LEECHER: PeerDetails = {
  peer: 1,
  waitsFor: 'a piece',
  isComplete: false,
  completedAtMs: NaN,
  stay: 0,
  pieces: 0,
  uploadKbps: 0,
  downloadKbps: 0,
  roles: [],
  neighbours: [],
};

test.each<{ change: Partial<PeerDetails>; atMs: number; is: string }>([
  {
    change: { waitsFor: 'absent' },
    atMs: 12_000,
    is: 'It has not arrived yet: it does at 12.0 s.',
  },
  { change: { waitsFor: 'absent' }, atMs: 12_001, is: 'It has left.' },
  { change: { waitsFor: 'tracker' }, atMs: 13_000, is: 'It has arrived, and joins the swarm.' },
  { change: {}, atMs: 13_000, is: 'It takes part as a leecher.' },
  {
    change: { isComplete: true, waitsFor: 'nothing' },
    atMs: 13_000,
    is: 'It takes part as a seed: it came with the whole file.',
  },
  {
    change: { isComplete: true, waitsFor: 'nothing', completedAtMs: 512_340, stay: 2 },
    atMs: 600_000,
    is: 'It takes part as a seed: it completed the file at 512.3 s. It had been there 2 times before.',
  },
])('$is', ({ change, atMs, is }) => {
  expect(lifeSentence(HEADER, { ...LEECHER, ...change }, atMs)).toBe(is);
});

test.each([
  { role: { role: 'peer', leaders: [] } as const, is: 'plain peer' },
  { role: { role: 'leader', leaders: [] } as const, is: 'leader' },
  { role: { role: 'follower', leaders: [3] } as const, is: 'follower of' },
  { role: { role: 'follower', leaders: [] } as const, is: 'follower' },
])('the role: $is', ({ role, is }) => {
  expect(roleName(role)).toBe(is);
});

test.each<{ rule: string; is: string; cell: Parameters<typeof cellSentence> }>([
  { rule: 'a piece', is: 'Piece 17: 1 copy', cell: [17, 1, { from: 17, to: 18 }, true] },
  {
    rule: 'pieces in order',
    is: 'Pieces 16 to 19: the rarest is piece 17, with no copy',
    cell: [17, 0, { from: 16, to: 20 }, true],
  },
  {
    rule: 'pieces rarest first',
    is: '4 pieces: the rarest is piece 17, with 2,000 copies',
    cell: [17, 2000, { from: 0, to: 4 }, false],
  },
])('what is said of a cell of $rule', ({ is, cell }) => {
  expect(cellSentence(...cell)).toBe(is);
});

test.each([
  { held: 255, from: 4, to: 5, is: 'peer 9 holds piece 4' },
  { held: 0, from: 4, to: 5, is: 'peer 9 lacks piece 4' },
  { held: 0, from: 4, to: 8, is: 'peer 9 lacks pieces 4 to 7' },
  { held: 0, from: 0, to: 4096, is: 'peer 9 holds less than 1 % of pieces 0 to 4,095' },
  { held: 255, from: 4, to: 8, is: 'peer 9 holds pieces 4 to 7' },
  { held: 128, from: 4, to: 8, is: 'peer 9 holds 50 % of pieces 4 to 7' },
  { held: 254, from: 4, to: 8, is: 'peer 9 holds 99 % of pieces 4 to 7' },
])('$is', ({ held, from, to, is }) => {
  expect(heldSentence('peer 9', { from, to }, held)).toBe(is);
});

test.each([
  { text: '17', is: { peer: 17 } },
  { text: ' peer 100 ', is: { peer: 100 } },
  { text: '', is: { problem: 'Type the number of a peer. Peers have the numbers 1 to 100.' } },
  { text: '0', is: { problem: '0 is the tracker. Peers have the numbers 1 to 100.' } },
  { text: '101', is: { problem: 'There is no peer 101. Peers have the numbers 1 to 100.' } },
  { text: '-3', is: { problem: '"-3" is no number. Peers have the numbers 1 to 100.' } },
  { text: '1.5', is: { problem: '"1.5" is no number. Peers have the numbers 1 to 100.' } },
])('of "$text"', ({ text, is }) => {
  expect(parsePeer(text, 101)).toEqual(is);
});
