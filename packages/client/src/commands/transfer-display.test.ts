import { expect, test } from 'vitest';

import type { ClientStatus } from '../client/status.ts';
import { TransferDisplay } from './transfer-display.ts';

const status: ClientStatus = {
  pieces: 45,
  pieceCount: 100,
  leftBytes: 605e6,
  totalBytes: 1.1e9,
  connections: 12,
  role: 'follower',
  asn: 64_512,
  receivedBytes: 0,
  importedBytes: 0,
  wastedBytes: 0,
  sentBytes: 0,
};

/** Returns what is on the screen after a second at 100 MB/s. */
function shown(columns: number, isTTY: boolean): string {
  let text = '';
  const display = new TransferDisplay({
    write: (more) => {
      text += more;
    },
    isTTY,
    columns,
  });
  display.show(status, 0);
  text = '';
  display.show({ ...status, receivedBytes: 100e6, sentBytes: 12.3e6 }, 1_000);
  display.show({ ...status, receivedBytes: 100e6, sentBytes: 12.3e6 }, 3_000);
  return text.slice(0, isTTY ? text.indexOf('\x1b[K') : undefined).trimStart();
}

test.each([
  [
    120,
    '█████████░░░░░░░░░░░ 45 % of 1.1 GB, ↓ 100 MB/s ↑ 12.3 MB/s, 12 peers, follower, 7 s left',
  ],
  [80, '████░░░░░░ 45 % of 1.1 GB, ↓ 100 MB/s ↑ 12.3 MB/s, 12 peers, follower, 7 s left'],
  [60, '45 % of 1.1 GB, ↓ 100 MB/s ↑ 12.3 MB/s, 12 peers, follower,'],
])('a line fits into %i columns', (columns, line) => {
  const text = shown(columns, true);
  expect(text).toBe(line);
  expect(text.length).toBeLessThan(columns);
});

test('without a terminal, a line is written every three seconds', () => {
  expect(shown(80, false)).toBe(
    '45 % of 1.1 GB, ↓ 33.3 MB/s ↑ 4.1 MB/s, 12 peers, follower, 19 s left\n',
  );
});

test('work on the files is a bar on a terminal, otherwise a line every three seconds', () => {
  const lines = (isTTY: boolean): string[] => {
    const written: string[] = [];
    const display = new TransferDisplay({
      write: (text) => written.push(text),
      isTTY,
      columns: 60,
    });
    for (let s = 0; s <= 8; s++) display.showWork(s / 10, 'hashed', 1_000 * s);
    return written;
  };
  expect(lines(true)).toHaveLength(9);
  expect(lines(true)[5]).toBe('\r██████████░░░░░░░░░░ 50 % of the files hashed\x1b[K');
  expect(lines(false)).toEqual(['30 % of the files hashed\n', '60 % of the files hashed\n']);
});
