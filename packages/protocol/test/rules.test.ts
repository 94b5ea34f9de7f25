/** The rules of docs/protocol.md, sections Download and Upload: one test each. */

import { describe, expect, test } from 'vitest';

import { CLIENT_QUIRKS, type Connection } from '../src/index.ts';
import { singlePeer, ONLY, piece } from './single-peer.ts';
import { TestSwarm } from './test-swarm.ts';

describe('Download', () => {
  test('begins choked: nothing is requested before an unchoke', () => {
    const { stage, peer } = singlePeer();
    peer.have(ONLY, piece(0));
    expect(stage.takeTranscript()).toBe('X → N0  interested');
  });

  test('is interested once, however many pieces it hears of', () => {
    const { stage, peer } = singlePeer();
    peer.have(ONLY, piece(0));
    peer.have(ONLY, piece(1));
    expect(stage.takeTranscript()).toBe('X → N0  interested');
  });

  test('is not interested in what is stored', () => {
    const { stage, peer } = singlePeer({ setup: { holds: [0] } });
    peer.have(ONLY, piece(0));
    expect(stage.takeTranscript()).toBe('');
  });

  test('keeps the backlog asked for while unchoked', () => {
    const { stage, peer } = singlePeer({ backlog: 2 });
    for (const index of [0, 1, 2]) peer.have(ONLY, piece(index));
    stage.takeTranscript();
    peer.unchoke(ONLY);
    const asked = stage.takeTranscript().match(/\d(?=\))/g)!.map(Number);
    expect(asked).toHaveLength(2);

    const [first] = asked;
    const last = [0, 1, 2].find((index) => !asked.includes(index));
    peer.piece(ONLY, piece(first!));
    expect(stage.takeTranscript()).toBe(`X → N0  have(${first})\nX → N0  request(${last})`);
  });

  test('asks nobody for what another is asked for', () => {
    const { stage, peer } = singlePeer({ neighbours: 2 });
    peer.have(0 as Connection, piece(0));
    peer.have(1 as Connection, piece(0));
    peer.unchoke(0 as Connection);
    stage.takeTranscript();
    peer.unchoke(1 as Connection);
    expect(stage.takeTranscript()).toBe('X → N1  not-interested');
  });

  test('ends its interest when there is nothing to ask for and nothing to come', () => {
    const { stage, peer } = singlePeer();
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    stage.takeTranscript();
    peer.piece(ONLY, piece(0));
    expect(stage.takeTranscript()).toBe('X → N0  have(0)\nX → N0  not-interested');
  });

  test('tells every connection that it uploads to of a new piece', () => {
    const { stage, peer } = singlePeer({ neighbours: 3 });
    peer.piece(1 as Connection, piece(0));
    expect(stage.takeTranscript()).toBe('X → N0  have(0)\nX → N1  have(0)\nX → N2  have(0)');
  });

  test('stays interested when a choke has lost something', () => {
    const { stage, peer } = singlePeer();
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    stage.takeTranscript();
    peer.choke(ONLY);
    expect(stage.takeTranscript()).toBe('');

    peer.unchoke(ONLY);
    expect(stage.takeTranscript()).toBe('X → N0  request(0)');
  });

  test('ends its interest at a choke that has lost nothing, when nothing is left to be had', () => {
    const { stage, peer } = singlePeer({ neighbours: 2 });
    peer.have(0 as Connection, piece(0));
    peer.have(1 as Connection, piece(0));
    peer.unchoke(1 as Connection);
    stage.takeTranscript();
    peer.choke(0 as Connection);
    expect(stage.takeTranscript()).toBe('X → N0  not-interested');
  });

  test.each([
    { rule: 'stores a piece that comes twice once', announceDuplicates: false, said: '' },
    { rule: 'in the original, announces it twice all the same', announceDuplicates: true, said: 'X → N0  have(0)' },
  ])('$rule', ({ announceDuplicates, said }) => {
    const { stage, peer } = singlePeer({ quirks: { announceDuplicates: announceDuplicates } });
    peer.piece(ONLY, piece(0));
    stage.takeTranscript();
    peer.piece(ONLY, piece(0));
    expect(stage.takeTranscript()).toBe(said);
    expect(peer.storedCount).toBe(1);
  });

  test.each([
    { rule: 'a client asks at once for what it hears of while unchoked', noRequestOnHave: false, said: 'X → N0  interested\nX → N0  request(0)' },
    { rule: 'the original waits until it is unchoked or served', noRequestOnHave: true, said: 'X → N0  interested' },
  ])('$rule', ({ noRequestOnHave, said }) => {
    const { stage, peer } = singlePeer({ quirks: { noRequestOnHave: noRequestOnHave } });
    peer.unchoke(ONLY);
    peer.have(ONLY, piece(0));
    expect(stage.takeTranscript()).toBe(said);
  });

  test.each([
    { rule: 'a client asks elsewhere only for what a choke has lost', requestOnEveryChoke: false, said: '' },
    { rule: 'the original asks for more at every choke', requestOnEveryChoke: true, said: 'X → N0  request(0)' },
  ])('$rule', ({ requestOnEveryChoke, said }) => {
    const { stage, peer } = singlePeer({ neighbours: 2, quirks: { noRequestOnHave: true, requestOnEveryChoke: requestOnEveryChoke } });
    peer.unchoke(0 as Connection);
    for (const on of [0, 1] as Connection[]) peer.have(on, piece(on));
    stage.takeTranscript();
    peer.choke(1 as Connection);
    expect(stage.takeTranscript()).toBe(said);
  });

  test.each([
    { rule: 'a client ends its interest when a late piece was the last', interestOnlyOnChoke: false, late: 'X → N0  not-interested', choked: '' },
    { rule: 'the original ends it at the next choke', interestOnlyOnChoke: true, late: '', choked: 'X → N0  not-interested' },
  ])('$rule', ({ interestOnlyOnChoke, late, choked }) => {
    const { stage, peer } = singlePeer({ quirks: { interestOnlyOnChoke: interestOnlyOnChoke } });
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    peer.choke(ONLY);
    stage.takeTranscript();
    peer.piece(ONLY, piece(0));
    expect(stage.takeTranscript()).toBe(`X → N0  have(0)${late === '' ? '' : `\n${late}`}`);
    peer.choke(ONLY);
    expect(stage.takeTranscript()).toBe(choked);
  });

  test.each([
    { rule: 'a choke never begins the interest of a client', interestOnlyOnChoke: false, said: '' },
    { rule: 'in the original it does where there is something to be had', interestOnlyOnChoke: true, said: 'X → N0  interested' },
  ])('$rule', ({ interestOnlyOnChoke, said }) => {
    const { stage, peer } = singlePeer({ neighbours: 2, quirks: { interestOnlyOnChoke: interestOnlyOnChoke } });
    for (const on of [0, 1] as Connection[]) peer.have(on, piece(0));
    for (const on of [1, 0] as Connection[]) peer.unchoke(on); // N1 is asked, N0 is not needed.
    for (const on of [0, 1] as Connection[]) peer.choke(on);
    stage.takeTranscript();
    peer.choke(0 as Connection);
    expect(stage.takeTranscript()).toBe(said);
  });

  test('forgets what a neighbour that leaves has held, and asks others for what it owed', () => {
    const { stage, peer } = singlePeer({ neighbours: 2, backlog: 1 });
    for (const on of [0, 1]) for (const index of [0, 1]) peer.have(on as Connection, piece(index));
    peer.unchoke(0 as Connection);
    peer.unchoke(1 as Connection);
    expect(stage.takeTranscript()).toContain('X → N0  request(0)\nX → N1  request(1)');
    peer.piece(1 as Connection, piece(1));
    stage.takeTranscript();
    peer.disconnect(0 as Connection);
    expect(stage.takeTranscript()).toBe('X → N1  interested\nX → N1  request(0)');
  });
});

describe('Upload', () => {
  test('serves in the order of the requests', () => {
    const { peer } = singlePeer({ setup: { holds: [0, 1, 2, 3] } });
    peer.interested(ONLY);
    peer.rechoke();
    for (const index of [2, 0, 3]) peer.request(ONLY, piece(index));
    expect([peer.nextToSend(ONLY), peer.pieceSent(ONLY), peer.pieceSent(ONLY)]).toEqual([2, 0, 3]);
  });

  test('drops what is queued when it chokes, and says so', () => {
    const { stage, peer } = singlePeer({ neighbours: 2, setup: { holds: [0] } });
    peer.interested(0 as Connection);
    peer.rechoke();
    peer.request(0 as Connection, piece(0));
    stage.takeTranscript();
    peer.piece(1 as Connection, piece(1)); // N1 has the better rate from now on.
    peer.interested(1 as Connection);
    stage.takeTranscript();
    peer.rechoke();
    expect(stage.takeTranscript()).toBe('X → N0  choke\nX drops what it was sending to N0\nX → N1  unchoke');
  });

  test('rechokes when an unchoked connection loses its interest', () => {
    const { stage, peer } = singlePeer({ neighbours: 2, setup: { holds: [0] } });
    peer.interested(0 as Connection);
    peer.rechoke();
    peer.interested(1 as Connection);
    stage.takeTranscript();
    peer.notInterested(0 as Connection);
    expect(stage.takeTranscript()).toBe('X → N1  unchoke');
  });

  test('lets an uninterested connection be as it is', () => {
    const { stage, peer } = singlePeer({ neighbours: 2, setup: { holds: [0] } });
    peer.interested(0 as Connection);
    peer.rechoke();
    peer.notInterested(0 as Connection);
    stage.takeTranscript();
    peer.rechoke();
    expect(stage.takeTranscript()).toBe('');
    peer.interested(0 as Connection); // Still unchoked: it may ask at once.
    peer.request(0 as Connection, piece(0));
    expect(peer.nextToSend(0 as Connection)).toBe(0);
  });

  test.each([
    { rule: 'a client says what changes', repeatChokes: false, said: '' },
    { rule: 'the original says it at every rechoke', repeatChokes: true, said: 'X → N0  unchoke\nX → N1  choke' },
  ])('$rule', ({ repeatChokes, said }) => {
    const { stage, peer } = singlePeer({ neighbours: 2, quirks: { repeatChokes } });
    peer.interested(0 as Connection);
    peer.interested(1 as Connection);
    peer.rechoke();
    stage.takeTranscript();
    peer.rechoke();
    expect(stage.takeTranscript()).toBe(said);
  });

  test.each([
    { rule: 'a client refuses a request that comes after the choke', serveWhileChoked: false, sending: -1 },
    { rule: 'the original serves it all the same', serveWhileChoked: true, sending: 0 },
  ])('$rule', ({ serveWhileChoked, sending }) => {
    const { peer } = singlePeer({ setup: { holds: [0] }, quirks: { serveWhileChoked } });
    peer.request(ONLY, piece(0));
    expect(peer.nextToSend(ONLY)).toBe(sending);
  });

  test.each([
    { rule: 'a client queues a piece once', queueDuplicateRequests: false, next: -1 },
    { rule: 'the original queues it as often as asked', queueDuplicateRequests: true, next: 0 },
  ])('$rule', ({ queueDuplicateRequests, next }) => {
    const { peer } = singlePeer({ setup: { holds: [0] }, quirks: { queueDuplicateRequests: queueDuplicateRequests } });
    peer.interested(ONLY);
    peer.rechoke();
    peer.request(ONLY, piece(0));
    peer.request(ONLY, piece(0));
    expect(peer.pieceSent(ONLY)).toBe(next);
  });

  test.each([
    { rule: 'an optimistic unchoke stands for 30 seconds', redrawOptimistics: false, atMs: 29_999, draws: false },
    { rule: 'then chance decides again', redrawOptimistics: false, atMs: 30_000, draws: true },
    { rule: 'in the original it decides every time', redrawOptimistics: true, atMs: 1, draws: true },
  ])('$rule', ({ redrawOptimistics, atMs, draws }) => {
    const bounds: number[] = [];
    const random = { below: (bound: number) => (bounds.push(bound), bound - 1), unit: () => 0 };
    const habits = { ...CLIENT_QUIRKS, redrawOptimistics };
    const stage = new TestSwarm(1, { quirks: habits, uploadSlots: 0, optimisticSlots: 1, random });
    const [peer] = stage.addPeers({ X: { holds: [0] }, N0: {}, N1: {} });
    stage.connect('X', 'N0');
    stage.connect('X', 'N1');
    stage.deliverAll();
    peer!.rechoke();
    bounds.length = 0;
    stage.nowMs = atMs;
    peer!.rechoke();
    expect(bounds.length > 0).toBe(draws);
  });
});
