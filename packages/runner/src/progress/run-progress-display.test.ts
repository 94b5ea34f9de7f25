import type { Progress } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { completedShare, remainingMs, RunProgressDisplay } from './run-progress-display.ts';

/** Ten peers, one of them a seed, and 100 pieces. */
const PROGRESS: Progress = {
  phase: 'downloading',
  simulatedMs: 0,
  peersComplete: 1,
  peers: 10,
  piecesReceived: 0,
  pieces: 900,
  messages: 0,
};

function displayOn(stream: { isTTY?: boolean; columns?: number }) {
  let nowMs = 0;
  const written: string[] = [];
  const display = new RunProgressDisplay(
    { ...stream, write: (text) => written.push(text) },
    () => nowMs,
  );
  const show = (ms: number, change: Partial<Progress>) => {
    nowMs = ms;
    display.show({ ...PROGRESS, simulatedMs: ms * 100, messages: 10 * ms, ...change });
  };
  return { written, display, show };
}

describe('on a terminal', () => {
  test('a bar is redrawn in place', () => {
    const { written, show } = displayOn({ isTTY: true, columns: 100 });
    show(1_000, { phase: 'laying out' });
    show(10_000, { phase: 'connecting' });
    show(60_000, {});
    show(61_000, { piecesReceived: 450 });
    show(62_000, { piecesReceived: 850, peersComplete: 9 });
    expect(written).toEqual([
      '\r░░░░░░░░ laying out the network of 10 peers\x1b[K',
      '\r░░░░░░░░ connecting 10 peers, 1000 s simulated, 10 k messages/s\x1b[K',
      '\r░░░░░░░░ 1 of 10 peers complete, 6000 s simulated, 10 k messages/s\x1b[K',
      '\r████░░░░ 1 s left, 1 of 10 peers complete, 6100 s simulated, 10 k messages/s\x1b[K',
      '\r███████░ 1 s left, 9 of 10 peers complete, 6200 s simulated, 10 k messages/s\x1b[K',
    ]);
  });

  test('the bar is never wider than the terminal, nor full before the end', () => {
    const { written, show } = displayOn({ isTTY: true, columns: 45 });
    show(1_000, {});
    show(2_000, { piecesReceived: 1_000 });
    expect(written[1]).toBe('\r███████░ 1 s left, 1 of 10 peers complete\x1b[K');
    const { written: narrow, show: showNarrow } = displayOn({ isTTY: true, columns: 12 });
    showNarrow(1_000, { piecesReceived: 1_000 });
    expect(narrow[0]!.slice(1, -3)).toHaveLength(11);
  });

  test('the bar is removed at the end', () => {
    const { written, display, show } = displayOn({ isTTY: true });
    show(1_000, {});
    display.clear();
    display.clear();
    expect(written.slice(1)).toEqual(['\r\x1b[K']);
  });
});

describe('on a stream that is no terminal', () => {
  test('a line is written every three seconds', () => {
    const { written, display, show } = displayOn({});
    for (let ms = 0; ms <= 8_000; ms += 100) show(ms, { piecesReceived: ms / 100 });
    display.clear();
    expect(written).toEqual([
      '87 s left, 1 of 10 peers complete, 300 s simulated, 10 k messages/s\n',
      '84 s left, 1 of 10 peers complete, 600 s simulated, 10 k messages/s\n',
    ]);
  });
});

test.each([
  { rule: 'goes by pieces', piecesReceived: 225, share: 0.25 },
  { rule: 'is less than 1 before the end', piecesReceived: 1_000, share: 0.99 },
])('the completed share $rule', ({ piecesReceived, share }) => {
  expect(completedShare({ ...PROGRESS, piecesReceived })).toBe(share);
});

test.each([
  { elapsedMs: 1_000, from: 0, share: 0.5, remaining: 1_000 },
  { elapsedMs: 1_000, from: 0, share: 0.1, remaining: 9_000 },
  { elapsedMs: 1_000, from: 0.5, share: 0.75, remaining: 1_000 },
  { elapsedMs: 1_000, from: 0, share: 0.01, remaining: undefined },
])(
  '$remaining ms remain $elapsedMs ms after a share of $from, at a share of $share',
  ({ elapsedMs, from, share, remaining }) => {
    expect(remainingMs(elapsedMs, from, share)).toBe(remaining);
  },
);
