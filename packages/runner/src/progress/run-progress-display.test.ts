import { CLIENT_QUIRKS } from '@cachetorrent/protocol';
import type { Swarm } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { RunProgressDisplay } from './run-progress-display.ts';

/** Ten peers, 100 pieces, nine neighbours to tell of each, and ten other messages to a piece: 19,000. */
const swarm = {
  capacities: [{ count: 11, uploadKbps: 1, downloadKbps: 1 }],
  neighbours: 9, pieces: 100, habits: CLIENT_QUIRKS, topology: { stubDomains: 1 },
} as unknown as Swarm;

function display(screen: { isTTY?: boolean; columns?: number }) {
  const at = { ms: 0, written: [] as string[] };
  const shown = new RunProgressDisplay(
    { ...screen, write: (text) => at.written.push(text) }, () => at.ms, swarm,
  );
  const show = (ms: number, messages: number, peersComplete = 1) => {
    at.ms = ms;
    shown.show({ simulatedMs: ms * 100, messages, peersComplete, peers: 10 });
  };
  return { at, shown, show };
}

describe('on a terminal', () => {
  test('a bar is drawn over itself', () => {
    const { at, show } = display({ isTTY: true, columns: 100 });
    show(1_000, 9_500);
    show(2_000, 9_500, 9);
    expect(at.written).toEqual([
      '\r████████░░░░░░░░ 1 of 10 peers, 100 s simulated, 9500 messages/s, 1 s left\x1b[K',
      '\r██████████████░░ 9 of 10 peers, 200 s simulated, 4750 messages/s, 1 s left\x1b[K',
    ]);
  });

  test('it is never longer than a line, nor full before the end', () => {
    const { at, show } = display({ isTTY: true, columns: 40 });
    show(1_000, 1_000_000);
    expect(at.written[0]!.slice(1, -3)).toHaveLength(39);
  });

  test('it goes when it is done', () => {
    const { at, shown, show } = display({ isTTY: true });
    show(1_000, 10);
    shown.clear();
    shown.clear();
    expect(at.written.slice(1)).toEqual(['\r\x1b[K']);
  });
});

describe('elsewhere', () => {
  test('a line is written every three seconds', () => {
    const { at, shown, show } = display({});
    for (let ms = 0; ms <= 8_000; ms += 100) show(ms, ms / 10);
    shown.clear();
    expect(at.written).toEqual([
      '1 of 10 peers, 300 s simulated, 100 messages/s, 27 s left\n',
      '1 of 10 peers, 600 s simulated, 100 messages/s, 54 s left\n',
    ]);
  });
});
