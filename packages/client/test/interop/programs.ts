/**
 * The programs of an exchange, restricted to the loopback interface: no distributed hash table, no
 * local peer discovery, no port forwarding, no encryption.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import manifest from '../../package.json' with { type: 'json' };
import type { LaunchOptions, Program } from './program.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const ours: Program = {
  name: 'cachetorrent',
  version: () => manifest.version,
  seed: ({ folder, torrent, host, port }) =>
    client('seed', torrent, '--folder', folder, '--host', host, '--port', `${port}`),
  leech: ({ folder, torrent, host, port }) =>
    client('get', torrent, '--out', folder, '--host', host, '--port', `${port}`, '--stay'),
};

export const libtorrent: Program = {
  name: 'libtorrent',
  version: () =>
    outputOf('/usr/bin/python3', ['-c', 'import libtorrent; print(libtorrent.version)']),
  seed: (options) => libtorrentPeer('seed', options),
  leech: (options) => libtorrentPeer('leech', options),
};

export const aria2: Program = {
  name: 'aria2',
  version: () => outputOf('aria2c', ['--version'])?.match(/version (\S+)/)?.[1],
  seed: (options) =>
    aria2c(options, '--seed-ratio=0.0', '--check-integrity=true', '--bt-hash-check-seed=true'),
  leech: (options) => aria2c(options, '--seed-time=0'),
};

export const rtorrent: Program = {
  name: 'rtorrent',
  version: () => outputOf('rtorrent', ['-h'])?.match(/version (\S+?)\.?$/m)?.[1],
  seed: rtorrentPeer,
  leech: rtorrentPeer,
};

export const transmission: Program = {
  name: 'Transmission',
  version: () => outputOf('transmission-daemon', ['--version'])?.match(/daemon (\S+)/)?.[1],
  seed: transmissionPeer,
  leech: transmissionPeer,
};

function client(...args: string[]): ChildProcess {
  const conditions = '--conditions=cachetorrent-source';
  return start(process.execPath, [conditions, pathOf('../command.ts'), ...args]);
}

function libtorrentPeer(
  role: string,
  { torrent, folder, port, host }: LaunchOptions,
): ChildProcess {
  return start('/usr/bin/python3', [
    pathOf('libtorrent_peer.py'),
    role,
    torrent,
    folder,
    `${port}`,
    host,
  ]);
}

function aria2c({ folder, torrent, host, port }: LaunchOptions, ...more: string[]): ChildProcess {
  return start('aria2c', [
    '--no-conf=true',
    '--no-netrc=true',
    `--dir=${folder}`,
    `--listen-port=${port}`,
    '--disable-ipv6=true',
    `--interface=${host}`,
    '--enable-dht=false',
    '--enable-dht6=false',
    '--bt-enable-lpd=false',
    '--enable-peer-exchange=false',
    `--bt-external-ip=${host}`,
    '--bt-tracker-interval=2',
    '--bt-stop-timeout=120',
    '--stop=300',
    '--file-allocation=none',
    '--allow-overwrite=true',
    '--auto-file-renaming=false',
    '--summary-interval=0',
    ...more,
    torrent,
  ]);
}

function rtorrentPeer({ folder, torrent, host, port, scratch }: LaunchOptions): ChildProcess {
  const config = join(scratch, 'rt.rc');
  mkdirSync(join(scratch, 'session'));
  writeFileSync(
    config,
    [
      `directory.default.set=${folder}`,
      `session.path.set=${join(scratch, 'session')}`,
      `network.port_range.set=${port}-${port}`,
      'network.port_random.set=no',
      `network.bind_address.set=${host}`,
      `network.local_address.set=${host}`,
      'dht.mode.set=disable',
      'protocol.pex.set=no',
      'protocol.encryption.set=none',
      'system.daemon.set=true',
      `load.start=${torrent}`,
      '',
    ].join('\n'),
  );
  return start('rtorrent', ['-n', '-o', `import=${config}`]);
}

function transmissionPeer({ folder, torrent, host, port, scratch }: LaunchOptions): ChildProcess {
  writeFileSync(
    join(scratch, 'settings.json'),
    JSON.stringify({
      'dht-enabled': false,
      'lpd-enabled': false,
      'pex-enabled': false,
      'port-forwarding-enabled': false,
      'utp-enabled': false,
      encryption: 0,
      'rpc-enabled': false,
      'bind-address-ipv4': host,
      'bind-address-ipv6': '::1',
    }),
  );
  mkdirSync(join(scratch, 'torrents'));
  copyFileSync(torrent, join(scratch, 'torrents', basename(torrent)));
  return start('transmission-daemon', [
    '-f',
    '-g',
    scratch,
    '-w',
    folder,
    '-P',
    `${port}`,
    '-O',
    '-Y',
    '--no-utp',
    '-M',
    '-et',
    '-i',
    host,
  ]);
}

function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, { stdio: 'ignore' });
}

/** Returns the output of a program; undefined if it is not installed. */
function outputOf(program: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === null || (status !== 0 && stdout === '')
    ? undefined
    : `${stdout}${stderr}`.trim();
}
