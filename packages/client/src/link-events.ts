/** What each event of a connection means to our peer. */

import type { PieceIndex } from '@cachetorrent/protocol';
import {
  type CacheTorrentMessage,
  METADATA_BLOCK_BYTES,
  type MetadataMessage,
  type SessionEvent,
} from '@cachetorrent/protocol/wire';

import type { Link } from './link.ts';
import type { Swarm } from './swarm.ts';

/** Time between two rounds of the choker that one connection is the reason for. */
const HURRY_MS = 500;

export function hear(swarm: Swarm, link: Link, event: SessionEvent): void {
  const { peer, receiver } = swarm;
  const { on, deliveries, fetches } = link;
  switch (event.type) {
    case 'choke':
      receiver.lose(link);
      return peer.choke(on);
    case 'unchoke':
      link.isSnubbing = false;
      return peer.unchoke(on);
    case 'interested':
      peer.interested(on);
      return hurry(swarm, link);
    case 'not-interested':
      return peer.notInterested(on);
    case 'have':
      link.relayed.delete(event.piece);
      peer.have(on, event.piece as PieceIndex);
      return swarm.dismiss(link);
    case 'bitfield':
      hearBitfield(swarm, link, event.bits);
      return swarm.dismiss(link);
    case 'dont-have':
      fetches.cancel(event.piece, link.connection.say);
      receiver.losePiece(link, event.piece);
      return peer.dontHave(on, event.piece as PieceIndex);
    case 'request':
      deliveries.add(event.piece, { begin: event.begin, length: event.length });
      return peer.request(on, event.piece as PieceIndex);
    case 'cancel':
      return deliveries.cancel(event.piece, { begin: event.begin, length: event.length });
    case 'piece':
      return hearBlock(swarm, link, event);
    case 'reject':
      if (fetches.has(event.piece)) swarm.refused(link, event.piece as PieceIndex);
      return;
    case 'cachetorrent':
      return hearCacheTorrent(swarm, link, event.message);
    case 'metadata':
      return hearMetadata(swarm, link, event.message);
    default:
      // Nothing that our peer would act upon: suggestions, allowances, ports, violations.
      return;
  }
}

/** Unchokes where nobody need wait for the next round; not each time that one changes its mind. */
function hurry(swarm: Swarm, link: Link): void {
  const nowMs = performance.now();
  if (nowMs < link.hurriedAtMs + HURRY_MS || !swarm.hasFreeSlots) return;
  link.hurriedAtMs = nowMs;
  swarm.rechoke();
}

function hearBitfield({ peer }: Swarm, { on, connection }: Link, bits: Uint8Array): void {
  const { pieceCount } = connection.session.state.layout;
  for (let piece = 0; piece < pieceCount; piece++) {
    if ((bits[piece >> 3]! & (0x80 >> (piece & 7))) !== 0) peer.have(on, piece as PieceIndex);
  }
}

function hearBlock(
  swarm: Swarm,
  link: Link,
  { piece, begin, block }: Extract<SessionEvent, { type: 'piece' }>,
): void {
  link.lastBlockMs = link.usedAtMs = performance.now();
  link.receivedBytes += block.length;
  swarm.receivedBytes += block.length;
  const { role, system } = swarm.role;
  if (role !== 'peer' && link.system !== system) swarm.importedBytes += block.length;
  swarm.receiver.block(link, piece, begin, block);
  swarm.forgive(link);
}

function hearCacheTorrent(swarm: Swarm, link: Link, message: CacheTorrentMessage): void {
  if (message.name === 'ct_leader_start') {
    // A leader serves its own system, and nobody else's errands.
    if (link.system !== swarm.role.system) return;
    swarm.peer.leaderStart(link.on, swarm.book.idOf(message.target));
  } else if (message.name === 'ct_have') {
    link.relayed.add(message.piece);
    swarm.peer.have(link.on, message.piece as PieceIndex);
  }
}

/** Gives the info dictionary to who came without it (BEP 9). */
function hearMetadata(swarm: Swarm, link: Link, message: MetadataMessage): void {
  if (message.kind !== 'request') return;
  const { block } = message;
  const { info } = swarm.options.torrent;
  const { connection } = link;
  if (connection.isCongested) return void connection.say.metadata({ kind: 'reject', block });
  const from = block * METADATA_BLOCK_BYTES;
  const bytes = info.subarray(from, from + METADATA_BLOCK_BYTES);
  connection.say.metadata({ kind: 'data', block, totalBytes: info.length, bytes });
}
