/**
 * Whole conversations of a few peers, word by word. When a rule changes, read what changes here.
 * Source of each: docs/protocol.md, the section that its title names.
 */

import { expect, test } from 'vitest';

import { Stage } from './stage.ts';

/** Lines without the margin that they have in the test. */
function lines(text: string): string {
  return text.trim().split('\n').map((line) => line.trim()).join('\n');
}

test('Peer: a leecher downloads two pieces from a seed', () => {
  const stage = new Stage(2);
  const [seed] = stage.enter({ S: { holds: [0, 1] }, L: {} });
  stage.heard();
  stage.connect('L', 'S');
  expect(stage.run()).toBe(lines(`
    S → L  have(0)
    S → L  have(1)
    L → S  interested
  `));

  seed!.rechoke();
  expect(stage.run()).toBe(lines(`
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
  const stage = new Stage(2);
  const [a, b] = stage.enter({ A: { holds: [0] }, B: { holds: [0, 1] }, L: {} });
  stage.heard();
  stage.connect('L', 'A');
  stage.connect('L', 'B');
  stage.run();
  a!.rechoke();
  expect(stage.heard()).toBe('A → L  unchoke');
  // A changes its mind before it has sent anything: L is not interesting to it any more.
  const leecher = stage.actor('L').peer;
  leecher.unchoke(leecher.connectionTo(stage.actor('A').id));
  expect(stage.heard()).toBe('L → A  request(0)');
  b!.rechoke();
  leecher.unchoke(leecher.connectionTo(stage.actor('B').id));
  expect(stage.heard()).toBe('B → L  unchoke\nL → B  request(1)');

  leecher.choke(leecher.connectionTo(stage.actor('A').id));
  expect(stage.heard()).toBe('L → B  request(0)');
});

test('Roles: a leader relays a piece that only another AS holds', () => {
  const stage = new Stage(2);
  const [seed, leader, follower] = stage.enter({
    S: { system: 2, role: 'leader', holds: [0, 1] },
    L: { system: 1, role: 'leader' },
    F: { system: 1, role: 'follower', leaders: ['L'] },
  });
  stage.heard();
  stage.connect('F', 'S');
  expect(stage.run()).toBe(lines(`
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
  expect(stage.run()).toBe(lines(`
    L → F  unchoke
    F → L  request(0)
    F → L  request(1)
  `));

  seed!.rechoke();
  expect(stage.run()).toBe(lines(`
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
  const stage = new Stage(1);
  const [, , , seed] = stage.enter({
    F: { system: 1, role: 'follower', leaders: ['L'] },
    L: { system: 1, role: 'leader', holds: [0] },
    G: { system: 2, role: 'follower', leaders: ['M'] },
    M: { system: 2, role: 'leader' },
  });
  stage.heard();
  // F meets G, follower of another AS: each asks a leader of its own AS to reach the other.
  stage.connect('F', 'G');
  expect(stage.run()).toBe(lines(`
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
