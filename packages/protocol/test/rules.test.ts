/**
 * The rules of docs/protocol.md, sections Download and Upload, that do not depend on blocks: one
 * test each, with pieces that are moved whole. Those of blocks are in `block-rules.test.ts`,
 * `endgame-rules.test.ts` and `block-upload-rules.test.ts`.
 */

import { describe, expect, test } from 'vitest';

import { CLIENT_QUIRKS, type Connection, NO_BLOCK } from '../src/index.ts';
import { block, blockPeer, singlePeer, ONLY, piece } from './single-peer.ts';

describe('Download', () => {
  test('is choked at first: nothing is requested before an unchoke', () => {
    const { swarm, peer } = singlePeer();
    peer.have(ONLY, piece(0));
    expect(swarm.takeTranscript()).toBe('X → N0  interested');
  });

  test('sends `interested` once, however many pieces are announced', () => {
    const { swarm, peer } = singlePeer();
    peer.have(ONLY, piece(0));
    peer.have(ONLY, piece(1));
    expect(swarm.takeTranscript()).toBe('X → N0  interested');
  });

  test('is not interested in stored pieces', () => {
    const { swarm, peer } = singlePeer({ setup: { holds: [0] } });
    peer.have(ONLY, piece(0));
    expect(swarm.takeTranscript()).toBe('');
  });

  test('keeps the backlog full while unchoked', () => {
    const { swarm, peer } = singlePeer({ backlog: 2 });
    for (const index of [0, 1, 2]) peer.have(ONLY, piece(index));
    swarm.takeTranscript();
    peer.unchoke(ONLY);
    const requested = swarm
      .takeTranscript()
      .match(/\d(?=\))/g)!
      .map(Number);
    expect(requested).toHaveLength(2);

    const [first] = requested;
    const last = [0, 1, 2].find((index) => !requested.includes(index));
    peer.piece(ONLY, block(first!), 1);
    expect(swarm.takeTranscript()).toBe(`X → N0  have(${first})\nX → N0  request(${last})`);
  });

  test('does not request a piece from two neighbours', () => {
    const { swarm, peer } = singlePeer({ neighbours: 2 });
    peer.have(0 as Connection, piece(0));
    peer.have(1 as Connection, piece(0));
    peer.unchoke(0 as Connection);
    swarm.takeTranscript();
    peer.unchoke(1 as Connection);
    expect(swarm.takeTranscript()).toBe('X → N1  not-interested');
  });

  test('ends its interest if nothing is requestable and nothing outstanding', () => {
    const { swarm, peer } = singlePeer();
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    swarm.takeTranscript();
    peer.piece(ONLY, block(0), 1);
    expect(swarm.takeTranscript()).toBe('X → N0  have(0)\nX → N0  not-interested');
  });

  test('announces a new piece on every connection on which it may', () => {
    const { swarm, peer } = singlePeer({ neighbours: 3 });
    peer.piece(1 as Connection, block(0), 1);
    expect(swarm.takeTranscript()).toBe('X → N0  have(0)\nX → N1  have(0)\nX → N2  have(0)');
  });

  test('stays interested if a choke has lost requests', () => {
    const { swarm, peer } = singlePeer();
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    swarm.takeTranscript();
    peer.choke(ONLY);
    expect(swarm.takeTranscript()).toBe('');

    peer.unchoke(ONLY);
    expect(swarm.takeTranscript()).toBe('X → N0  request(0)');
  });

  test('ends its interest at a choke that has lost no request, if nothing is requestable', () => {
    const { swarm, peer } = singlePeer({ neighbours: 2 });
    peer.have(0 as Connection, piece(0));
    peer.have(1 as Connection, piece(0));
    peer.unchoke(1 as Connection);
    swarm.takeTranscript();
    peer.choke(0 as Connection);
    expect(swarm.takeTranscript()).toBe('X → N0  not-interested');
  });

  test.each([
    {
      rule: 'stores and announces a piece that arrives twice once',
      announceDuplicates: false,
      sent: '',
    },
    {
      rule: 'announces it twice under `announceDuplicates`',
      announceDuplicates: true,
      sent: 'X → N0  have(0)',
    },
  ])('$rule', ({ announceDuplicates, sent }) => {
    const { swarm, peer } = singlePeer({ quirks: { announceDuplicates } });
    peer.piece(ONLY, block(0), 1);
    swarm.takeTranscript();
    peer.piece(ONLY, block(0), 1);
    expect(swarm.takeTranscript()).toBe(sent);
    expect(peer.storedCount).toBe(1);
  });

  test.each([
    {
      rule: 'requests a piece as soon as an unchoked neighbour announces it',
      noRequestOnHave: false,
      sent: 'X → N0  interested\nX → N0  request(0)',
    },
    {
      rule: 'requests it only after an unchoke or a piece under `noRequestOnHave`',
      noRequestOnHave: true,
      sent: 'X → N0  interested',
    },
  ])('$rule', ({ noRequestOnHave, sent }) => {
    const { swarm, peer } = singlePeer({ quirks: { noRequestOnHave } });
    peer.unchoke(ONLY);
    peer.have(ONLY, piece(0));
    expect(swarm.takeTranscript()).toBe(sent);
  });

  test.each([
    { rule: 'requests elsewhere only what a choke has lost', requestOnEveryChoke: false, sent: '' },
    {
      rule: 'sends requests elsewhere at every choke under `requestOnEveryChoke`',
      requestOnEveryChoke: true,
      sent: 'X → N0  request(0)',
    },
  ])('$rule', ({ requestOnEveryChoke, sent }) => {
    const { swarm, peer } = singlePeer({
      neighbours: 2,
      quirks: { noRequestOnHave: true, requestOnEveryChoke },
    });
    peer.unchoke(0 as Connection);
    for (const connection of [0, 1] as Connection[]) peer.have(connection, piece(connection));
    swarm.takeTranscript();
    peer.choke(1 as Connection);
    expect(swarm.takeTranscript()).toBe(sent);
  });

  test.each([
    {
      rule: 'ends its interest if a late piece was the last one',
      interestOnlyOnChoke: false,
      late: 'X → N0  not-interested',
      choked: '',
    },
    {
      rule: 'ends it at the next choke under `interestOnlyOnChoke`',
      interestOnlyOnChoke: true,
      late: '',
      choked: 'X → N0  not-interested',
    },
  ])('$rule', ({ interestOnlyOnChoke, late, choked }) => {
    const { swarm, peer } = singlePeer({ quirks: { interestOnlyOnChoke } });
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    peer.choke(ONLY);
    swarm.takeTranscript();
    peer.piece(ONLY, block(0), 1);
    expect(swarm.takeTranscript()).toBe(`X → N0  have(0)${late === '' ? '' : `\n${late}`}`);
    peer.choke(ONLY);
    expect(swarm.takeTranscript()).toBe(choked);
  });

  test.each([
    { rule: 'does not become interested at a choke', interestOnlyOnChoke: false, sent: '' },
    {
      rule: 'becomes interested at a choke if a piece is requestable, under `interestOnlyOnChoke`',
      interestOnlyOnChoke: true,
      sent: 'X → N0  interested',
    },
  ])('$rule', ({ interestOnlyOnChoke, sent }) => {
    const { swarm, peer } = singlePeer({ neighbours: 2, quirks: { interestOnlyOnChoke } });
    for (const connection of [0, 1] as Connection[]) peer.have(connection, piece(0));
    for (const connection of [1, 0] as Connection[]) peer.unchoke(connection); // The request goes to N1; N0 is not needed.
    for (const connection of [0, 1] as Connection[]) peer.choke(connection);
    swarm.takeTranscript();
    peer.choke(0 as Connection);
    expect(swarm.takeTranscript()).toBe(sent);
  });

  test('forgets the pieces of a neighbour that leaves, and requests the lost ones elsewhere', () => {
    const { swarm, peer } = singlePeer({ neighbours: 2, backlog: 1 });
    for (const connection of [0, 1])
      for (const index of [0, 1]) peer.have(connection as Connection, piece(index));
    peer.unchoke(0 as Connection);
    peer.unchoke(1 as Connection);
    expect(swarm.takeTranscript()).toContain('X → N0  request(0)\nX → N1  request(1)');
    peer.piece(1 as Connection, block(1), 1);
    swarm.takeTranscript();
    peer.disconnect(0 as Connection);
    expect(swarm.takeTranscript()).toBe('X → N1  interested\nX → N1  request(0)');
  });
});

describe('Upload', () => {
  test('serves requests in order', () => {
    const { peer } = singlePeer({ setup: { holds: [0, 1, 2, 3] } });
    peer.interested(ONLY);
    peer.rechoke();
    for (const index of [2, 0, 3]) peer.request(ONLY, block(index), 1);
    for (const index of [2, 0, 3]) {
      expect(peer.nextToSend(ONLY)).toBe(index);
      peer.blocksSent(ONLY, 1);
    }
    expect(peer.nextToSend(ONLY)).toBe(NO_BLOCK);
  });

  test('drops the queue when it chokes, and tells the host', () => {
    const { swarm, peer } = singlePeer({ neighbours: 2, setup: { holds: [0] } });
    peer.interested(0 as Connection);
    peer.rechoke();
    peer.request(0 as Connection, block(0), 1);
    swarm.takeTranscript();
    peer.piece(1 as Connection, block(1), 1); // N1 now has the higher rate.
    peer.interested(1 as Connection);
    swarm.takeTranscript();
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe('X stops sending to N0\nX → N0  choke\nX → N1  unchoke');
  });

  test('rechokes when the interest on an unchoked connection ends', () => {
    const { swarm, peer } = singlePeer({ neighbours: 2, setup: { holds: [0] } });
    peer.interested(0 as Connection);
    peer.rechoke();
    peer.interested(1 as Connection);
    swarm.takeTranscript();
    peer.notInterested(0 as Connection);
    expect(swarm.takeTranscript()).toBe('X → N1  unchoke');
  });

  test('does not change an uninterested connection', () => {
    const { swarm, peer } = singlePeer({ neighbours: 2, setup: { holds: [0] } });
    peer.interested(0 as Connection);
    peer.rechoke();
    peer.notInterested(0 as Connection);
    swarm.takeTranscript();
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe('');
    peer.interested(0 as Connection); // It is still unchoked and may send requests.
    peer.request(0 as Connection, block(0), 1);
    expect(peer.nextToSend(0 as Connection)).toBe(0);
  });

  test.each([
    { rule: 'sends changes only', repeatChokes: false, sent: '' },
    {
      rule: 'sends every decision at every rechoke under `repeatChokes`',
      repeatChokes: true,
      sent: 'X → N0  unchoke\nX → N1  choke',
    },
  ])('$rule', ({ repeatChokes, sent }) => {
    const { swarm, peer } = singlePeer({ neighbours: 2, quirks: { repeatChokes } });
    peer.interested(0 as Connection);
    peer.interested(1 as Connection);
    peer.rechoke();
    swarm.takeTranscript();
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe(sent);
  });

  test.each([
    {
      rule: 'ignores a request that arrives after the choke',
      serveWhileChoked: false,
      sending: -1,
    },
    { rule: 'serves it under `serveWhileChoked`', serveWhileChoked: true, sending: 0 },
  ])('$rule', ({ serveWhileChoked, sending }) => {
    const { peer } = singlePeer({ setup: { holds: [0] }, quirks: { serveWhileChoked } });
    peer.request(ONLY, block(0), 1);
    expect(peer.nextToSend(ONLY)).toBe(sending);
  });

  test.each([
    { rule: 'queues a piece once', queueDuplicateRequests: false, next: -1 },
    {
      rule: 'queues it once per request under `queueDuplicateRequests`',
      queueDuplicateRequests: true,
      next: 0,
    },
  ])('$rule', ({ queueDuplicateRequests, next }) => {
    const { peer } = singlePeer({ setup: { holds: [0] }, quirks: { queueDuplicateRequests } });
    peer.interested(ONLY);
    peer.rechoke();
    peer.request(ONLY, block(0), 1);
    peer.request(ONLY, block(0), 1);
    peer.blocksSent(ONLY, 1);
    expect(peer.nextToSend(ONLY)).toBe(next);
  });

  // Optimistic unchokes take turns in libtorrent, so the other neighbour is next.
  test.each([
    {
      rule: 'keeps an optimistic unchoke for 30 seconds',
      redrawOptimistics: false,
      afterMs: 29_999,
      sent: '',
    },
    {
      rule: 'then gives it to another',
      redrawOptimistics: false,
      afterMs: 30_000,
      sent: 'X → N0  choke\nX → N1  unchoke',
    },
    {
      rule: 'gives it to another every time under `redrawOptimistics`',
      redrawOptimistics: true,
      afterMs: 1,
      sent: 'X → N0  choke\nX → N1  unchoke',
    },
  ])('$rule', ({ redrawOptimistics, afterMs, sent }) => {
    const quirks = { ...CLIENT_QUIRKS, redrawOptimistics };
    const options = { quirks, neighbours: 2, uploadSlots: 0, optimisticSlots: 1 };
    const { swarm, peer } = blockPeer(options);
    swarm.nowMs = 1_000;
    for (const connection of [0, 1] as Connection[]) peer.interested(connection);
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe('X → N0  unchoke');
    swarm.nowMs += afterMs;
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe(sent);
  });
});
