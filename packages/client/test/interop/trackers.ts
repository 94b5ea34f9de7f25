/** Trackers of other projects. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { RunningTracker, StartTracker } from './exchange.ts';
import { freePort } from './free-port.ts';

const HOST = '127.0.0.1';
const NPM_TRACKER = 'bittorrent-tracker@11.2.3';

type Scheme = 'http' | 'udp';

/** Debian's opentracker, which serves only the torrents of a list. */
export const opentracker: StartTracker = (infoHash) => startOpentracker(infoHash, 'http');
/** The same, over UDP. */
export const opentrackerUdp: StartTracker = (infoHash) => startOpentracker(infoHash, 'udp');

async function startOpentracker(infoHash: string, scheme: Scheme): Promise<RunningTracker> {
  const folder = await mkdtemp(join(tmpdir(), 'opentracker-'));
  const port = await freePort();
  // It changes to the user nobody, who must be able to read the folder.
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'whitelist'), `${infoHash}\n`);
  const child = spawn(
    'opentracker',
    ['-i', HOST, '-p', `${port}`, '-P', `${port}`, '-d', folder, '-u', 'nobody', '-w', 'whitelist'],
    { stdio: 'ignore', cwd: folder },
  );
  await sleep(500);
  return {
    url: `${scheme}://${HOST}:${port}/announce`,
    stop: async () => {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The tracker of npm. It depends on native modules that no test of ours needs, so it is installed
 * outside the workspace, without its install scripts, when it is first used.
 */
export const npmTracker: StartTracker = () => startNpmTracker('http');
/** The same, over UDP. */
export const npmTrackerUdp: StartTracker = () => startNpmTracker('udp');

async function startNpmTracker(scheme: Scheme): Promise<RunningTracker> {
  // In the system's temporary folder another user could put a program of this name.
  const folder = fileURLToPath(
    new URL('../../../../node_modules/.cache/npm-tracker', import.meta.url),
  );
  const module = join(folder, 'node_modules', 'bittorrent-tracker', 'server.js');
  if (!existsSync(module)) {
    await mkdir(folder, { recursive: true });
    spawnSync('npm', ['install', '--ignore-scripts', '--prefix', folder, NPM_TRACKER]);
  }
  const { default: Server } = (await import(pathToFileURL(module).href)) as {
    default: new (options: object) => NpmServer;
  };
  const isHttp = scheme === 'http';
  const server = new Server({ http: isHttp, udp: !isHttp, ws: false, interval: 10_000 });
  server.on('error', () => {});
  server.on('warning', () => {});
  // Without an address for each family it would listen at all addresses.
  const hosts = { http: HOST, udp: HOST, udp6: '::1' };
  await new Promise<void>((resolve) => server.listen(0, hosts, resolve));
  return {
    url: `${scheme}://${HOST}:${server[scheme].address().port}/announce`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

interface NpmServer {
  readonly http: { address(): { readonly port: number } };
  readonly udp: { address(): { readonly port: number } };
  on(event: string, listener: (error: Error) => void): void;
  listen(port: number, hosts: Readonly<Record<string, string>>, callback: () => void): void;
  close(callback: () => void): void;
}
