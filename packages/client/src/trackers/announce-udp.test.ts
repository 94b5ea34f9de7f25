/** A client and a UDP tracker that loses packets, refuses, or answers nonsense. */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AnnounceRequest } from '@cachetorrent/protocol/wire';
import { afterEach, expect, test } from 'vitest';

import { announce } from './announce.ts';
import { announceUdp } from './announce-udp.ts';

const REQUEST: AnnounceRequest = {
  infoHash: new Uint8Array(20).fill(0xaa),
  peerId: new Uint8Array(20).fill(0xbb),
  port: 6_881,
  uploaded: 0,
  downloaded: 0,
  left: 1,
  event: 'started',
};
const CONNECTION_ID = '0102030405060708';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** Starts a tracker: `answer` returns packets in hexadecimal for one that it receives. */
async function newTracker(
  answer: (packet: Buffer, transaction: string, from: RemoteInfo) => readonly string[],
  host = '127.0.0.1',
): Promise<string> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  sockets.push(socket);
  socket.on('message', (packet, from) => {
    const transaction = packet.subarray(12, 16).toString('hex');
    for (const text of answer(packet, transaction, from)) {
      socket.send(Buffer.from(text, 'hex'), from.port, from.address);
    }
  });
  socket.bind(0, host);
  await once(socket, 'listening');
  return `udp://${host.includes(':') ? `[${host}]` : host}:${socket.address().port}`;
}

/** The answers of a tracker that works, by the action of the request. */
function goodAnswer(packet: Buffer, transaction: string): readonly string[] {
  return packet.readUInt32BE(8) === 0
    ? [`00000000${transaction}${CONNECTION_ID}`]
    : [
        `00000001${transaction}00000708000000010000000${packet.subarray(98).length > 0 ? 2 : 0}0a0000021ae1`,
      ];
}

const signal = (ms = 5_000): AbortSignal => AbortSignal.timeout(ms);

test('a tracker gets a connect and an announce with the path of its URL', async () => {
  const packets: Buffer[] = [];
  const url = await newTracker((packet, transaction) => {
    packets.push(packet);
    return goodAnswer(packet, transaction);
  });
  expect(await announceUdp(`${url}/announce?key=1`, REQUEST, { signal: signal() })).toMatchObject({
    kind: 'peers',
    response: {
      intervalS: 1_800,
      leechers: 1,
      seeds: 2,
      peers: [{ host: '10.0.0.2', port: 6_881 }],
    },
  });
  const [connect, announced] = packets;
  expect(connect).toHaveLength(16);
  expect(announced!.subarray(0, 8).toString('hex')).toBe(CONNECTION_ID);
  expect(announced!.subarray(100).toString()).toBe('/announce?key=1');
});

test('lost packets are sent again', async () => {
  let count = 0;
  const url = await newTracker((packet, transaction) =>
    ++count % 3 === 0 ? goodAnswer(packet, transaction) : [],
  );
  const answer = await announceUdp(url, REQUEST, { signal: signal(), resendMs: 20 });
  expect(answer.kind).toBe('peers');
  expect(count).toBe(6);
});

test('packets that are no answer are ignored', async () => {
  const url = await newTracker((packet, transaction) => [
    '',
    '00',
    `00000000${'0'.repeat(8)}${CONNECTION_ID}`,
    `00000001${transaction}`,
    `00000007${transaction}${CONNECTION_ID}`,
    ...goodAnswer(packet, transaction),
  ]);
  expect(await announceUdp(url, REQUEST, { signal: signal(), resendMs: 50 })).toMatchObject({
    kind: 'peers',
    response: { peers: [{ host: '10.0.0.2' }] },
  });
});

test('a refusal is returned, also of the connect', async () => {
  const text = Buffer.from('closed').toString('hex');
  const url = await newTracker((_, transaction) => [`00000003${transaction}${text}`]);
  expect(await announce(url, REQUEST)).toEqual({ kind: 'failure', reason: 'closed' });
});

test('the addresses of peers are IPv6 at a tracker with such an address', async () => {
  const peer = '20010db80000000000000000000000011ae1';
  const url = await newTracker((packet, transaction) => {
    const [answer] = goodAnswer(packet, transaction);
    return [packet.readUInt32BE(8) === 0 ? answer! : `${answer!.slice(0, 40)}${peer}`];
  }, '::1');
  expect(await announce(url, REQUEST)).toMatchObject({
    response: { peers: [{ host: '2001:db8::1', port: 6_881 }] },
  });
});

test('the announce is sent from the address that the user has chosen', async () => {
  const hosts: string[] = [];
  const url = await newTracker((packet, transaction, from) => {
    hosts.push(from.address);
    return goodAnswer(packet, transaction);
  });
  await announce(url, REQUEST, { localHost: '127.0.0.7' });
  expect(hosts).toEqual(['127.0.0.7', '127.0.0.7']);
});

test.each([
  { what: 'is silent', url: () => newTracker(() => []), problem: 'has not answered in time' },
  { what: 'does not exist', url: () => 'udp://127.0.0.1:1', problem: /ECONNREFUSED|in time/ },
  { what: 'has no port', url: () => 'udp://127.0.0.1/announce', problem: /needs a port/ },
  {
    what: 'has no address',
    url: () => 'udp://nowhere.invalid:1',
    problem: /ENOTFOUND|EAI_AGAIN|in time/,
  },
])('a tracker that $what is reported', async ({ url, problem }) => {
  expect(await announce(await url(), REQUEST, { signal: signal(500) })).toEqual({
    kind: 'malformed',
    problem: expect.stringMatching(problem),
  });
});
