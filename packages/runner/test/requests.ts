/** Requests of tests to a server of this machine, with any method and headers. */

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request, and reads the whole answer. */
export async function ask(address: string, options: RequestOptions = {}): Promise<Answer> {
  const response = await open(address, options);
  const body = await buffer(response);
  return { status: response.statusCode!, headers: response.headers, body };
}

/** Sends a request, and returns the answer as it comes; `destroy` closes the connection. */
export async function open(
  address: string,
  options: RequestOptions = {},
): Promise<IncomingMessage> {
  const sent = request(address, { agent: false, ...options });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  // A server that closes the connection is no failure of a test by itself.
  response.on('error', () => {});
  return response;
}
