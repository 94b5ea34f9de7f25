import type { PeerTable } from '@cachetorrent/simulator';
import { expect, test } from 'vitest';

import { RESULT, TIMELINE } from '../../test/test-environment.ts';
import { peersCsv, timelineCsv, trafficCsv } from './tables.ts';

test('peers.csv has one row per peer', () => {
  expect(peersCsv(RESULT)).toBe(
    [
      'id,as,role,uploadKbps,downloadKbps,completionMs,class,arrivedMs,completedMs,leftMs,' +
        'departure,unservedMs',
      '1,0,seed,8000,0,0,seed,10,100,,,0',
      '2,1,leader,2000,6000,1500,peer,20,1600,,,250',
      '3,1,follower,2000.5,6000,2500,peer,30,2600,,,',
      '',
    ].join('\n'),
  );
});

test('the time of a peer counts from its arrival; what has not happened is empty', () => {
  const peers: PeerTable = {
    ...RESULT.peers,
    arrivedAtMs: Float64Array.of(10, 20, 1000),
    completedAtMs: Float64Array.of(100, Number.NaN, 2600),
    leftAtMs: Float64Array.of(Number.NaN, 1200, 5000),
    departure: [undefined, 'crashed', 'finished'],
  };
  const rows = peersCsv({ ...RESULT, peers }).split('\n');
  expect(rows[2]).toBe('2,1,leader,2000,6000,,peer,20,,1200,crashed,250');
  expect(rows[3]).toBe('3,1,follower,2000.5,6000,1600,peer,1000,2600,5000,finished,');
});

test('traffic.csv has one row per pair of AS, in bytes', () => {
  expect(trafficCsv(RESULT)).toBe('fromAs,toAs,bytes\n0,0,0\n0,1,24.5\n1,0,0\n1,1,49\n');
});

test('timeline.csv has one row per interval and AS, in bytes', () => {
  expect(timelineCsv(TIMELINE)).toBe(
    [
      'fromMs,toMs,as,piecesHeld,activeConnections,bytesFromOutside,bytesInside,uploadUtilisation,' +
        'leecherConnections,interestedConnections,' +
        'leechers,seeds,leaders,arrivals,completions,finished,aborted,crashed,availability,' +
        'bytesLost,unserved',
      '0,10000,0,10,1,0,0,0.25,0,0,0,1,0,1,0,0,0,0,1,0,1',
      '0,10000,1,4,2,24.5,49,0.333333,2,1,2,0,1,2,0,0,0,0,1,1,0',
      '',
    ].join('\n'),
  );
});
