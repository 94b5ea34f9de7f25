import type { RecordingHeader } from '@cachetorrent/recording';
import { expect, test } from 'vitest';

import { nodeText, peerToShow, subjectText } from './message-text.ts';

const HEADER = {
  as: { name: ['transit', 'AS 3'] },
  peers: { as: [0, 1] },
} as unknown as RecordingHeader;
const MESSAGE = { ms: 1, from: 1, to: 2, kind: 'request' };

test('nodes have their AS, and the tracker is called so', () => {
  expect(nodeText(HEADER, 1)).toBe('peer 1 (AS 3)');
  expect(nodeText(HEADER, 0)).toBe('tracker (transit)');
  expect(nodeText(HEADER, 9)).toBe('peer 9');
});

test.each([
  { message: MESSAGE, is: '' },
  { message: { ...MESSAGE, piece: 1040 }, is: 'piece 1,040' },
  { message: { ...MESSAGE, piece: 40, block: 8, blocks: 1 }, is: 'piece 40, block 8' },
  { message: { ...MESSAGE, piece: 40, block: 8, blocks: 2 }, is: 'piece 40, blocks 8 to 9' },
])('a message names "$is"', ({ message, is }) => {
  expect(subjectText(message)).toBe(is);
});

test('the end that was chosen is shown, unless it is the tracker', () => {
  expect(peerToShow(MESSAGE, 'sender')).toBe(1);
  expect(peerToShow(MESSAGE, 'receiver')).toBe(2);
  expect(peerToShow({ ...MESSAGE, from: 0 }, 'sender')).toBe(2);
  expect(peerToShow({ ...MESSAGE, to: 0 }, 'receiver')).toBe(1);
});
