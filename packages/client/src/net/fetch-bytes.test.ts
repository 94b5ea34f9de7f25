/** What `fetch` refuses and trackers need: names and passwords in URLs, and any port. */

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';

import { fetchBytes } from './fetch-bytes.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** Starts a server at the first of these ports that is free, and returns its address. */
async function serve(listener: RequestListener, ports: readonly number[] = [0]): Promise<string> {
  for (const port of ports) {
    server = createServer(listener);
    server.listen(port, '127.0.0.1');
    const isListening = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (isListening) return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  throw new Error(`one of the ports ${ports.join()} should be free`);
}

async function textAt(url: string): Promise<string> {
  const signal = AbortSignal.timeout(30_000);
  const { body } = await fetchBytes(url, 1_000_000, { signal });
  return Buffer.from(body).toString();
}

test('the name and password of a URL are sent', async () => {
  const at = await serve(({ headers }, response) => response.end(headers.authorization ?? 'none'));
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  expect(await textAt(`http://user:p%40ss%3A@${at}/a`)).toBe(basic('user:p@ss:'));
  expect(await textAt(`http://user:100%@${at}/a`)).toBe(basic('user:100%'));
  expect(await textAt(`http://${at}/a`)).toBe('none');
});

test('a password is not sent to another server', async () => {
  const other = createServer(({ headers }, response) => {
    response.end(headers.authorization ?? 'none');
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  const at = await serve((_, response) => response.writeHead(302, { location }).end());
  expect(await textAt(`http://user:password@${at}/`)).toBe('none');
  other.close();
});

test('a port that browsers block is used', async () => {
  const at = await serve((_, response) => response.end('here'), [6_667, 6_668, 6_669, 10_080]);
  expect(await textAt(`http://${at}/`)).toBe('here');
});

test('a compressed answer is read, within the limit', async () => {
  const at = await serve((request, response) => {
    const bytes = request.url === '/bomb' ? Buffer.alloc(50_000_000) : 'small';
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(bytes));
  });
  expect(await textAt(`http://${at}/`)).toBe('small');
  expect((await textAt(`http://${at}/bomb`)).length).toBeLessThan(2_000_000);
});
