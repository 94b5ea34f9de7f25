import { expect, test } from 'vitest';

import { NothingToShow, readViewData } from './read-view-data.ts';

const run = {
  name: 'small',
  isLive: false,
  recording: { kind: 'embedded', id: 'recording-0' },
};

test('a run in the page, and one that is served', () => {
  const served = {
    name: 'live',
    isLive: true,
    recording: { kind: 'address', address: 'recording/0' },
    messages: { kind: 'address', address: 'messages/0' },
  };
  const data = { runs: [run, served], presence: 'presence' };
  expect(readViewData(JSON.stringify(data))).toEqual(data);
});

test.each([
  [undefined, 'has no run in it'],
  ['{', 'it is no JSON'],
  ['null', 'must be an object'],
  ['{}', 'one run, or two'],
  [JSON.stringify({ runs: [] }), 'one run, or two'],
  [JSON.stringify({ runs: [run, run, run] }), 'one run, or two'],
  [JSON.stringify({ runs: [{ ...run, name: 1 }] }), 'the name of a run must be a text'],
  [JSON.stringify({ runs: [{ ...run, recording: {} }] }), 'at an address or in the page'],
  [JSON.stringify({ runs: [{ ...run, recording: { kind: 'embedded' } }] }), 'the id of'],
  [JSON.stringify({ runs: [run], presence: 1 }), 'presence must be a text'],
])('%s is refused', (text, why) => {
  expect(() => readViewData(text)).toThrow(NothingToShow);
  expect(() => readViewData(text)).toThrow(why);
});
