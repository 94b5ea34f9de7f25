/** Where a swarm stretches the model: at each limit, and beyond it. */

import { LIBTORRENT, ORIGINAL_QUIRKS } from '@cachetorrent/protocol';
import { expect, test } from 'vitest';

import { swarm as swarmOf } from '../../configuration/index.ts';
import { simulate } from '../../simulate.ts';
import type { Swarm } from '../plan/swarm.ts';
import { modelWarningsOf } from './model-warnings.ts';

/** A hundred peers of 1 Mbit/s with 8 upload slots, and 1,000 pieces of 256 KiB. */
const PLAIN = swarmOf({ peers: 100, upload: '1 Mbit/s', file: { pieces: 1_000 } });

const BLOCK_BITS = 8 * 2 ** 14;

/** The upload capacity with which a block takes this time on one of 8 slots. */
const blockIn = (seconds: number): Swarm['classes'] => [
  { name: 'peer', count: 99, uploadKbps: 1_000, downloadKbps: 50_000 },
  { name: 'slow', count: 1, uploadKbps: (8 * BLOCK_BITS) / seconds / 1_000, downloadKbps: 50_000 },
];

test.each([
  { what: 'a plain swarm', change: {}, warnings: [] },
  {
    what: 'a piece that takes a tenth of the time of the file',
    // On 8 slots; all peers together need 99 % of the time in which one sends 81 pieces.
    change: { pieces: 81 },
    warnings: [],
  },
  {
    what: 'a piece that takes more than that',
    change: { pieces: 79 },
    warnings: [
      /^large pieces: a piece takes 16.8 s on one of the 8 upload slots of a peer, more than a tenth of the 166 s that .* Lower file.pieceSize/,
    ],
  },
  {
    what: 'a piece that is more than a tenth of the file, though seeds alone upload',
    change: {
      pieces: 9,
      classes: [
        { name: 'seed', count: 1, uploadKbps: 1_000, downloadKbps: 1_000 },
        { name: 'peer', count: 99, uploadKbps: 0, downloadKbps: 1_000 },
      ],
    },
    warnings: [/^large pieces: the file has 9 pieces, so a piece is more than a tenth of it/],
  },
  {
    what: 'pieces that are moved whole, as in the original',
    change: { pieces: 8, quirks: ORIGINAL_QUIRKS },
    warnings: [],
  },
  {
    what: 'a block in the rechoke interval of 15 s',
    change: { classes: blockIn(14.9) },
    warnings: [],
  },
  {
    what: 'a block in more than that',
    change: { classes: blockIn(15.1) },
    warnings: [
      /^slow slots: a block takes 15.1 s on one of the 8 upload slots of a peer of class "slow", longer than the rechoke interval of 15 s/,
    ],
  },
  {
    what: 'a block in 20 s, with a long rechoke interval',
    change: { classes: blockIn(19.9), rechokeIntervalMs: 60_000 },
    warnings: [],
  },
  {
    what: 'a block in more than that',
    change: { classes: blockIn(20.1), rechokeIntervalMs: 60_000 },
    warnings: [/^slow slots: .* longer than the 20 s over which clients measure rates/],
  },
  {
    what: 'slow peers with as many slots as their rate allows',
    change: { classes: blockIn(30), choker: 'rate-based' },
    warnings: [],
  },
  {
    what: 'slow peers with fewer slots',
    change: { classes: blockIn(30), uploadSlots: 2 },
    warnings: [],
  },
  {
    what: 'half a request window that covers a round trip',
    change: { latency: { model: 'fixed', fixedMs: 500 }, client: notWhole({}) },
    warnings: [],
  },
  {
    what: 'one that does not',
    change: { latency: { model: 'fixed', fixedMs: 1_600 }, client: notWhole({}) },
    warnings: [
      /^short request window: an upload slot of the fastest peers sends 4 blocks in a round trip of 3.2 s, but at most 3 blocks .* Raise client.requestQueue, or/,
    ],
  },
  {
    what: 'a request window that is cut',
    change: { client: notWhole({ requestQueueMin: 1, requestQueueMax: 1 }) },
    warnings: [/^short request window: .* at most 1 block .* Raise client.requestQueueMax, or/],
  },
  {
    what: 'allocations twice in a round',
    change: { allocationIntervalMs: 7_500 },
    warnings: [],
  },
  {
    what: 'allocations less often',
    change: { allocationIntervalMs: 7_600 },
    warnings: [/^rare allocations: rates are allocated every 7.6 s, but chokers run every 15 s/],
  },
  {
    what: 'a file that takes less than ten allocation intervals',
    change: { pieceBits: 1_000 },
    warnings: [/^rare allocations: the file takes 1 s at best, less than ten of the 1 s/],
  },
  {
    what: 'a peer that snubs before an answer can come',
    change: { client: { ...LIBTORRENT, requestTimeoutMs: 1_600 } },
    warnings: [/^early timeouts: a peer gives up on another after 1.6 s .* may take 1.6 s/],
  },
  {
    what: 'one that waits for it',
    change: { client: { ...LIBTORRENT, requestTimeoutMs: 1_601 } },
    warnings: [],
  },
] satisfies { what: string; change: Partial<Swarm>; warnings: RegExp[] }[])(
  '$what: $warnings',
  ({ change, warnings }) => {
    const found = modelWarningsOf({ ...PLAIN, ...change }).map(
      ({ kind, text }) => `${kind}: ${text}`,
    );
    expect(found).toEqual(warnings.map((each) => expect.stringMatching(each) as unknown));
  },
);

function notWhole(client: Partial<Swarm['client']>): Swarm['client'] {
  return { ...LIBTORRENT, wholePieceMs: 0, ...client };
}

test('a run warns of each before it starts', async () => {
  const warnings: string[] = [];
  const swarm = swarmOf({ peers: 3, file: { pieces: 2 } });
  const onWarning = (warning: string) => warnings.push(warning);
  await simulate(swarm, { seed: 1, workers: 1, onWarning });
  expect(warnings).toEqual(modelWarningsOf(swarm).map(({ text }) => text));
  expect(warnings).toHaveLength(2);
});
