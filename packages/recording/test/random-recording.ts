/** Recordings of random changes in a swarm of two sub-torrents, beside a plain model of it. */

import type { Random } from '@cachetorrent/std';

import {
  type Chunk,
  type ChunkEncoder,
  ChunkEncoder as Encoder,
  type RecordingHeader,
} from '../src/index.ts';
import { END, frame, HEADER, part, PARTS } from './small-recording.ts';

export const PEERS = 12;
export const AS_COUNT = 3;
export const SUB_TORRENTS = 2;
export const RANDOM_HEADER: RecordingHeader = {
  ...HEADER,
  subTorrents: SUB_TORRENTS,
  as: { name: ['a', 'b', 'c'], parent: [-1, -1, -1], landmarks: [], latencyMs: [] },
  peers: {
    as: Array.from({ length: PEERS + 1 }, (_, id) => id % AS_COUNT),
    class: Array(PEERS + 1).fill(0),
    uploadKbps: Array(PEERS + 1).fill(1),
    downloadKbps: Array(PEERS + 1).fill(1),
    arrivesAtMs: Array(PEERS + 1).fill(0),
  },
};

/** A swarm as objects and sets. */
export class PlainSwarm {
  readonly present = new Map<number, { started: boolean; complete: boolean }>();
  readonly pieces = new Map<number, Set<number>>();
  readonly connections = new Map<string, { mayDownload: boolean; unchoked: boolean }>();
  readonly roles = new Map<string, string>();
  readonly flows = new Map<string, { from: number; to: number; code: number }>();

  copies(piece: number): number {
    return [...this.present].filter(
      ([id, { started }]) => started && this.pieces.get(id)!.has(piece),
    ).length;
  }
}

/** What happens in a frame: random changes, in the plain model and as chunks. */
function randomFrame(plain: PlainSwarm, random: Random, number: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let as = 0; as < AS_COUNT; as++) {
    const encoder = new Encoder();
    encoder.begin(number * 1_000);
    let atMs = number * 1_000;
    for (let n = random.below(25); n > 0; n--) {
      atMs = Math.min(atMs + random.below(50), number * 1_000 + 999);
      change(plain, random, as, encoder, atMs);
    }
    if (!encoder.isEmpty) chunks.push({ as, bytes: encoder.take() });
  }
  return chunks;
}

function change(
  plain: PlainSwarm,
  random: Random,
  as: number,
  encoder: ChunkEncoder,
  atMs: number,
): void {
  const ids = Array.from({ length: PEERS + 1 }, (_, id) => id).filter((id) => id % AS_COUNT === as);
  const localNode = random.below(ids.length);
  const id = ids[localNode]!;
  if (id === 0) return;
  const sub = random.below(SUB_TORRENTS);
  const localPeer = localNode * SUB_TORRENTS + sub;
  const remote = 1 + random.below(PEERS);
  const there = plain.present.get(id);
  if (there === undefined) {
    const complete = random.below(4) === 0;
    plain.present.set(id, { started: false, complete });
    return encoder.arrived(atMs, localNode, 0, complete);
  }
  if (!there.started) {
    there.started = true;
    const kept = plain.pieces.get(id);
    const holdings = there.complete
      ? 'all'
      : kept === undefined || kept.size === 10
        ? 'none'
        : 'kept';
    if (holdings === 'all') plain.pieces.set(id, new Set(Array.from({ length: 10 }, (_, i) => i)));
    if (holdings === 'none') plain.pieces.set(id, new Set());
    return encoder.started(atMs, localNode, holdings);
  }
  const key = `${id} ${sub} ${remote}`;
  switch (random.below(9)) {
    case 0: {
      if (random.below(3) > 0) return;
      plain.present.delete(id);
      for (const each of plain.connections.keys()) {
        if (each.startsWith(`${id} `)) plain.connections.delete(each);
      }
      for (let each = 0; each < SUB_TORRENTS; each++) plain.roles.delete(`${id} ${each}`);
      return encoder.left(atMs, localNode, 'aborted');
    }
    case 1: {
      const mayDownload = random.below(2) === 0;
      const unchoked = plain.connections.get(key)?.unchoked ?? false;
      plain.connections.set(key, { mayDownload, unchoked });
      return encoder.connected(atMs, localPeer, remote, mayDownload);
    }
    case 2:
      plain.connections.delete(key);
      return encoder.disconnected(atMs, localPeer, remote);
    case 3: {
      const unchoked = random.below(2) === 0;
      const connection = plain.connections.get(key);
      if (connection !== undefined) connection.unchoked = unchoked;
      return encoder.unchoked(atMs, localPeer, remote, unchoked);
    }
    case 4: {
      const role = (['peer', 'leader', 'follower'] as const)[random.below(3)]!;
      plain.roles.set(`${id} ${sub}`, role);
      return encoder.role(atMs, localPeer, role, [remote]);
    }
    case 5: {
      let flow = 0;
      while (plain.flows.has(`${as} ${flow}`)) flow++;
      plain.flows.set(`${as} ${flow}`, { from: id, to: remote, code: 0 });
      return encoder.flowOpened(atMs, flow, localPeer, remote);
    }
    case 6: {
      const own = [...plain.flows].filter(([name]) => name.startsWith(`${as} `));
      if (own.length === 0) return;
      const [name, flow] = own[random.below(own.length)]!;
      const delta = random.below(300) - Math.min(flow.code, 150);
      flow.code += delta;
      const number = Number(name.split(' ')[1]);
      return encoder.rates(atMs, Int32Array.of(number), Int32Array.of(delta), 1);
    }
    case 7: {
      const own = [...plain.flows.keys()].filter((name) => name.startsWith(`${as} `));
      if (own.length === 0) return;
      const name = own[random.below(own.length)]!;
      plain.flows.delete(name);
      return encoder.flowClosed(atMs, Number(name.split(' ')[1]));
    }
    default: {
      const held = plain.pieces.get(id)!;
      const piece = random.below(10);
      if (held.has(piece)) return;
      held.add(piece);
      if (held.size === 10) there.complete = true;
      return encoder.stored(atMs, localNode, piece, remote);
    }
  }
}

/** A recording of so many frames, its parts, and the plain model at the end of each frame. */
export function randomRecording(random: Random, frames: number) {
  const plain = new PlainSwarm();
  const plains: PlainSwarm[] = [];
  const parts: Uint8Array[] = [
    Buffer.concat([PARTS[0]!.subarray(0, 12), part('header', RANDOM_HEADER)]),
  ];
  for (let number = 0; number < frames; number++) {
    parts.push(frame(number, randomFrame(plain, random, number)));
    plains.push(structuredClone(plain) as PlainSwarm);
    Object.setPrototypeOf(plains.at(-1), PlainSwarm.prototype);
  }
  parts.push(part('end', { ...END, endMs: frames * RANDOM_HEADER.frameMs }));
  return { bytes: Buffer.concat(parts), parts, plains };
}
