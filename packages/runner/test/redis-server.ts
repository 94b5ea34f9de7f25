/** A real Redis server for tests. */

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { startProcess, type TestProcess } from './child-process.ts';

export const HAS_REDIS: boolean = spawnSync('redis-server', ['--version']).status === 0;

if (!HAS_REDIS) {
  console.warn(
    '\nredis-server is not installed: queues are NOT tested (apt-get install redis-server).\n',
  );
}

export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #password: string;
  #process: TestProcess | undefined;

  private constructor(port: number, folder: string, password: string) {
    this.port = port;
    this.#folder = folder;
    this.#password = password;
  }

  /** Starts a server that keeps its data in `folder`. */
  static async start(folder: string, password = ''): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), folder, password);
    await server.start();
    return server;
  }

  get url(): string {
    const credentials = this.#password === '' ? '' : `:${this.#password}@`;
    return `redis://${credentials}127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder];
    const safety = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
    const auth = this.#password === '' ? [] : ['--requirepass', this.#password];
    const args = [...options, ...safety, ...auth];
    this.#process = startProcess('redis-server', args, { stdout: 'pipe' });
    let output = '';
    for await (const chunk of this.#process.stdout!) {
      output += String(chunk);
      if (output.includes('Ready to accept connections')) break;
    }
    await sleep(50);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#process?.kill(signal);
    await this.#process?.exited;
    this.#process = undefined;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
