/** Pieces that are requested while choked (BEP 6), between libtorrent and our client. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Torrent } from '../../src/index.ts';
import { Fixture, LOCALHOST } from '../fixture.ts';
import { ManualClock } from '../manual-clock.ts';
import { ID, RawPeer } from '../raw-peer.ts';
import { freePort } from './free-port.ts';
import { libtorrent } from './programs.ts';

const PIECES = 40;
const PIECE_BYTES = 2 ** 16;
/** `allowed_fast_set_size` of libtorrent, and ours. */
const ALLOWED = 5;

const isInstalled = libtorrent.version() !== undefined;
const SCRIPT = fileURLToPath(new URL('libtorrent_peer.py', import.meta.url));

let fixture: Fixture;
let torrent: Torrent;
let child: ChildProcess | undefined;
beforeEach(async () => {
  fixture = await Fixture.create();
  torrent = await fixture.torrent(PIECES * PIECE_BYTES, { pieceBytes: PIECE_BYTES });
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await fixture.cleanUp();
});

/** Starts libtorrent with this number of upload slots; `pieces` are the numbers that it held. */
async function start(
  role: 'seed' | 'leech',
  slots: number,
): Promise<{ port: number; pieces: number[] }> {
  const folder = join(fixture.folder, role === 'seed' ? 'seed' : 'libtorrent');
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const file = join(fixture.folder, 'content.torrent');
  const args = [SCRIPT, role, file, folder, `${port}`, LOCALHOST, `${slots}`];
  child = spawn('/usr/bin/python3', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const pieces: number[] = [];
  child.stdout!.on('data', (text: Buffer) => {
    pieces.push(...text.toString().split('\n').filter(Boolean).map(Number));
  });
  await vi.waitFor(() => expect(pieces.length).toBeGreaterThan(0), 20_000);
  return { port, pieces };
}

test.skipIf(!isInstalled)(
  'libtorrent sends us five pieces while it chokes us',
  async () => {
    const { port } = await start('seed', 0);
    const leech = await fixture.client(torrent, 'leech');
    leech.connectTo({ host: LOCALHOST, port });
    await vi.waitFor(() => expect(leech.status.pieces).toBe(ALLOWED), 20_000);
    await sleep(500);
    expect(leech.status.pieces).toBe(ALLOWED);
    expect(leech.status.connections).toBe(1);
  },
  60_000,
);

test.skipIf(!isInstalled)(
  'we send libtorrent five pieces while we choke it',
  async () => {
    // Without time there are no rounds of the choker, in which the slot may change hands.
    const clock = new ManualClock();
    const seed = await fixture.seed(torrent, { uploadSlots: 1, optimisticSlots: 0, clock });
    const holder = new RawPeer(seed.port, torrent, 'holder');
    holder.send((to) => {
      to.haveNone();
      to.interested();
    });
    await vi.waitFor(() => expect(holder.withId(ID.unchoke)).toHaveLength(1), 5_000);
    const { port, pieces } = await start('leech', 8);
    seed.connectTo({ host: LOCALHOST, port });
    await vi.waitFor(() => expect(pieces.at(-1)).toBe(ALLOWED), 20_000);
    await sleep(500);
    expect(pieces.at(-1)).toBe(ALLOWED);
    expect(seed.status.connections).toBe(2);
    holder.socket.destroy();
    // The slot is free: libtorrent gets the rest.
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(pieces.at(-1)).toBe(PIECES);
    }, 30_000);
  },
  60_000,
);
