/** How long we wait for the answers to our requests. */

import { describe, expect, test } from 'vitest';

import { type RequestedPeer, RequestTimeouts } from './request-timeouts.ts';

const remote = (changes: Partial<RequestedPeer> = {}): RequestedPeer => ({
  outgoing: { pieces: [7] },
  relayedPieces: new Set(),
  lastBlockMs: 0,
  isSnubbingUs: false,
  ...changes,
});

describe('a piece that was rejected, or had a wrong hash', () => {
  test('may be requested again after 10 s, once', () => {
    const timeouts = new RequestTimeouts();
    const a = remote();
    timeouts.scheduleRetry(a, 7, 1_000);
    expect(timeouts.takeDueRetries(10_999)).toEqual([]);
    expect(timeouts.takeDueRetries(11_000)).toEqual([{ remote: a, piece: 7, dueMs: 11_000 }]);
    expect(timeouts.takeDueRetries(60_000)).toEqual([]);
  });

  test('is not requested from a peer whose connection has closed', () => {
    const timeouts = new RequestTimeouts();
    const [a, b] = [remote(), remote()];
    timeouts.scheduleRetry(a, 7, 0);
    timeouts.scheduleRetry(b, 8, 0);
    timeouts.remove(a);
    expect(timeouts.takeDueRetries(10_000).map(({ piece }) => piece)).toEqual([8]);
  });
});

describe('a peer', () => {
  test.each([
    { rule: 'is not snubbing us before 30 s', nowMs: 29_999, changes: {}, snubs: false },
    { rule: 'is snubbing us without a block for 30 s', nowMs: 30_000, changes: {}, snubs: true },
    {
      rule: 'has 30 s after each block',
      nowMs: 49_999,
      changes: { lastBlockMs: 20_000 },
      snubs: false,
    },
    {
      rule: 'may be silent when nothing is requested',
      nowMs: 90_000,
      changes: { outgoing: { pieces: [] } },
      snubs: false,
    },
    {
      rule: 'may take any time for a relayed piece',
      nowMs: 90_000,
      changes: { relayedPieces: new Set([7]) },
      snubs: false,
    },
    {
      rule: 'must send pieces that it does not relay',
      nowMs: 30_000,
      changes: { outgoing: { pieces: [7, 8] }, relayedPieces: new Set([7]) },
      snubs: true,
    },
    {
      rule: 'does not start to snub us twice',
      nowMs: 60_000,
      changes: { isSnubbingUs: true },
      snubs: false,
    },
  ])('$rule', ({ nowMs, changes, snubs }) => {
    expect(new RequestTimeouts().startsSnubbing(remote(changes), nowMs)).toBe(snubs);
  });

  test.each([
    {
      rule: 'gets no requests for 90 s after its last block',
      nowMs: 89_999,
      isSnubbingUs: true,
      stops: false,
    },
    { rule: 'gets requests again after 90 s', nowMs: 90_000, isSnubbingUs: true, stops: true },
    {
      rule: 'is unaffected if it does not snub us',
      nowMs: 90_000,
      isSnubbingUs: false,
      stops: false,
    },
  ])('$rule', ({ nowMs, isSnubbingUs, stops }) => {
    expect(new RequestTimeouts().stopsSnubbing(remote({ isSnubbingUs }), nowMs)).toBe(stops);
  });
});
