import { expect, test } from 'vitest';

import type { ClientStatus } from '../status.ts';
import { TransferDisplay } from './transfer-display.ts';

const status: ClientStatus = {
  pieces: 45, pieceCount: 100, leftBytes: 605e6, totalBytes: 1.1e9, connections: 12, standing: 'follower',
  system: 64_512, receivedBytes: 0, importedBytes: 0, wastedBytes: 0, sentBytes: 0,
};

/** What is on the screen after bytes came at 100 MB/s for a second. */
function shown(columns: number, isTTY: boolean): string {
  let text = '';
  const display = new TransferDisplay({ write: (more) => { text += more; }, isTTY, columns });
  display.show(status, 0);
  text = '';
  display.show({ ...status, receivedBytes: 100e6, sentBytes: 12.3e6 }, 1_000);
  display.show({ ...status, receivedBytes: 100e6, sentBytes: 12.3e6 }, 3_000);
  return text.slice(0, isTTY ? text.indexOf('\x1b[K') : undefined).trimStart();
}

test.each([
  [120, '█████████░░░░░░░░░░░ 45 % of 1.1 GB, ↓ 100 MB/s ↑ 12.3 MB/s, 12 peers, follower, 7 s left'],
  [80, '████░░░░░░ 45 % of 1.1 GB, ↓ 100 MB/s ↑ 12.3 MB/s, 12 peers, follower, 7 s left'],
  [60, '45 % of 1.1 GB, ↓ 100 MB/s ↑ 12.3 MB/s, 12 peers, follower,'],
])('a line of %i columns is not full', (columns, line) => {
  const text = shown(columns, true);
  expect(text).toBe(line);
  expect(text.length).toBeLessThan(columns);
});

test('without a terminal it is a line every three seconds', () => {
  expect(shown(80, false)).toBe('45 % of 1.1 GB, ↓ 33.3 MB/s ↑ 4.1 MB/s, 12 peers, follower, 19 s left\n');
});
