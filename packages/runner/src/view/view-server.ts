/**
 * Serves a page that shows runs, and what it shows:
 *
 *     /TOKEN/                    the page
 *     /TOKEN/runs/0/recording    the recording of a run, which may still grow
 *     /TOKEN/runs/0/messages     its messages; see `message-search.ts`
 *     /TOKEN/presence            kept open by each page; see `viewers.ts`
 *
 * There is nothing else, and nothing of it can be changed. The token is random: another page in the
 * browser, which does not know it, finds nothing. A page that makes its own name lead to this
 * machine sends that name as `Host`, and is refused.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { pageOf, type ViewData } from '@cachetorrent/view';

import { messageOf } from '../failure.ts';
import { UserError } from '../user-error.ts';
import type { GrowingFile } from './growing-file.ts';
import { BadQuery, type MessageSearch, parseQuery } from './message-search.ts';
import { Viewers } from './viewers.ts';

/** A run that is served. */
export interface ServedRun {
  /** What the page calls it. */
  readonly name: string;
  readonly recording: GrowingFile;
  /** Its log, if there is one. */
  readonly messages?: MessageSearch;
}

export interface ViewServerOptions {
  /** One run, or two. */
  readonly runs: readonly ServedRun[];
  /** The page without data. */
  readonly template: string;
  /** The address to listen at. */
  readonly host: string;
  /** The port; 0: the system chooses one. */
  readonly port: number;
  /** The option of the port, for messages. */
  readonly portOption: string;
}

/** A page needs a few; a browser opens six at most. */
const CONNECTIONS_MAX = 64;
/** How long pages may take to receive the end of what they read. */
const CLOSE_MS = 300;
const TOKEN_BYTES = 16;

const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** A server of one page. */
export class ViewServer {
  /** Who looks at it. */
  readonly viewers: Viewers = new Viewers();
  readonly #options: ViewServerOptions;
  readonly #token = randomBytes(TOKEN_BYTES).toString('hex');
  readonly #server: Server;
  #port = 0;

  private constructor(options: ViewServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** @throws UserError if the address or the port is not available */
  static async start(options: ViewServerOptions): Promise<ViewServer> {
    const server = new ViewServer(options);
    try {
      server.#server.listen({ host: options.host, port: options.port });
      await once(server.#server, 'listening');
      server.#port = (server.#server.address() as AddressInfo).port;
      // A connection that cannot be accepted is none of the others' business.
      server.#server.on('error', () => {});
      return server;
    } catch (error) {
      server.viewers.close();
      throw listenError(error as NodeJS.ErrnoException, options);
    }
  }

  /** The port that it listens at. */
  get port(): number {
    return this.#port;
  }

  /** The address of the page. */
  get address(): string {
    const host = reachable(this.#options.host);
    const name = isIP(host) === 6 ? `[${host}]` : host;
    return `http://${name}:${this.port}/${this.#token}/`;
  }

  /** Ends all streams, and stops to listen. */
  async close(): Promise<void> {
    this.viewers.close();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await Promise.race([closed, sleep(CLOSE_MS, undefined, { ref: false })]);
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      await this.#route(request, response);
    } catch (error) {
      // The page has gone, or what it was promised cannot be read any more.
      if (response.headersSent || response.destroyed) response.destroy();
      else if (error instanceof BadQuery) answerText(response, 400, error.message);
      else answerText(response, 500, messageOf(error));
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', search = ''] = (request.url ?? '').split('?', 2);
    const [, token = '', rest] = /^\/([^/]*)\/(.*)$/.exec(path) ?? [];
    if (!isOwnHost(request.headers.host, this.#options.host, this.port)) {
      answerText(response, 403, `Open ${this.address.replace(this.#token, '…')} instead.`);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      answerText(response, 405, 'Nothing here can be changed.');
    } else if (rest !== undefined && isSame(token, this.#token)) {
      await this.#serve(rest, search, request, response);
    } else answerText(response, 404, NOTHING);
  }

  async #serve(
    path: string,
    search: string,
    { method }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [, index, what] = /^runs\/([01])\/(recording|messages)$/.exec(path) ?? [];
    const run = index === undefined ? undefined : this.#options.runs[Number(index)];
    if (path === '') {
      answer(response, 'text/html; charset=utf-8', this.#page());
    } else if (path === 'presence') {
      response.setHeader('Content-Type', 'text/event-stream');
      if (method === 'HEAD') response.end();
      else this.viewers.add(response);
    } else if (run !== undefined && what === 'recording') {
      response.setHeader('Content-Type', 'application/octet-stream');
      if (method === 'HEAD') response.end();
      else await sendGrowing(run.recording, response);
    } else if (run?.messages !== undefined && what === 'messages') {
      const query = parseQuery(new URLSearchParams(search));
      const page = await run.messages.select(query, closingOf(response));
      answer(response, 'application/json', JSON.stringify(page));
    } else answerText(response, 404, NOTHING);
  }

  #page(): string {
    const data: ViewData = {
      presence: 'presence',
      runs: this.#options.runs.map(({ name, recording, messages }, i) => ({
        name,
        isLive: !recording.hasEnded,
        recording: { kind: 'address', address: `runs/${i}/recording` },
        ...(messages && { messages: { kind: 'address', address: `runs/${i}/messages` } }),
      })),
    };
    return pageOf(this.#options.template, data, new Map());
  }
}

const NOTHING = 'There is nothing here: the address of the page is longer.';

/** Reads no faster than the page does, and no more once it has gone. */
async function sendGrowing(file: GrowingFile, response: ServerResponse): Promise<void> {
  const { bytes, hasEnded } = file;
  if (hasEnded) response.setHeader('Content-Length', bytes);
  response.flushHeaders();
  const content = file.follow(0, closingOf(response));
  await pipeline(Readable.from(content, { objectMode: false }), response);
}

function answer(response: ServerResponse, type: string, text: string): void {
  const body = Buffer.from(text);
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', body.length);
  response.end(body);
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  answer(response, 'text/plain; charset=utf-8', `${text}\n`);
}

/** Aborted when the page has closed the connection, or has all. */
function closingOf(response: ServerResponse): AbortSignal {
  const closing = new AbortController();
  response.once('close', () => closing.abort());
  return closing.signal;
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether a header `Host` has an address, `localhost`, or what the server was started with. */
function isOwnHost(header: string | undefined, host: string, port: number): boolean {
  const [, name, given = '80'] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d+))?$/i.exec(header ?? '') ?? [];
  if (name === undefined || Number(given) !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '').toLowerCase();
  return isIP(bare) !== 0 || bare === 'localhost' || bare === host.toLowerCase();
}

/** An address at which a server can be reached that listens at `host`, which may mean all. */
function reachable(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host;
  const others = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const family = host === '::' ? others : others.filter((each) => each.family === 'IPv4');
  return family.find(({ internal }) => !internal)?.address ?? '127.0.0.1';
}

function listenError(
  { code, message }: NodeJS.ErrnoException,
  { host, port, portOption }: ViewServerOptions,
): UserError {
  const atPort = `${portOption} ${port}`;
  const other = `name another port, or leave ${portOption} out: then the system chooses one`;
  switch (code) {
    case 'EADDRINUSE':
      return new UserError({ at: atPort, problem: 'is in use by another program', fix: other });
    case 'EACCES':
    case 'EPERM':
      return new UserError({ at: atPort, problem: 'is not allowed for you', fix: other });
    default: {
      const problem = `cannot be listened at: ${message}`;
      const fix = 'name an address of this machine, or leave it out: then it is 127.0.0.1';
      return new UserError({ at: `--host ${host}`, problem, fix });
    }
  }
}
