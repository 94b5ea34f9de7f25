import { expect, test } from 'vitest';

import { RESULT, TIMELINE } from '../../test/test-environment.ts';
import { peersCsv, timelineCsv, trafficCsv } from './tables.ts';

test('peers.csv has one row per peer, with times since the first completion', () => {
  expect(peersCsv(RESULT)).toBe(
    [
      'id,as,role,uploadKbps,downloadKbps,completionMs,class',
      '1,0,seed,8000,0,0,seed',
      '2,1,leader,2000,6000,1500,peer',
      '3,1,follower,2000.5,6000,2500,peer',
      '',
    ].join('\n'),
  );
});

test('a peer that has not completed has an empty time', () => {
  const peers = { ...RESULT.peers, completedAtMs: Float64Array.of(100, Number.NaN, 2600) };
  const rows = peersCsv({ ...RESULT, peers }).split('\n');
  expect(rows[2]).toBe('2,1,leader,2000,6000,,peer');
  expect(rows[3]).toBe('3,1,follower,2000.5,6000,2500,peer');
});

test('traffic.csv has one row per pair of AS, in bytes', () => {
  expect(trafficCsv(RESULT)).toBe('fromAs,toAs,bytes\n0,0,0\n0,1,24.5\n1,0,0\n1,1,49\n');
});

test('timeline.csv has one row per interval and AS, in bytes', () => {
  expect(timelineCsv(TIMELINE)).toBe(
    [
      'fromMs,toMs,as,piecesHeld,activeConnections,bytesFromOutside,bytesInside,uploadUtilisation,' +
        'leecherConnections,interestedConnections',
      '0,10000,0,10,1,0,0,0.25,0,0',
      '0,10000,1,4,2,24.5,49,0.333333,2,1',
      '',
    ].join('\n'),
  );
});
