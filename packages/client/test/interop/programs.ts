/**
 * The programs, and how each is kept to the loopback interface: no distributed hash table, no
 * local discovery, no port forwarding, no encryption.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Program, Station } from './program.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const ours: Program = {
  name: 'cachetorrent',
  version: () => '0.1.0',
  seed: ({ folder, torrent, host, port }) =>
    client('seed', torrent, '--folder', folder, '--host', host, '--port', `${port}`),
  leech: ({ folder, torrent, host, port }) =>
    client('get', torrent, '--out', folder, '--host', host, '--port', `${port}`, '--stay'),
};

export const libtorrent: Program = {
  name: 'libtorrent',
  version: () => found('/usr/bin/python3', ['-c', 'import libtorrent; print(libtorrent.version)']),
  seed: (at) => libtorrentPeer('seed', at),
  leech: (at) => libtorrentPeer('leech', at),
};

export const aria2: Program = {
  name: 'aria2',
  version: () => found('aria2c', ['--version'])?.match(/version (\S+)/)?.[1],
  seed: (at) =>
    aria2c(at, '--seed-ratio=0.0', '--check-integrity=true', '--bt-hash-check-seed=true'),
  leech: (at) => aria2c(at, '--seed-time=0'),
};

export const rtorrent: Program = {
  name: 'rtorrent',
  version: () => found('rtorrent', ['-h'])?.match(/version (\S+?)\.?$/m)?.[1],
  seed: rtorrentPeer,
  leech: rtorrentPeer,
};

export const transmission: Program = {
  name: 'Transmission',
  version: () => found('transmission-daemon', ['--version'])?.match(/daemon (\S+)/)?.[1],
  seed: transmissionPeer,
  leech: transmissionPeer,
};

function client(...args: string[]): ChildProcess {
  const conditions = '--conditions=cachetorrent-source';
  return start(process.execPath, [conditions, here('../command.ts'), ...args]);
}

function libtorrentPeer(role: string, { torrent, folder, port, host }: Station): ChildProcess {
  return start('/usr/bin/python3', [
    here('libtorrent_peer.py'),
    role,
    torrent,
    folder,
    `${port}`,
    host,
  ]);
}

function aria2c({ folder, torrent, host, port }: Station, ...more: string[]): ChildProcess {
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

function rtorrentPeer({ folder, torrent, host, port, scratch }: Station): ChildProcess {
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

function transmissionPeer({ folder, torrent, host, port, scratch }: Station): ChildProcess {
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

/** What a program prints; undefined where it is not there. */
function found(program: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === null || (status !== 0 && stdout === '')
    ? undefined
    : `${stdout}${stderr}`.trim();
}
