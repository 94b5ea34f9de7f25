import { CLIENT_QUIRKS } from '@cachetorrent/protocol';
import type { Swarm } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { completedShare, remainingMs, RunProgressDisplay } from './run-progress-display.ts';

/** Ten peers, 100 pieces, nine `have` and ten other messages per peer and piece: 19,000 messages. */
const swarm = {
  classes: [{ name: 'peer', count: 10, uploadKbps: 1, downloadKbps: 1 }],
  neighbours: 9,
  pieces: 100,
  quirks: CLIENT_QUIRKS,
  topology: { stubDomains: 1 },
} as unknown as Swarm;

function displayOn(stream: { isTTY?: boolean; columns?: number }) {
  let nowMs = 0;
  const written: string[] = [];
  const display = new RunProgressDisplay(
    { ...stream, write: (text) => written.push(text) },
    () => nowMs,
    swarm,
  );
  const show = (ms: number, messages: number, peersComplete = 1) => {
    nowMs = ms;
    display.show({ simulatedMs: ms * 100, messages, peersComplete, peers: 10 });
  };
  return { written, display, show };
}

describe('on a terminal', () => {
  test('a bar is redrawn in place', () => {
    const { written, show } = displayOn({ isTTY: true, columns: 100 });
    show(1_000, 9_500);
    show(2_000, 9_500, 9);
    expect(written).toEqual([
      '\r████████░░░░░░░░ 1 of 10 peers, 100 s simulated, 9500 messages/s, 1 s left\x1b[K',
      '\r██████████████░░ 9 of 10 peers, 200 s simulated, 4750 messages/s, 1 s left\x1b[K',
    ]);
  });

  test('the bar is never wider than the terminal, nor full before the end', () => {
    const { written, show } = displayOn({ isTTY: true, columns: 40 });
    show(1_000, 1_000_000);
    expect(written[0]!.slice(1, -3)).toHaveLength(39);
  });

  test('the bar is removed at the end', () => {
    const { written, display, show } = displayOn({ isTTY: true });
    show(1_000, 10);
    display.clear();
    display.clear();
    expect(written.slice(1)).toEqual(['\r\x1b[K']);
  });
});

describe('on a stream that is no terminal', () => {
  test('a line is written every three seconds', () => {
    const { written, display, show } = displayOn({});
    for (let ms = 0; ms <= 8_000; ms += 100) show(ms, ms / 10);
    display.clear();
    expect(written).toEqual([
      '1 of 10 peers, 300 s simulated, 100 messages/s, 27 s left\n',
      '1 of 10 peers, 600 s simulated, 100 messages/s, 54 s left\n',
    ]);
  });
});

test.each([
  { rule: 'goes by messages at first', messages: 250, complete: 1, share: 0.25 },
  { rule: 'goes by peers if their share is larger', messages: 250, complete: 50, share: 0.5 },
  { rule: 'is less than 1 before the end', messages: 5_000, complete: 99, share: 0.99 },
])('the completed share $rule', ({ messages, complete, share }) => {
  expect(
    completedShare({ simulatedMs: 0, messages, peersComplete: complete, peers: 100 }, 1_000),
  ).toBe(share);
});

test.each([
  { elapsedMs: 1_000, share: 0.5, remaining: 1_000 },
  { elapsedMs: 1_000, share: 0.1, remaining: 9_000 },
  { elapsedMs: 1_000, share: 0.01, remaining: undefined },
])(
  '$remaining ms remain after $elapsedMs ms and a share of $share',
  ({ elapsedMs, share, remaining }) => {
    expect(remainingMs(elapsedMs, share)).toBe(remaining);
  },
);
