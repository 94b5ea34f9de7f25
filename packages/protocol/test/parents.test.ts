/** The rules of docs/protocol.md, section Parents: leaders that follow those of a parent AS. */

import { describe, expect, test } from 'vitest';

import { CLIENT_QUIRKS, LIBTORRENT } from '../src/index.ts';
import { block, piece } from './single-peer.ts';
import { fourBlocks, type PeerSetup, TestSwarm } from './test-swarm.ts';

const SETUPS = {
  S: { asId: 3, holds: [0] },
  U: { asId: 1, role: 'leader' },
  L: { asId: 2, role: 'leader', leaders: ['U'] },
  F: { asId: 2, role: 'follower', leaders: ['L'] },
} satisfies Readonly<Record<string, PeerSetup>>;

function swarmOf(setups: Readonly<Record<string, PeerSetup>> = SETUPS): TestSwarm {
  const swarm = new TestSwarm(1);
  swarm.addPeers(setups);
  return swarm;
}

function rechokeAll(swarm: TestSwarm, names: readonly string[]): void {
  for (const name of names) swarm.hostOf(name).peer.rechoke();
}

/** Delivers everything until nobody has anything to say, with a rechoke of all in between. */
function exchange(swarm: TestSwarm, names: readonly string[]): string {
  const lines: string[] = [];
  for (let round = 0; round < 4; round++) {
    lines.push(swarm.deliverAll());
    rechokeAll(swarm, names);
  }
  lines.push(swarm.deliverAll());
  return lines.join('\n');
}

const NAMES = Object.keys(SETUPS);

/** The lines that say who sends a piece to whom. */
const PIECES = /^. ⇒ . {2}piece.*$/gm;

test('a piece reaches the followers through both leaders, and no other way', () => {
  const swarm = swarmOf();
  swarm.connect('F', 'S');
  swarm.connect('F', 'L');
  const transcript = exchange(swarm, NAMES);
  const moved = transcript.match(PIECES);
  expect(moved).toEqual(['S ⇒ U  piece(0)', 'U ⇒ L  piece(0)', 'L ⇒ F  piece(0)']);
  expect(transcript).toContain('F → L  leader-start(S)');
  expect(transcript).toContain('L → U  leader-start(S)');
});

test('what the leader above can get is forwarded before it has it', () => {
  const swarm = swarmOf();
  for (const [a, b] of [
    ['F', 'L'],
    ['L', 'U'],
    ['U', 'S'],
    ['F', 'S'],
  ] as const)
    swarm.connect(a, b);
  const have = /^[UL] → . {2}have\(0\)$/gm;
  // U and L do not hold the piece: what they say is that they can get it.
  expect(swarm.deliverAll().match(have)).toEqual(['U → L  have(0)', 'L → F  have(0)']);
  expect(swarm.hostOf('L').peer.hasPiece(piece(0))).toBe(false);
});

test('a leader with a parent uploads to other AS, and does not download from them', () => {
  const swarm = swarmOf({ ...SETUPS, L: { ...SETUPS.L, holds: [0] }, P: { asId: 4 } });
  for (const other of ['S', 'P']) swarm.connect('L', other);
  const transcript = exchange(swarm, [...NAMES, 'P']);
  expect(transcript).toContain('L ⇒ P  piece(0)');
  const { peer } = swarm.hostOf('L');
  const to = (name: string) => peer.connectionTo(swarm.hostOf(name).id);
  expect(peer.mayDownloadOn(to('S'))).toBe(false);
  expect(peer.mayDownloadOn(to('U'))).toBe(true);
});

test('what a leader above allows while it chokes us is not requested: it may not have it', () => {
  const swarm = new TestSwarm(1, {
    quirks: CLIENT_QUIRKS,
    layout: fourBlocks(1),
    client: { ...LIBTORRENT, allowedFastPieces: 1 },
  });
  swarm.addPeers(SETUPS);
  swarm.connect('L', 'U');
  const { peer } = swarm.hostOf('L');
  const toU = peer.connectionTo(swarm.hostOf('U').id);
  peer.have(toU, piece(0));
  swarm.takeTranscript();
  peer.allowedFast(toU, piece(0));
  expect(swarm.takeTranscript()).toBe('');
  peer.unchoke(toU);
  expect(swarm.takeTranscript()).toMatch(/^L → U  request/);
});

describe('when the leaders above', () => {
  test('are others, relays go through those', () => {
    const swarm = swarmOf({ ...SETUPS, V: { asId: 1, role: 'leader' } });
    for (const [a, b] of [
      ['F', 'L'],
      ['F', 'S'],
    ] as const)
      swarm.connect(a, b);
    swarm.deliverAll();
    swarm.crash('U');
    expect(swarm.takeTranscript()).toContain('L needs leaders');
    swarm.setRole('L', 'leader', ['V']);
    const transcript = exchange(swarm, ['S', 'V', 'L', 'F']);
    expect(transcript.match(PIECES)).toEqual([
      'S ⇒ V  piece(0)',
      'V ⇒ L  piece(0)',
      'L ⇒ F  piece(0)',
    ]);
  });

  test('are none any more, the leader fetches itself', () => {
    const swarm = swarmOf();
    for (const [a, b] of [
      ['F', 'L'],
      ['F', 'S'],
    ] as const)
      swarm.connect(a, b);
    swarm.deliverAll();
    swarm.crash('U');
    swarm.setRole('L', 'leader');
    const transcript = exchange(swarm, ['S', 'L', 'F']);
    expect(transcript.match(PIECES)).toEqual(['S ⇒ L  piece(0)', 'L ⇒ F  piece(0)']);
  });

  test('come later, nothing is requested elsewhere any more', () => {
    const swarm = swarmOf({ ...SETUPS, L: { asId: 2, role: 'leader' } });
    swarm.connect('L', 'S');
    const { peer } = swarm.hostOf('L');
    const toS = peer.connectionTo(swarm.hostOf('S').id);
    swarm.deliverAll();
    swarm.setRole('L', 'leader', ['U']);
    swarm.takeTranscript();
    peer.unchoke(toS);
    expect(swarm.takeTranscript()).toBe('');
    peer.request(toS, block(0), 1);
    expect(peer.mayDownloadOn(toS)).toBe(false);
  });
});
