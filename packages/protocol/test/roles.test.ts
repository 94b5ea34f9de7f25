/** The rules of docs/protocol.md, section Roles: one test each. */

import { describe, expect, test } from 'vitest';

import { MAY_DOWNLOAD, ANNOUNCES, MAY_UPLOAD } from '../src/tables/connection-flags.ts';
import {
  CLIENT_QUIRKS,
  type Connection,
  ORIGINAL_QUIRKS,
  type PeerId,
  type PieceIndex,
} from '../src/index.ts';
import { Leadership } from '../src/peer/leadership.ts';
import { permissionsOf } from '../src/peer/roles.ts';
import { CLIENT_RULES } from '../src/rules/client.ts';
import { ORIGINAL_RULES } from '../src/rules/original.ts';
import { block, blockPeer, singlePeer, ONLY, piece } from './single-peer.ts';
import { TestSwarm } from './test-swarm.ts';

describe('Roles', () => {
  const all = MAY_UPLOAD | ANNOUNCES | MAY_DOWNLOAD;
  test.each([
    { role: 'peer', other: 'in my AS', intraAs: true, permissions: all },
    { role: 'peer', other: 'in another AS', intraAs: false, permissions: all },
    { role: 'follower', other: 'in my AS', intraAs: true, permissions: all },
    {
      role: 'follower',
      other: 'in another AS',
      intraAs: false,
      permissions: MAY_UPLOAD | ANNOUNCES,
    },
    { role: 'leader', other: 'in my AS', intraAs: true, permissions: all },
    { role: 'leader', other: 'in another AS', intraAs: false, permissions: all },
  ] as const)('$role and a peer $other', ({ role, intraAs, permissions }) => {
    const leadership = new Leadership(role, []);
    expect(permissionsOf(leadership, intraAs, 'neighbour', CLIENT_RULES.relay.permissions)).toBe(
      permissions,
    );
  });

  test.each([
    {
      rule: 'on a relay, a leader uploads if asked, and does not announce',
      rules: CLIENT_RULES,
      permissions: MAY_UPLOAD | MAY_DOWNLOAD,
    },
    {
      rule: 'under `announceOnRelays`, it announces as well',
      rules: ORIGINAL_RULES,
      permissions: all,
    },
  ])('$rule', ({ rules, permissions }) => {
    const leadership = new Leadership('leader', []);
    expect(permissionsOf(leadership, false, 'relay', rules.relay.permissions)).toBe(permissions);
  });

  test('a request for a piece that is not stored is not answered', () => {
    const { swarm, peer } = singlePeer({ setup: { role: 'leader' } });
    peer.interested(ONLY);
    peer.rechoke();
    swarm.takeTranscript();
    peer.request(ONLY, block(0), 1);
    expect(swarm.deliverAll()).toBe('');
  });

  test.each([
    {
      who: 'a follower',
      setup: { role: 'follower', leaders: ['N0'] },
      does: 'repeats',
      sent: 'X → N0  request(0)',
    },
    { who: 'a leader', setup: { role: 'leader' }, does: 'repeats', sent: 'X → N0  request(0)' },
    { who: 'a peer', setup: { role: 'peer' }, does: 'does not repeat', sent: '' },
  ] as const)(
    '$who $does a request when the same neighbour announces the piece again',
    ({ setup, sent }) => {
      const { swarm, peer } = singlePeer({ setup });
      peer.have(ONLY, piece(0));
      peer.unchoke(ONLY);
      swarm.takeTranscript();
      peer.have(ONLY, piece(0));
      expect(swarm.takeTranscript()).toBe(sent);
    },
  );

  test('a request that is not answered remains in the backlog', () => {
    const { swarm, peer } = singlePeer({
      backlog: 2,
      setup: { role: 'follower', leaders: ['N0'] },
    });
    for (const index of [0, 1, 2]) peer.have(ONLY, piece(index));
    peer.unchoke(ONLY);
    expect(swarm.takeTranscript()).toBe(
      'X → N0  interested\nX → N0  request(0)\nX → N0  request(1)',
    );
    peer.have(ONLY, piece(1));
    expect(swarm.takeTranscript()).toBe('X → N0  request(1)');
    peer.piece(ONLY, block(1), 1);
    expect(swarm.takeTranscript()).toBe('X → N0  have(1)\nX → N0  request(2)');
  });

  test('a follower draws a leader for each outside peer, and connects to it first', () => {
    const drawn = [1, 0, 1];
    const swarm = new TestSwarm(1, { random: { below: () => drawn.shift() ?? 0, unit: () => 0 } });
    swarm.addPeers({
      F: { asId: 1, role: 'follower', leaders: ['L', 'M'] },
      L: { asId: 1, role: 'leader' },
      M: { asId: 1, role: 'leader' },
      A: { asId: 2, role: 'leader' },
      B: { asId: 2, role: 'leader' },
      C: { asId: 3, role: 'leader' },
    });
    for (const outside of ['A', 'B', 'C']) swarm.connect('F', outside);
    const ofF = swarm
      .deliverAll()
      .split('\n')
      .filter((line) => /^F (→|connects)/.test(line));
    expect(ofF).toEqual([
      'F connects to M',
      'F → M  leader-start(A)',
      'F connects to L',
      'F → L  leader-start(B)',
      'F → M  leader-start(C)',
    ]);
  });

  test.each([
    {
      rule: 'a follower asks for a relay when the outside peer has answered',
      eagerRelays: false,
      sent: '',
    },
    {
      rule: 'it asks as soon as it connects under `eagerRelays`',
      eagerRelays: true,
      sent: 'F connects to L\nF → L  leader-start(A)',
    },
  ])('$rule', ({ eagerRelays, sent }) => {
    const swarm = new TestSwarm(1, { quirks: { ...CLIENT_QUIRKS, eagerRelays } });
    const [follower] = swarm.addPeers({
      F: { asId: 1, role: 'follower', leaders: ['L'] },
      L: { asId: 1, role: 'leader' },
      A: { asId: 2, role: 'leader' },
    });
    const outside = follower!.connect(swarm.hostOf('A').id, false, 'neighbour');
    expect(swarm.takeTranscript()).toBe(sent);
    follower!.established(outside, false);
    expect(`${sent}${swarm.takeTranscript()}`, 'and asks once').toBe(
      'F connects to L\nF → L  leader-start(A)',
    );
  });

  test.each([
    { rule: 'at equal rarity', requestPriority: 'within-rarity', rarer: false, next: 2 },
    { rule: 'but not before a rarer one', requestPriority: 'within-rarity', rarer: true, next: 0 },
    {
      rule: 'and before a rarer one under absolute priority',
      requestPriority: 'absolute',
      rarer: true,
      next: 2,
    },
  ] as const)(
    'a leader prefers what a follower has requested, $rule',
    ({ requestPriority, rarer, next }) => {
      const { swarm, peer } = singlePeer({
        neighbours: 3,
        backlog: 1,
        requestPriority,
        setup: { role: 'leader' },
      });
      for (const index of [0, 1, 2]) peer.have(0 as Connection, piece(index));
      if (rarer) for (const index of [1, 2]) peer.have(2 as Connection, piece(index));
      peer.request(1 as Connection, block(2), 1);
      swarm.takeTranscript();
      peer.unchoke(0 as Connection);
      expect(swarm.takeTranscript()).toBe(`X → N0  request(${next})`);
    },
  );

  test.each([
    { rule: 'a leader forwards a piece to a follower once', quirks: CLIENT_QUIRKS, times: 1 },
    {
      rule: 'it forwards it once per request for the relay under `duplicateForwards`',
      quirks: ORIGINAL_QUIRKS,
      times: 2,
    },
  ])('$rule', ({ quirks, times }) => {
    const swarm = new TestSwarm(1, { quirks });
    const [leader] = swarm.addPeers({
      L: { asId: 1, role: 'leader' },
      F: { asId: 1, role: 'follower', leaders: ['L'] },
      S: { asId: 2, role: 'leader' },
    });
    swarm.connect('L', 'F');
    swarm.connect('L', 'S');
    swarm.takeTranscript();
    const [follower, outside] = [swarm.hostOf('F').id, swarm.hostOf('S').id];
    for (let n = 0; n < 2; n++) leader!.leaderStart(leader!.connectionTo(follower), outside);
    leader!.have(leader!.connectionTo(outside), piece(0));
    expect(swarm.takeTranscript().match(/L → F {2}have\(0\)/g)).toHaveLength(times);
  });

  test.each([
    {
      rule: 'a relay forwards what was announced before it started',
      forwardNewOnly: false,
      sent: 'L → F  have(0)',
    },
    {
      rule: 'it forwards later announcements only under `forwardNewOnly`',
      forwardNewOnly: true,
      sent: '',
    },
  ])('$rule', ({ forwardNewOnly, sent }) => {
    const swarm = new TestSwarm(1, { quirks: { ...CLIENT_QUIRKS, forwardNewOnly } });
    const [leader] = swarm.addPeers({
      L: { asId: 1, role: 'leader' },
      F: { asId: 1, role: 'follower', leaders: ['L'] },
      S: { asId: 2, role: 'leader' },
    });
    swarm.connect('L', 'F');
    swarm.connect('L', 'S');
    const outside = swarm.hostOf('S').id;
    leader!.have(leader!.connectionTo(outside), piece(0));
    swarm.takeTranscript();
    leader!.leaderStart(leader!.connectionTo(swarm.hostOf('F').id), outside);
    expect(swarm.takeTranscript()).toBe(sent);
  });

  test('availability: a `have` that makes a leader or follower repeat a request does not count', () => {
    const quirks = { countDuplicateHaves: true };
    const { swarm, peer } = singlePeer({
      neighbours: 2,
      backlog: 1,
      quirks,
      setup: { role: 'leader' },
    });
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    for (let n = 0; n < 3; n++) peer.have(ONLY, piece(0));
    for (const connection of [0, 1] as Connection[]) peer.have(connection, piece(1));
    peer.choke(ONLY);
    swarm.takeTranscript();
    peer.unchoke(ONLY);
    expect(swarm.takeTranscript()).toBe('X → N0  request(0)');
  });

  test.each([
    { rule: 'each neighbour counts once', countDuplicateHaves: false, next: 0 },
    { rule: 'each `have` counts under `countDuplicateHaves`', countDuplicateHaves: true, next: 1 },
  ])('availability: $rule', ({ countDuplicateHaves, next }) => {
    const { swarm, peer } = singlePeer({
      neighbours: 2,
      backlog: 1,
      quirks: { countDuplicateHaves },
    });
    for (const connection of [0, 1] as Connection[]) peer.have(connection, piece(1));
    for (let n = 0; n < 3; n++) peer.have(0 as Connection, piece(0));
    swarm.takeTranscript();
    peer.unchoke(0 as Connection);
    expect(swarm.takeTranscript()).toBe(`X → N0  request(${next})`);
  });
});

describe('Roles: leaders that go', () => {
  /** F follows `leaders`, who are connected to it, and gets S, T of another AS through them. */
  function followed(leaders: readonly string[], drawn: number[] = []) {
    const random = { below: () => drawn.shift() ?? 0, unit: () => 0 };
    // Nobody is unchoked, so that F remains incomplete.
    const swarm = new TestSwarm(2, { random, quirks: CLIENT_QUIRKS, uploadSlots: 0 });
    swarm.addPeers({
      F: { asId: 1, role: 'follower', leaders },
      L: { asId: 1, role: 'leader' },
      M: { asId: 1, role: 'leader' },
      N: { asId: 1, role: 'follower', leaders },
      S: { asId: 2, role: 'leader', holds: [0, 1] },
      T: { asId: 2, role: 'leader' },
    });
    swarm.connect('F', 'S');
    swarm.connect('F', 'T');
    swarm.deliverAll();
    return swarm;
  }
  /** What `name` has sent or done about leaders. */
  const about = (transcript: string, name: string): string[] =>
    transcript.split('\n').filter((line) => new RegExp(`^${name} .*(leader|connects)`).test(line));

  test('a follower whose leader has gone restarts its relays through another that it knows', () => {
    const swarm = followed(['L', 'M']);
    swarm.crash('L');
    expect(about(swarm.deliverAll(), 'F')).toEqual([
      'F connects to M',
      'F → M  leader-start(S)',
      'F → M  leader-start(T)',
    ]);
    expect(swarm.hostOf('F').peer.leaders).toEqual([swarm.hostOf('M').id]);
  });

  test('it draws one of those that are left for each relay', () => {
    const drawn: number[] = [];
    const swarm = followed(['L', 'M', 'N'], drawn);
    drawn.push(1, 0);
    swarm.crash('L');
    expect(about(swarm.deliverAll(), 'F').filter((line) => line.includes('leader'))).toEqual([
      'F → N  leader-start(S)',
      'F → M  leader-start(T)',
    ]);
  });

  test('relays through another leader stay as they are', () => {
    const swarm = followed(['L', 'M'], [0, 1]);
    swarm.crash('L');
    expect(about(swarm.deliverAll(), 'F')).toEqual(['F → M  leader-start(S)']);
  });

  test('one that knows no other asks the tracker, and goes on when that names leaders', () => {
    const swarm = followed(['L']);
    swarm.crash('L');
    expect(about(swarm.deliverAll(), 'F')).toEqual(['F needs leaders']);
    swarm.hostOf('F').peer.setLeaders([swarm.hostOf('M').id]);
    expect(about(swarm.deliverAll(), 'F')).toEqual([
      'F connects to M',
      'F → M  leader-start(S)',
      'F → M  leader-start(T)',
    ]);
  });

  test('a leader that cannot be reached is lost like one that has gone', () => {
    const swarm = followed(['L', 'M']);
    swarm.hostOf('M').isGone = true;
    swarm.crash('L');
    expect(about(swarm.deliverAll(), 'F')).toEqual(['F connects to M', 'F needs leaders']);
  });

  test('one that is complete needs no leaders', () => {
    const swarm = followed(['L']);
    swarm.hostOf('F').peer.restore([0, 1] as PieceIndex[]);
    swarm.crash('L');
    expect(about(swarm.takeTranscript(), 'F')).toEqual([]);
  });

  test('an outside peer that has gone needs no relay any more', () => {
    const swarm = followed(['L', 'M']);
    swarm.close('F', 'S');
    swarm.crash('L');
    expect(about(swarm.deliverAll(), 'F')).toEqual(['F connects to M', 'F → M  leader-start(T)']);
  });

  test('leaders that are not named any more are left, and the others are kept', () => {
    const swarm = followed(['L', 'M'], [0, 1]);
    swarm.hostOf('F').peer.setLeaders([swarm.hostOf('M').id]);
    expect(about(swarm.deliverAll(), 'F')).toEqual(['F → M  leader-start(S)']);
  });

  test('a peer that is followed before it knows that it leads asks the tracker, and relays then', () => {
    const swarm = followed(['L', 'N']);
    swarm.crash('L');
    expect(about(swarm.deliverAll(), 'N')).toEqual(['N needs leaders', 'N needs leaders']);
    swarm.setRole('N', 'leader');
    expect(about(swarm.takeTranscript(), 'N')).toEqual(['N connects to S', 'N connects to T']);
  });

  test('it relays nothing for those who have left meanwhile', () => {
    const swarm = followed(['L', 'N']);
    swarm.crash('L');
    swarm.deliverAll();
    swarm.close('F', 'N');
    swarm.takeTranscript();
    swarm.setRole('N', 'leader');
    expect(about(swarm.takeTranscript(), 'N')).toEqual([]);
  });
});

describe('Roles: a peer whose role changes', () => {
  test('as a leader, it downloads from outside peers that it only uploaded to', () => {
    const swarm = new TestSwarm(2, { quirks: CLIENT_QUIRKS });
    const [peer] = swarm.addPeers({
      X: { asId: 1, role: 'follower', leaders: ['L'] },
      L: { asId: 1, role: 'leader' },
      S: { asId: 2, role: 'leader', holds: [0, 1] },
    });
    swarm.connect('X', 'S');
    swarm.hostOf('S').peer.rechoke();
    swarm.close('X', 'L');
    swarm.deliverAll();
    expect(peer!.storedCount).toBe(0);
    swarm.setRole('X', 'leader');
    expect(swarm.deliverAll()).toContain('X → S  interested\n');
    expect(peer!.isComplete).toBe(true);
  });

  test('as a follower, it cancels what it has requested outside, and keeps what arrives', () => {
    const { swarm, peer } = blockPeer({ pieces: 1, setup: { role: 'leader' } });
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    peer.piece(ONLY, block(0), 1);
    swarm.takeTranscript();
    peer.setRole('follower', [], () => false);
    expect(swarm.takeTranscript()).toBe(
      'X → N0  cancel(1)\nX → N0  cancel(2..3)\nX → N0  not-interested',
    );
    for (const index of [1, 2, 3]) peer.piece(ONLY, block(index), 1);
    expect([peer.isComplete, peer.wastedBlocks]).toEqual([true, 0]);
  });

  test('what was requested outside is requested in the AS, and only what has not arrived', () => {
    const { swarm, peer } = blockPeer({ pieces: 1, neighbours: 2, setup: { role: 'leader' } });
    const [outside, inside] = [0, 1] as Connection[];
    peer.have(outside!, piece(0));
    peer.unchoke(outside!);
    peer.piece(outside!, block(0), 1);
    peer.have(inside!, piece(0));
    swarm.takeTranscript();
    peer.setRole('follower', [], (connection) => connection === inside);
    peer.unchoke(inside!);
    expect(swarm.takeTranscript().match(/X → N1 {2}request.*/g)).toEqual([
      'X → N1  request(1..2)',
      'X → N1  request(3)',
    ]);
    expect(peer.isLackingFrom(outside!)).toBe(false);
  });

  test('as a follower, it gets outside peers through its leaders', () => {
    const swarm = new TestSwarm(1, { quirks: CLIENT_QUIRKS });
    swarm.addPeers({
      X: { asId: 1, role: 'leader' },
      L: { asId: 1, role: 'leader' },
      S: { asId: 2, role: 'leader', holds: [0] },
    });
    swarm.connect('X', 'S');
    swarm.takeTranscript();
    swarm.setRole('X', 'follower', ['L']);
    expect(swarm.takeTranscript()).toBe('X connects to L\nX → L  leader-start(S)');
  });

  test('it announces on the same connections as before', () => {
    const { peer } = blockPeer({ setup: { role: 'leader' } });
    const relay = peer.connect(9 as PeerId, false, 'relay');
    peer.setRole('follower', [], () => false);
    expect([peer.announcesOn(ONLY), peer.announcesOn(relay)]).toEqual([true, false]);
  });

  test('a former leader forwards nothing, and does not prefer what followers wanted', () => {
    const { swarm, peer } = singlePeer({ neighbours: 3, backlog: 1, setup: { role: 'leader' } });
    const [inside, follower, outside] = [0, 1, 2] as Connection[];
    for (const index of [0, 1, 2]) peer.have(inside!, piece(index));
    peer.leaderStart(follower!, swarm.hostOf('N2').id);
    peer.request(follower!, block(2), 1);
    peer.setRole('follower', [], (connection) => connection !== outside);
    expect(peer.hasToForward(outside!, piece(3))).toBe(false);
    swarm.takeTranscript();
    peer.have(outside!, piece(3));
    peer.unchoke(inside!);
    expect(swarm.takeTranscript()).toBe('X → N0  request(0)');
  });
});
