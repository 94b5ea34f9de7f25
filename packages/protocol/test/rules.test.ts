/** The rules of docs/protocol.md, sections Download, Upload and Roles: one test each. */

import { describe, expect, test } from 'vitest';

import {
  CLIENT_HABITS, type Connection, type Habits, ORIGINAL_HABITS, partsOf, Peer, type PieceIndex,
} from '../src/index.ts';
import { DOWNLOADS, OFFERS, UPLOADS } from '../src/connections.ts';
import { type Role, Stage } from './stage.ts';

const ONLY = 0 as Connection;
const piece = (index: number) => index as PieceIndex;

/** A peer X with so many neighbours that hold nothing and say nothing by themselves. */
function alone(
  options: { readonly pieces?: number; readonly neighbours?: number; readonly habits?: Partial<Habits>; readonly backlog?: number; readonly uploads?: number; readonly role?: Role } = {},
): { stage: Stage; peer: Peer } {
  const { pieces = 4, neighbours = 1, backlog = 2, uploads = 1, role = {} } = options;
  const habits = { ...CLIENT_HABITS, ...options.habits };
  const stage = new Stage(pieces, { habits, backlog, uploads });
  const cast: Record<string, Role> = { X: role };
  for (let n = 0; n < neighbours; n++) cast[`N${n}`] = { system: role.system ?? 0 };
  if (role.standing === 'follower') cast['N0'] = { system: role.system ?? 0, standing: 'leader' };
  const [peer] = stage.enter(cast);
  for (let n = 0; n < neighbours; n++) stage.connect('X', `N${n}`);
  stage.heard();
  return { stage, peer: peer! };
}

describe('Download', () => {
  test('begins choked: nothing is requested before an unchoke', () => {
    const { stage, peer } = alone();
    peer.have(ONLY, piece(0));
    expect(stage.heard()).toBe('X → N0  interested');
  });

  test('is interested once, however many pieces it hears of', () => {
    const { stage, peer } = alone();
    peer.have(ONLY, piece(0));
    peer.have(ONLY, piece(1));
    expect(stage.heard()).toBe('X → N0  interested');
  });

  test('is not interested in what is stored', () => {
    const { stage, peer } = alone({ role: { holds: [0] } });
    peer.have(ONLY, piece(0));
    expect(stage.heard()).toBe('');
  });

  test('keeps the backlog asked for while unchoked', () => {
    const { stage, peer } = alone({ backlog: 2 });
    for (const index of [0, 1, 2]) peer.have(ONLY, piece(index));
    stage.heard();
    peer.unchoke(ONLY);
    const asked = stage.heard().match(/\d(?=\))/g)!.map(Number);
    expect(asked).toHaveLength(2);

    const [first] = asked;
    const last = [0, 1, 2].find((index) => !asked.includes(index));
    peer.piece(ONLY, piece(first!));
    expect(stage.heard()).toBe(`X → N0  have(${first})\nX → N0  request(${last})`);
  });

  test('asks nobody for what another is asked for', () => {
    const { stage, peer } = alone({ neighbours: 2 });
    peer.have(0 as Connection, piece(0));
    peer.have(1 as Connection, piece(0));
    peer.unchoke(0 as Connection);
    stage.heard();
    peer.unchoke(1 as Connection);
    expect(stage.heard()).toBe('X → N1  not-interested');
  });

  test('ends its interest when there is nothing to ask for and nothing to come', () => {
    const { stage, peer } = alone();
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    stage.heard();
    peer.piece(ONLY, piece(0));
    expect(stage.heard()).toBe('X → N0  have(0)\nX → N0  not-interested');
  });

  test('tells every connection that it uploads to of a new piece', () => {
    const { stage, peer } = alone({ neighbours: 3 });
    peer.piece(1 as Connection, piece(0));
    expect(stage.heard()).toBe('X → N0  have(0)\nX → N1  have(0)\nX → N2  have(0)');
  });

  test('stays interested when a choke has lost something', () => {
    const { stage, peer } = alone();
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    stage.heard();
    peer.choke(ONLY);
    expect(stage.heard()).toBe('');

    peer.unchoke(ONLY);
    expect(stage.heard()).toBe('X → N0  request(0)');
  });

  test('ends its interest at a choke that has lost nothing, when nothing is left to be had', () => {
    const { stage, peer } = alone({ neighbours: 2 });
    peer.have(0 as Connection, piece(0));
    peer.have(1 as Connection, piece(0));
    peer.unchoke(1 as Connection);
    stage.heard();
    peer.choke(0 as Connection);
    expect(stage.heard()).toBe('X → N0  not-interested');
  });

  test('stores a piece that comes twice once', () => {
    const { stage, peer } = alone();
    peer.piece(ONLY, piece(0));
    stage.heard();
    peer.piece(ONLY, piece(0));
    expect(stage.heard()).toBe('');
    expect(peer.pieceCount).toBe(1);
  });

  test.each([
    { rule: 'a client asks at once for what it hears of while unchoked', silentHaves: false, said: 'X → N0  interested\nX → N0  request(0)' },
    { rule: 'the original waits until it is unchoked or served', silentHaves: true, said: 'X → N0  interested' },
  ])('$rule', ({ silentHaves, said }) => {
    const { stage, peer } = alone({ habits: { silentHaves } });
    peer.unchoke(ONLY);
    peer.have(ONLY, piece(0));
    expect(stage.heard()).toBe(said);
  });

  test('forgets what a neighbour that leaves has held, and asks others for what it owed', () => {
    const { stage, peer } = alone({ neighbours: 2, backlog: 1 });
    for (const on of [0, 1]) for (const index of [0, 1]) peer.have(on as Connection, piece(index));
    peer.unchoke(0 as Connection);
    peer.unchoke(1 as Connection);
    expect(stage.heard()).toContain('X → N0  request(0)\nX → N1  request(1)');
    peer.piece(1 as Connection, piece(1));
    stage.heard();
    peer.disconnect(0 as Connection);
    expect(stage.heard()).toBe('X → N1  interested\nX → N1  request(0)');
  });
});

describe('Upload', () => {
  test('serves in the order of the requests', () => {
    const { peer } = alone({ role: { holds: [0, 1, 2, 3] } });
    peer.interested(ONLY);
    peer.rechoke();
    for (const index of [2, 0, 3]) peer.request(ONLY, piece(index));
    expect([peer.sending(ONLY), peer.sent(ONLY), peer.sent(ONLY)]).toEqual([2, 0, 3]);
  });

  test('drops what is queued when it chokes, and says so', () => {
    const { stage, peer } = alone({ neighbours: 2, role: { holds: [0] } });
    peer.interested(0 as Connection);
    peer.rechoke();
    peer.request(0 as Connection, piece(0));
    stage.heard();
    peer.piece(1 as Connection, piece(1)); // N1 has the better rate from now on.
    peer.interested(1 as Connection);
    stage.heard();
    peer.rechoke();
    expect(stage.heard()).toBe('X → N0  choke\nX drops what it was sending to N0\nX → N1  unchoke');
  });

  test('rechokes when an unchoked connection loses its interest', () => {
    const { stage, peer } = alone({ neighbours: 2, role: { holds: [0] } });
    peer.interested(0 as Connection);
    peer.rechoke();
    peer.interested(1 as Connection);
    stage.heard();
    peer.notInterested(0 as Connection);
    expect(stage.heard()).toBe('X → N1  unchoke');
  });

  test('lets an uninterested connection be as it is', () => {
    const { stage, peer } = alone({ neighbours: 2, role: { holds: [0] } });
    peer.interested(0 as Connection);
    peer.rechoke();
    peer.notInterested(0 as Connection);
    stage.heard();
    peer.rechoke();
    expect(stage.heard()).toBe('');
    peer.interested(0 as Connection); // Still unchoked: it may ask at once.
    peer.request(0 as Connection, piece(0));
    expect(peer.sending(0 as Connection)).toBe(0);
  });

  test.each([
    { rule: 'a client says what changes', repeatChokes: false, said: '' },
    { rule: 'the original says it at every rechoke', repeatChokes: true, said: 'X → N0  unchoke\nX → N1  choke' },
  ])('$rule', ({ repeatChokes, said }) => {
    const { stage, peer } = alone({ neighbours: 2, habits: { repeatChokes } });
    peer.interested(0 as Connection);
    peer.interested(1 as Connection);
    peer.rechoke();
    stage.heard();
    peer.rechoke();
    expect(stage.heard()).toBe(said);
  });

  test.each([
    { rule: 'a client refuses a request that comes after the choke', serveWhileChoked: false, sending: -1 },
    { rule: 'the original serves it all the same', serveWhileChoked: true, sending: 0 },
  ])('$rule', ({ serveWhileChoked, sending }) => {
    const { peer } = alone({ role: { holds: [0] }, habits: { serveWhileChoked } });
    peer.request(ONLY, piece(0));
    expect(peer.sending(ONLY)).toBe(sending);
  });

  test.each([
    { rule: 'a client queues a piece once', queueRepeatedRequests: false, next: -1 },
    { rule: 'the original queues it as often as asked', queueRepeatedRequests: true, next: 0 },
  ])('$rule', ({ queueRepeatedRequests, next }) => {
    const { peer } = alone({ role: { holds: [0] }, habits: { queueRepeatedRequests } });
    peer.interested(ONLY);
    peer.rechoke();
    peer.request(ONLY, piece(0));
    peer.request(ONLY, piece(0));
    expect(peer.sent(ONLY)).toBe(next);
  });

  test.each([
    { rule: 'an optimistic unchoke stands for 30 seconds', restlessOptimistics: false, atMs: 29_999, draws: false },
    { rule: 'then chance decides again', restlessOptimistics: false, atMs: 30_000, draws: true },
    { rule: 'in the original it decides every time', restlessOptimistics: true, atMs: 1, draws: true },
  ])('$rule', ({ restlessOptimistics, atMs, draws }) => {
    const bounds: number[] = [];
    const random = { below: (bound: number) => (bounds.push(bound), bound - 1), unit: () => 0 };
    const habits = { ...CLIENT_HABITS, restlessOptimistics };
    const stage = new Stage(1, { habits, uploads: 0, optimistics: 1, random });
    const [peer] = stage.enter({ X: { holds: [0] }, N0: {}, N1: {} });
    stage.connect('X', 'N0');
    stage.connect('X', 'N1');
    stage.run();
    peer!.rechoke();
    bounds.length = 0;
    stage.nowMs = atMs;
    peer!.rechoke();
    expect(bounds.length > 0).toBe(draws);
  });
});

describe('Roles', () => {
  const all = UPLOADS | OFFERS | DOWNLOADS;
  test.each([
    { me: 'peer', other: 'in my AS', same: true, parts: all },
    { me: 'peer', other: 'in another AS', same: false, parts: all },
    { me: 'follower', other: 'in my AS', same: true, parts: all },
    { me: 'follower', other: 'in another AS', same: false, parts: UPLOADS | OFFERS },
    { me: 'leader', other: 'in my AS', same: true, parts: all },
    { me: 'leader', other: 'in another AS', same: false, parts: all },
  ] as const)('$me and one $other', ({ me, same, parts }) => {
    expect(partsOf(me, same, 'neighbour', CLIENT_HABITS)).toBe(parts);
  });

  test('a leader that reached a peer for a follower uploads if asked, and does not offer', () => {
    expect(partsOf('leader', false, 'on-behalf', CLIENT_HABITS)).toBe(UPLOADS | DOWNLOADS);
  });

  test.each([
    { rule: 'both sides upload where a follower came only to follow', habits: CLIENT_HABITS, parts: all },
    { rule: 'in the original such a follower only downloads', habits: ORIGINAL_HABITS, parts: DOWNLOADS },
  ])('$rule', ({ habits, parts }) => {
    expect(partsOf('follower', true, 'to-follow', habits)).toBe(parts);
  });

  test('a request for a piece not held is not answered', () => {
    const { stage, peer } = alone({ role: { standing: 'leader' } });
    peer.interested(ONLY);
    peer.rechoke();
    stage.heard();
    peer.request(ONLY, piece(0));
    expect(stage.run()).toBe('');
  });

  test('a have for a piece already asked for on the connection asks again', () => {
    const { stage, peer } = alone({ role: { standing: 'follower', leaders: ['N0'] } });
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    stage.heard();
    peer.have(ONLY, piece(0));
    expect(stage.heard()).toBe('X → N0  request(0)');
  });

  test('a plain peer does not ask again', () => {
    const { stage, peer } = alone();
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    stage.heard();
    peer.have(ONLY, piece(0));
    expect(stage.heard()).toBe('');
  });

  test('a leader prefers what a follower asked for, among the equally rare', () => {
    const { stage, peer } = alone({ neighbours: 2, backlog: 1, role: { standing: 'leader' } });
    for (const index of [0, 1, 2]) peer.have(0 as Connection, piece(index));
    peer.request(1 as Connection, piece(2));
    stage.heard();
    peer.unchoke(0 as Connection);
    expect(stage.heard()).toBe('X → N0  request(2)');
  });

  test.each([
    { rule: 'a client tells a follower of a piece once', habits: CLIENT_HABITS, times: 1 },
    { rule: 'the original tells it once for each time that it asked', habits: ORIGINAL_HABITS, times: 2 },
  ])('$rule', ({ habits, times }) => {
    const stage = new Stage(1, { habits });
    const [leader] = stage.enter({
      L: { system: 1, standing: 'leader' },
      F: { system: 1, standing: 'follower', leaders: ['L'] },
      S: { system: 2, standing: 'leader' },
    });
    stage.connect('L', 'F');
    stage.connect('L', 'S');
    stage.heard();
    const [follower, outside] = [stage.actor('F').id, stage.actor('S').id];
    for (let n = 0; n < 2; n++) leader!.leaderStart(leader!.connectionTo(follower), outside);
    leader!.have(leader!.connectionTo(outside), piece(0));
    expect(stage.heard().match(/L → F {2}have\(0\)/g)).toHaveLength(times);
  });

  test.each([
    { rule: 'a client counts holders', countRepeatedHaves: false, next: 0 },
    { rule: 'the original counts what it hears', countRepeatedHaves: true, next: 1 },
  ])('rarity: $rule', ({ countRepeatedHaves, next }) => {
    const { stage, peer } = alone({ neighbours: 2, backlog: 1, habits: { countRepeatedHaves } });
    for (const on of [0, 1] as Connection[]) peer.have(on, piece(1));
    for (let n = 0; n < 3; n++) peer.have(0 as Connection, piece(0));
    stage.heard();
    peer.unchoke(0 as Connection);
    expect(stage.heard()).toBe(`X → N0  request(${next})`);
  });
});
