/**
 * Whole conversations of a few peers, word by word. When a rule changes, read what changes here.
 * Source of each: docs/protocol.md, the section that its title names.
 */

import { expect, test } from 'vitest';

import { TestSwarm } from './test-swarm.ts';

/** Lines without the margin that they have in the test. */
function lines(text: string): string {
  return text.trim().split('\n').map((line) => line.trim()).join('\n');
}

test('Peer: a leecher downloads two pieces from a seed', () => {
  const stage = new TestSwarm(2);
  const [seed] = stage.addPeers({ S: { holds: [0, 1] }, L: {} });
  stage.takeTranscript();
  stage.connect('L', 'S');
  expect(stage.deliverAll()).toBe(lines(`
    S → L  have(0)
    S → L  have(1)
    L → S  interested
  `));

  seed!.rechoke();
  expect(stage.deliverAll()).toBe(lines(`
    S → L  unchoke
    L → S  request(0)
    L → S  request(1)
    S ⇒ L  piece(0)
    L → S  have(0)
    S ⇒ L  piece(1)
    L → S  have(1)
    L is complete
    L → S  not-interested
  `));
});

test('Peer: what a choke loses is asked for elsewhere at once', () => {
  const stage = new TestSwarm(2);
  const [a, b] = stage.addPeers({ A: { holds: [0] }, B: { holds: [0, 1] }, L: {} });
  stage.takeTranscript();
  stage.connect('L', 'A');
  stage.connect('L', 'B');
  stage.deliverAll();
  a!.rechoke();
  expect(stage.takeTranscript()).toBe('A → L  unchoke');
  // A changes its mind before it has sent anything: L is not interesting to it any more.
  const leecher = stage.hostOf('L').peer;
  leecher.unchoke(leecher.connectionTo(stage.hostOf('A').id));
  expect(stage.takeTranscript()).toBe('L → A  request(0)');
  b!.rechoke();
  leecher.unchoke(leecher.connectionTo(stage.hostOf('B').id));
  expect(stage.takeTranscript()).toBe('B → L  unchoke\nL → B  request(1)');

  leecher.choke(leecher.connectionTo(stage.hostOf('A').id));
  expect(stage.takeTranscript()).toBe('L → B  request(0)');
});

test('Roles: a leader relays a piece that only another AS holds', () => {
  const stage = new TestSwarm(2);
  const [seed, leader, follower] = stage.addPeers({
    S: { asId: 2, role: 'leader', holds: [0, 1] },
    L: { asId: 1, role: 'leader' },
    F: { asId: 1, role: 'follower', leaders: ['L'] },
  });
  stage.takeTranscript();
  stage.connect('F', 'S');
  expect(stage.deliverAll()).toBe(lines(`
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
  `));

  leader!.rechoke();
  expect(stage.deliverAll()).toBe(lines(`
    L → F  unchoke
    F → L  request(0)
    F → L  request(1)
  `));

  seed!.rechoke();
  expect(stage.deliverAll()).toBe(lines(`
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
  `));
  expect(follower!.isComplete).toBe(true);
});

test('Roles: a leader says nothing of itself where it came for a follower, and is contacted back', () => {
  const stage = new TestSwarm(1);
  const [, , , seed] = stage.addPeers({
    F: { asId: 1, role: 'follower', leaders: ['L'] },
    L: { asId: 1, role: 'leader', holds: [0] },
    G: { asId: 2, role: 'follower', leaders: ['M'] },
    M: { asId: 2, role: 'leader' },
  });
  stage.takeTranscript();
  // F meets G, follower of another AS: each asks a leader of its own AS to reach the other.
  stage.connect('F', 'G');
  expect(stage.deliverAll()).toBe(lines(`
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
  `));
  expect(seed!.isComplete).toBe(false);
});
