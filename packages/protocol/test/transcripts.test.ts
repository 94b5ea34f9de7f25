/**
 * Complete transcripts of a few peers. When a rule changes, the difference shows here. The source
 * of each is the section of docs/protocol.md that its title names.
 */

import { describe, expect, test } from 'vitest';

import { type BlockIndex, CLIENT_QUIRKS, LIBTORRENT, type PieceIndex } from '../src/index.ts';
import { fourBlocks, TestSwarm } from './test-swarm.ts';

/** Removes the indentation of lines. */
function lines(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\n');
}

test('Peer: a leecher downloads two pieces from a seed', () => {
  const swarm = new TestSwarm(2);
  const [seed] = swarm.addPeers({ S: { holds: [0, 1] }, L: {} });
  swarm.takeTranscript();
  swarm.connect('L', 'S');
  expect(swarm.deliverAll()).toBe(
    lines(`
    S → L  have(0)
    S → L  have(1)
    L → S  interested
  `),
  );

  seed!.rechoke();
  expect(swarm.deliverAll()).toBe(
    lines(`
    S → L  unchoke
    L → S  request(0)
    L → S  request(1)
    S ⇒ L  piece(0)
    L → S  have(0)
    S ⇒ L  piece(1)
    L → S  have(1)
    L is complete
    L → S  not-interested
  `),
  );
});

test('Peer: lost requests are sent elsewhere at once', () => {
  const swarm = new TestSwarm(2);
  const [a, b] = swarm.addPeers({ A: { holds: [0] }, B: { holds: [0, 1] }, L: {} });
  swarm.takeTranscript();
  swarm.connect('L', 'A');
  swarm.connect('L', 'B');
  swarm.deliverAll();
  a!.rechoke();
  expect(swarm.takeTranscript()).toBe('A → L  unchoke');
  // A chokes L before it has sent a piece.
  const leecher = swarm.hostOf('L').peer;
  leecher.unchoke(leecher.connectionTo(swarm.hostOf('A').id));
  expect(swarm.takeTranscript()).toBe('L → A  request(0)');
  b!.rechoke();
  leecher.unchoke(leecher.connectionTo(swarm.hostOf('B').id));
  expect(swarm.takeTranscript()).toBe('B → L  unchoke\nL → B  request(1)');

  leecher.choke(leecher.connectionTo(swarm.hostOf('A').id));
  expect(swarm.takeTranscript()).toBe('L → B  request(0)');
});

test('Roles: a leader relays a piece that only another AS holds', () => {
  const swarm = new TestSwarm(2);
  const [seed, leader, follower] = swarm.addPeers({
    S: { asId: 2, role: 'leader', holds: [0, 1] },
    L: { asId: 1, role: 'leader' },
    F: { asId: 1, role: 'follower', leaders: ['L'] },
  });
  swarm.takeTranscript();
  swarm.connect('F', 'S');
  expect(swarm.deliverAll()).toBe(
    lines(`
    F connects to L
    F → L  leader-start(S)
    S → F  have(0)
    S → F  have(1)
    L connects to S
    S → L  have(0)
    S → L  have(1)
    L → F  have(0)
    L → S  interested
    L → F  have(1)
    F → L  interested
  `),
  );

  leader!.rechoke();
  expect(swarm.deliverAll()).toBe(
    lines(`
    L → F  unchoke
    F → L  request(0)
    F → L  request(1)
  `),
  );

  seed!.rechoke();
  expect(swarm.deliverAll()).toBe(
    lines(`
    S → L  unchoke
    L → S  request(0)
    L → S  request(1)
    S ⇒ L  piece(0)
    L → F  have(0)
    F → L  request(0)
    S ⇒ L  piece(1)
    L → F  have(1)
    L is complete
    L → S  not-interested
    F → L  request(1)
    L ⇒ F  piece(0)
    F → S  have(0)
    F → L  have(0)
    L ⇒ F  piece(1)
    F → S  have(1)
    F → L  have(1)
    F is complete
    F → L  not-interested
  `),
  );
  expect(follower!.isComplete).toBe(true);
});

test('Roles: a leader does not announce on a relay, and the other side asks its own leader for one', () => {
  const swarm = new TestSwarm(1);
  const [, , , seed] = swarm.addPeers({
    F: { asId: 1, role: 'follower', leaders: ['L'] },
    L: { asId: 1, role: 'leader', holds: [0] },
    G: { asId: 2, role: 'follower', leaders: ['M'] },
    M: { asId: 2, role: 'leader' },
  });
  swarm.takeTranscript();
  // F connects to G, a follower of another AS: each asks a leader of its AS for a relay.
  swarm.connect('F', 'G');
  expect(swarm.deliverAll()).toBe(
    lines(`
    F connects to L
    F → L  leader-start(G)
    L → F  have(0)
    G connects to M
    G → M  leader-start(F)
    L connects to G
    G → M  leader-start(L)
    F → L  interested
    M connects to F
    F → L  leader-start(M)
    M connects to L
    L → M  have(0)
    M → G  have(0)
    M → L  interested
    G → M  interested
  `),
  );
  expect(seed!.isComplete).toBe(false);
});

describe('by the rules of clients, with pieces of four blocks', () => {
  const clients = (pieces: number, options = {}): TestSwarm =>
    new TestSwarm(pieces, { quirks: CLIENT_QUIRKS, layout: fourBlocks(pieces), ...options });

  test('Download: a leecher downloads two pieces from a seed', () => {
    const swarm = clients(2);
    swarm.addPeers({ S: { holds: [0, 1] }, L: {} });
    swarm.takeTranscript();
    swarm.connect('L', 'S');
    // S has a free slot, so it unchokes L at once. Partial pieces come before others.
    expect(swarm.deliverAll()).toBe(
      lines(`
      S → L  bitfield(0 1)
      L → S  interested
      S → L  unchoke
      L → S  request(0..1)
      L → S  request(2..3)
      S ⇒ L  piece(0..1)
      L → S  request(4..5)
      S ⇒ L  piece(2..3)
      L → S  have(0)
      L → S  request(6..7)
      S ⇒ L  piece(4..5)
      S ⇒ L  piece(6..7)
      L → S  have(1)
      L is complete
      L → S  not-interested
      S → L  choke
    `),
    );
  });

  test('Download: two seeds serve one piece, and endgame ends it', () => {
    const swarm = clients(1, { client: { ...LIBTORRENT, endgameCancels: true } });
    swarm.addPeers({ A: { holds: [0] }, B: { holds: [0] }, L: {} });
    swarm.takeTranscript();
    swarm.connect('L', 'A');
    swarm.connect('L', 'B');
    // A is asked for the whole piece. B has nothing to send but a block that A is asked for; what
    // comes first from the one is cancelled at the other.
    expect(swarm.deliverAll()).toBe(
      lines(`
      A → L  bitfield(0)
      B → L  bitfield(0)
      L → A  interested
      L → B  interested
      A → L  unchoke
      B → L  unchoke
      L → A  request(0..1)
      L → A  request(2..3)
      L → B  request(0)
      A ⇒ L  piece(0..1)
      L → B  cancel(0)
      L → B  request(2)
      B stops sending to L
      A ⇒ L  piece(2..3)
      L → B  cancel(2)
      L → A  have(0)
      L → B  have(0)
      L is complete
      L → A  not-interested
      L → B  not-interested
      B stops sending to L
      A → L  choke
      B → L  choke
    `),
    );
  });

  test('Allowed fast: a newcomer gets a piece while another has the only slot (BEP 6)', () => {
    const swarm = clients(2, { uploadSlots: 1 });
    const [seed] = swarm.addPeers({
      S: { holds: [0, 1] },
      L: { holds: [0, 1] },
      N: { allowedFast: [1] },
    });
    swarm.connect('L', 'S');
    seed!.interested(seed!.connectionTo(swarm.hostOf('L').id));
    swarm.deliverAll();
    swarm.connect('N', 'S');
    // L has the slot, and requests nothing.
    expect(swarm.deliverAll()).toBe(
      lines(`
      S → N  bitfield(0 1)
      N → S  interested
      S → N  allowed-fast(1)
      N → S  request(4..5)
      N → S  request(6..7)
      S ⇒ N  piece(4..5)
      S ⇒ N  piece(6..7)
      N → S  have(1)
    `),
    );
  });

  test('Download, Upload: a choke lets a block be finished, and the rest is requested elsewhere', () => {
    const swarm = clients(1);
    const [, , leecher] = swarm.addPeers({ A: { holds: [0] }, B: { holds: [0] }, L: {} });
    swarm.connect('L', 'A');
    swarm.takeTranscript();
    const ofA = leecher!.connectionTo(swarm.hostOf('A').id);
    leecher!.have(ofA, 0 as PieceIndex);
    leecher!.unchoke(ofA);
    leecher!.choke(ofA);
    // The block that A had begun follows, and is kept.
    leecher!.piece(ofA, 0 as BlockIndex, 1);
    swarm.connect('L', 'B');
    const ofB = leecher!.connectionTo(swarm.hostOf('B').id);
    leecher!.have(ofB, 0 as PieceIndex);
    leecher!.unchoke(ofB);
    expect(swarm.takeTranscript()).toBe(
      lines(`
      L → A  interested
      L → A  request(0..1)
      L → A  request(2..3)
      B → L  bitfield(0)
      L → B  interested
      L → B  request(1..2)
      L → B  request(3)
    `),
    );
  });

  test('Roles: a leader relays a piece that only another AS holds', () => {
    const swarm = clients(1, { backlog: 1 });
    const [, , follower] = swarm.addPeers({
      S: { asId: 2, role: 'leader', holds: [0] },
      L: { asId: 1, role: 'leader' },
      F: { asId: 1, role: 'follower', leaders: ['L'] },
    });
    swarm.takeTranscript();
    swarm.connect('F', 'S');
    // F asks L for the whole piece, which L lacks; it repeats this when L has the piece.
    expect(swarm.deliverAll()).toBe(
      lines(`
      F connects to L
      F → L  leader-start(S)
      S → F  bitfield(0)
      L connects to S
      S → L  bitfield(0)
      L → F  have(0)
      L → S  interested
      F → L  interested
      S → L  unchoke
      L → F  unchoke
      L → S  request(0..1)
      L → S  request(2..3)
      F → L  request(0..3)
      S ⇒ L  piece(0..1)
      S ⇒ L  piece(2..3)
      L → F  have(0)
      L is complete
      L → S  not-interested
      F → L  request(0..3)
      S → L  choke
      L ⇒ F  piece(0..3)
      F → S  have(0)
      F → L  have(0)
      F is complete
      F → L  not-interested
      L → F  choke
    `),
    );
    expect(follower!.isComplete).toBe(true);
  });

  test('Roles: a leader crashes, and its follower goes on through the next, which is elected', () => {
    const swarm = clients(1, { backlog: 1 });
    const [, , , follower] = swarm.addPeers({
      S: { asId: 2, role: 'leader', holds: [0] },
      L: { asId: 1, role: 'leader' },
      M: { asId: 1, role: 'follower', leaders: ['L'] },
      F: { asId: 1, role: 'follower', leaders: ['L'] },
    });
    swarm.takeTranscript();
    swarm.connect('F', 'S');
    expect(swarm.deliverAll('F → L  request(0..3)')).toBe(
      lines(`
      F connects to L
      F → L  leader-start(S)
      S → F  bitfield(0)
      L connects to S
      S → L  bitfield(0)
      L → F  have(0)
      L → S  interested
      F → L  interested
      S → L  unchoke
      L → F  unchoke
      L → S  request(0..1)
      L → S  request(2..3)
      F → L  request(0..3)
    `),
    );
    swarm.crash('L');
    expect(swarm.deliverAll()).toBe('F needs leaders');

    // The tracker has elected M, which does not know of it yet.
    follower!.setLeaders([swarm.hostOf('M').id]);
    expect(swarm.deliverAll()).toBe(
      lines(`
      F connects to M
      F → M  leader-start(S)
      M needs leaders
    `),
    );
    swarm.setRole('M', 'leader');
    expect(swarm.deliverAll()).toBe(
      lines(`
      M connects to S
      S → M  bitfield(0)
      M → F  have(0)
      M → S  interested
      F → M  interested
      S → M  unchoke
      M → F  unchoke
      M → S  request(0..1)
      M → S  request(2..3)
      F → M  request(0..3)
      S ⇒ M  piece(0..1)
      S ⇒ M  piece(2..3)
      M → F  have(0)
      M is complete
      M → S  not-interested
      F → M  request(0..3)
      S → M  choke
      M ⇒ F  piece(0..3)
      F → S  have(0)
      F → M  have(0)
      F is complete
      F → M  not-interested
      M → F  choke
    `),
    );
    expect(follower!.isComplete).toBe(true);
    expect(follower!.wastedBlocks).toBe(0);
  });
});
