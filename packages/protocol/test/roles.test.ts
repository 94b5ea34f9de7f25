/** The rules of docs/protocol.md, section Roles: one test each. */

import { describe, expect, test } from 'vitest';

import { MAY_DOWNLOAD, ANNOUNCES, MAY_UPLOAD } from '../src/tables/connection-flags.ts';
import { CLIENT_QUIRKS, type Connection, ORIGINAL_QUIRKS, permissionsOf } from '../src/index.ts';
import { singlePeer, ONLY, piece } from './single-peer.ts';
import { TestSwarm } from './test-swarm.ts';

describe('Roles', () => {
  const all = MAY_UPLOAD | ANNOUNCES | MAY_DOWNLOAD;
  test.each([
    { me: 'peer', other: 'in my AS', same: true, parts: all },
    { me: 'peer', other: 'in another AS', same: false, parts: all },
    { me: 'follower', other: 'in my AS', same: true, parts: all },
    { me: 'follower', other: 'in another AS', same: false, parts: MAY_UPLOAD | ANNOUNCES },
    { me: 'leader', other: 'in my AS', same: true, parts: all },
    { me: 'leader', other: 'in another AS', same: false, parts: all },
  ] as const)('$me and one $other', ({ me, same, parts }) => {
    expect(permissionsOf(me, same, 'neighbour', CLIENT_QUIRKS)).toBe(parts);
  });

  test.each([
    { rule: 'a leader that reached a peer for a follower uploads if asked, and does not offer', habits: CLIENT_QUIRKS, parts: MAY_UPLOAD | MAY_DOWNLOAD },
    { rule: 'in the original it offers as well', habits: ORIGINAL_QUIRKS, parts: all },
  ])('$rule', ({ habits, parts }) => {
    expect(permissionsOf('leader', false, 'on-behalf', habits)).toBe(parts);
  });

  test('a request for a piece not held is not answered', () => {
    const { stage, peer } = singlePeer({ setup: { role: 'leader' } });
    peer.interested(ONLY);
    peer.rechoke();
    stage.takeTranscript();
    peer.request(ONLY, piece(0));
    expect(stage.deliverAll()).toBe('');
  });

  test.each([
    { who: 'a follower', role: { role: 'follower', leaders: ['N0'] }, does: 'asks', said: 'X → N0  request(0)' },
    { who: 'a leader',   role: { role: 'leader' },                    does: 'asks', said: 'X → N0  request(0)' },
    { who: 'a peer',     role: { role: 'peer' },                      does: 'does not ask', said: '' },
  ] as const)('$who that hears of a piece it has asked for on the connection $does again', ({ role, said }) => {
    const { stage, peer } = singlePeer({ setup: role });
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    stage.takeTranscript();
    peer.have(ONLY, piece(0));
    expect(stage.takeTranscript()).toBe(said);
  });

  test('a request that is not answered keeps its place in the backlog', () => {
    const { stage, peer } = singlePeer({ backlog: 2, setup: { role: 'follower', leaders: ['N0'] } });
    for (const index of [0, 1, 2]) peer.have(ONLY, piece(index));
    peer.unchoke(ONLY);
    expect(stage.takeTranscript()).toBe('X → N0  interested\nX → N0  request(0)\nX → N0  request(1)');
    peer.have(ONLY, piece(1));
    expect(stage.takeTranscript()).toBe('X → N0  request(1)');
    peer.piece(ONLY, piece(1));
    expect(stage.takeTranscript()).toBe('X → N0  have(1)\nX → N0  request(2)');
  });

  test('a leader is drawn for each outside peer, and connected to before it is asked', () => {
    const drawn = [1, 0, 1];
    const stage = new TestSwarm(1, { random: { below: () => drawn.shift() ?? 0, unit: () => 0 } });
    stage.addPeers({
      F: { asId: 1, role: 'follower', leaders: ['L', 'M'] },
      L: { asId: 1, role: 'leader' },
      M: { asId: 1, role: 'leader' },
      A: { asId: 2, role: 'leader' },
      B: { asId: 2, role: 'leader' },
      C: { asId: 3, role: 'leader' },
    });
    for (const outside of ['A', 'B', 'C']) stage.connect('F', outside);
    const ofF = stage.deliverAll().split('\n').filter((line) => /^F (→|connects)/.test(line));
    expect(ofF).toEqual([
      'F connects to M', 'F → M  leader-start(A)',
      'F connects to L', 'F → L  leader-start(B)',
      'F → M  leader-start(C)',
    ]);
  });

  test.each([
    { rule: 'a follower turns to a leader when the outside peer has answered', eagerRelays: false, said: '' },
    { rule: 'in the original it does so when it connects', eagerRelays: true, said: 'F connects to L\nF → L  leader-start(A)' },
  ])('$rule', ({ eagerRelays, said }) => {
    const stage = new TestSwarm(1, { quirks: { ...CLIENT_QUIRKS, eagerRelays: eagerRelays } });
    const [follower] = stage.addPeers({
      F: { asId: 1, role: 'follower', leaders: ['L'] },
      L: { asId: 1, role: 'leader' },
      A: { asId: 2, role: 'leader' },
    });
    const outside = follower!.connect(stage.hostOf('A').id, false, 'neighbour');
    expect(stage.takeTranscript()).toBe(said);
    follower!.established(outside, false);
    expect(`${said}${stage.takeTranscript()}`, 'and turns once').toBe('F connects to L\nF → L  leader-start(A)');
  });

  test.each([
    { rule: 'among the equally rare', preference: 'within-rarity', rarer: false, next: 2 },
    { rule: 'but not before a rarer one', preference: 'within-rarity', rarer: true, next: 0 },
    { rule: 'before a rarer one too, where that is asked for', preference: 'absolute', rarer: true, next: 2 },
  ] as const)('a leader prefers what a follower asked for, $rule', ({ preference, rarer, next }) => {
    const { stage, peer } = singlePeer({ neighbours: 3, backlog: 1, requestPriority: preference, setup: { role: 'leader' } });
    for (const index of [0, 1, 2]) peer.have(0 as Connection, piece(index));
    if (rarer) for (const index of [1, 2]) peer.have(2 as Connection, piece(index));
    peer.request(1 as Connection, piece(2));
    stage.takeTranscript();
    peer.unchoke(0 as Connection);
    expect(stage.takeTranscript()).toBe(`X → N0  request(${next})`);
  });

  test.each([
    { rule: 'a client tells a follower of a piece once', habits: CLIENT_QUIRKS, times: 1 },
    { rule: 'the original tells it once for each time that it asked', habits: ORIGINAL_QUIRKS, times: 2 },
  ])('$rule', ({ habits, times }) => {
    const stage = new TestSwarm(1, { quirks: habits });
    const [leader] = stage.addPeers({
      L: { asId: 1, role: 'leader' },
      F: { asId: 1, role: 'follower', leaders: ['L'] },
      S: { asId: 2, role: 'leader' },
    });
    stage.connect('L', 'F');
    stage.connect('L', 'S');
    stage.takeTranscript();
    const [follower, outside] = [stage.hostOf('F').id, stage.hostOf('S').id];
    for (let n = 0; n < 2; n++) leader!.leaderStart(leader!.connectionTo(follower), outside);
    leader!.have(leader!.connectionTo(outside), piece(0));
    expect(stage.takeTranscript().match(/L → F {2}have\(0\)/g)).toHaveLength(times);
  });

  test.each([
    { rule: 'a relay passes on what was said before it began', forwardNewOnly: false, said: 'L → F  have(0)' },
    { rule: 'in the original it passes on what is said from then on', forwardNewOnly: true, said: '' },
  ])('$rule', ({ forwardNewOnly, said }) => {
    const stage = new TestSwarm(1, { quirks: { ...CLIENT_QUIRKS, forwardNewOnly: forwardNewOnly } });
    const [leader] = stage.addPeers({
      L: { asId: 1, role: 'leader' },
      F: { asId: 1, role: 'follower', leaders: ['L'] },
      S: { asId: 2, role: 'leader' },
    });
    stage.connect('L', 'F');
    stage.connect('L', 'S');
    const outside = stage.hostOf('S').id;
    leader!.have(leader!.connectionTo(outside), piece(0));
    stage.takeTranscript();
    leader!.leaderStart(leader!.connectionTo(stage.hostOf('F').id), outside);
    expect(stage.takeTranscript()).toBe(said);
  });

  test('rarity: what makes a leader or follower ask again is not counted', () => {
    const habits = { countDuplicateHaves: true };
    const { stage, peer } = singlePeer({ neighbours: 2, backlog: 1, quirks: habits, setup: { role: 'leader' } });
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    for (let n = 0; n < 3; n++) peer.have(ONLY, piece(0));
    for (const on of [0, 1] as Connection[]) peer.have(on, piece(1));
    peer.choke(ONLY);
    stage.takeTranscript();
    peer.unchoke(ONLY);
    expect(stage.takeTranscript()).toBe('X → N0  request(0)');
  });

  test.each([
    { rule: 'a client counts holders', countDuplicateHaves: false, next: 0 },
    { rule: 'the original counts what it hears', countDuplicateHaves: true, next: 1 },
  ])('rarity: $rule', ({ countDuplicateHaves, next }) => {
    const { stage, peer } = singlePeer({ neighbours: 2, backlog: 1, quirks: { countDuplicateHaves: countDuplicateHaves } });
    for (const on of [0, 1] as Connection[]) peer.have(on, piece(1));
    for (let n = 0; n < 3; n++) peer.have(0 as Connection, piece(0));
    stage.takeTranscript();
    peer.unchoke(0 as Connection);
    expect(stage.takeTranscript()).toBe(`X → N0  request(${next})`);
  });
});
