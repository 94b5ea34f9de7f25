/** When connections to known endpoints are opened. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { ManualClock } from '../../test/manual-clock.ts';
import { Connector, type ConnectorOptions } from './connector.ts';

let clock: ManualClock;
let server: Server;
let endpoint: { host: string; port: number };
let connected: Socket[];
let connectors: Connector[];

beforeEach(async () => {
  [clock, connected, connectors] = [new ManualClock(), [], []];
  server = createServer((socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
});
afterEach(() => {
  for (const connector of connectors) connector.stop();
  for (const socket of connected) socket.destroy();
  server.close();
});

function newConnector(changes: Partial<ConnectorOptions> = {}): Connector {
  const connector = new Connector({
    clock,
    localHost: undefined,
    connectionsMax: 10,
    connectionCount: () => connected.length,
    isWanted: () => true,
    onFailed: () => {},
    onConnected: (socket) => {
      socket.on('error', () => {});
      connected.push(socket);
    },
    ...changes,
  });
  connectors.push(connector);
  return connector;
}

/** Checks that the endpoint is due: a connection opens. */
async function expectConnection(connector: Connector): Promise<void> {
  const before = connected.length;
  connector.connectDue();
  await vi.waitFor(() => expect(connected).toHaveLength(before + 1), { timeout: 5_000 });
}

/** Checks that the endpoint is not due: no connection opens. */
async function expectNoConnection(connector: Connector): Promise<void> {
  const before = connected.length;
  connector.connectDue();
  await sleep(50);
  expect(connected).toHaveLength(before);
}

describe('a connection', () => {
  test('is opened once to an endpoint that is added twice', async () => {
    const connector = newConnector({ isWanted: () => connected.length === 0 });
    connector.add(endpoint);
    connector.add(endpoint);
    await expectConnection(connector);
    await expectNoConnection(connector);
  });

  test('that has closed is opened again after 5 s, then after twice the time', async () => {
    const connector = newConnector();
    connector.add(endpoint);
    await expectConnection(connector);
    for (const delayMs of [5_000, 10_000, 20_000]) {
      connector.scheduleRetry(endpoint);
      clock.advance(delayMs - 1);
      await expectNoConnection(connector);
      clock.advance(1);
      await expectConnection(connector);
    }
    // An exchange resets the delay.
    connector.resetDelay(endpoint);
    connector.scheduleRetry(endpoint);
    clock.advance(5_000);
    await expectConnection(connector);
  });

  test('is never opened again to a banned endpoint', async () => {
    const connector = newConnector();
    connector.add(endpoint);
    connector.ban(endpoint);
    clock.advance(1e9);
    await expectNoConnection(connector);
  });

  test('is not opened when there is no room', async () => {
    const connector = newConnector({ connectionCount: () => 10 });
    connector.add(endpoint);
    await expectNoConnection(connector);
  });
});

describe('of more endpoints than are kept', () => {
  const unreachable = (i: number) => ({ host: `10.0.${i >> 8}.${i & 255}`, port: 6_881 });
  let wanted: string[];
  let connector: Connector;
  beforeEach(() => {
    wanted = [];
    const isWanted = ({ host }: { host: string }): boolean => wanted.push(host) < 0;
    connector = newConnector({ isWanted });
    for (let i = 0; i < 2_000; i++) connector.add(unreachable(i), i === 7);
  });

  test('a new one replaces the one that has failed most often, and was not named', () => {
    for (const [i, failures] of [
      [5, 1],
      [6, 2],
      [7, 3],
    ] as const) {
      for (let failure = 0; failure < failures; failure++) connector.scheduleRetry(unreachable(i));
    }
    connector.add(endpoint);
    clock.advance(1e6);
    connector.connectDue();
    expect(wanted).toHaveLength(2_000);
    expect(wanted).toContain(endpoint.host);
    expect(wanted).not.toContain('10.0.0.6');
  });

  test('a new one is added only if it was named, when none has failed', () => {
    connector.add(endpoint);
    connector.add({ host: '127.0.0.2', port: 1 }, true);
    connector.connectDue();
    expect(wanted).not.toContain(endpoint.host);
    expect(wanted).toContain('127.0.0.2');
  });
});
