/**
 * Compares the tables of a swarm in which peers come and go with what a plain model says: rows,
 * connections, what is announced and by how many, requests, interest and slots.
 *
 * What one peer does, another learns after the latency. So the model doubts first: what may be so
 * for a moment is a mistake only if it is still so at a later instant.
 */

import type { BlockIndex, Connection, PeerId, PieceIndex } from '@cachetorrent/protocol';
import { assert } from '@cachetorrent/std';

import { subTorrentRange } from '../../src/swarm/nodes/sub-torrents.ts';
import { CONNECTION_TIMEOUT_MS } from '../../src/swarm/transport/borders.ts';
import type { AsReport } from '../../src/swarm/results/observations.ts';
import { LATENCY_MAX_MS, type Present, type WatchedSwarm } from './watched-swarm.ts';

/** The flags of a connection (`connection-flags.ts` of the protocol). */
const [MAY_UPLOAD, AM_CHOKING, PEER_INTERESTED, PEER_CHOKING, AM_INTERESTED] = [1, 8, 16, 32, 64];

/** The other end of a connection, where it is there. */
interface OtherEnd {
  readonly present: Present;
  readonly connection: Connection;
}

export class PlainModel {
  /** How much has been compared. */
  connections = 0;
  holders = 0;
  /** For each doubt, since when it lasts. */
  #doubts = new Map<string, number>();
  #doubtsBefore = new Map<string, number>();
  #swarm: WatchedSwarm | undefined;
  #atMs = 0;

  /** Compares all peers that are there at an instant. */
  compare(swarm: WatchedSwarm, atMs: number): void {
    this.#swarm = swarm;
    this.#atMs = atMs;
    this.#doubtsBefore = this.#doubts;
    this.#doubts = new Map();
    this.#compareRows();
    for (const present of swarm.present.values()) present.peer.countInterest(); // Due haves.
    for (const present of swarm.present.values()) this.#comparePeer(present);
  }

  /** Nobody but the tracker is there any more: nothing is left in tables and reports. */
  compareEmpty(swarm: WatchedSwarm, reports: readonly AsReport[]): void {
    for (const { sources, population } of reports) {
      assert(
        sources.every((count) => count === 0),
        'nobody is a source of pieces',
      );
      assert(population.leechersAtEnd + population.seedsAtEnd === 0, 'nobody is counted');
    }
    for (const system of swarm.systems) {
      const { endpoints } = system.transport;
      const { tables } = endpoints;
      const { flags, downloadState, remote, announced, availability, requestable, lacked } = tables;
      const columns = {
        flags,
        downloadState,
        remote,
        announced,
        availability,
        requestable,
        lacked,
      };
      for (const [name, column] of Object.entries(columns)) {
        assert(
          (column as Uint8Array).every((value) => value === 0),
          `${name} is empty`,
        );
      }
      for (let row = 0; row < tables.firstConnection.length; row++) {
        assert(endpoints.subscriberCount(row) === 0, 'nobody has subscribers');
        assert(tables.usedCounterBits[row] === 0, 'nothing is counted');
        for (let piece = 0 as PieceIndex; piece < swarm.plan.swarm.pieces; piece++) {
          assert(!tables.isStored(row, piece), 'nothing is stored');
        }
      }
    }
  }

  /** Something may be so for a moment. */
  #doubt(what: string, forMs = 2 * LATENCY_MAX_MS): void {
    const sinceMs = this.#doubtsBefore.get(what) ?? this.#atMs;
    assert(this.#atMs - sinceMs <= forMs, `${what}, since ${sinceMs} ms, at ${this.#atMs} ms`);
    this.#doubts.set(what, sinceMs);
  }

  /** Peers of an AS have rows of their own. */
  #compareRows(): void {
    const rows = new Set<string>();
    for (const { hosted, system } of this.#swarm!.present.values()) {
      const row = `${system.asId}/${hosted.row}`;
      assert(!rows.has(row), `two peers have row ${row}`);
      rows.add(row);
    }
  }

  #comparePeer(present: Present): void {
    const { peer, hosted, system } = present;
    const { endpoints } = system.transport;
    const remotes = new Set<PeerId>();
    let subscribers = 0;
    for (let connection = 0 as Connection; connection < peer.connectionCount; connection++) {
      if (!peer.isOpen(connection)) {
        this.#compareClosed(present, connection);
        continue;
      }
      this.connections++;
      const remote = peer.remoteOf(connection);
      assert(!remotes.has(remote), `${hosted.id} has two connections to ${remote}`);
      remotes.add(remote);
      const isEstablished = endpoints.isEstablished(hosted.row, connection);
      if (isEstablished && peer.announcesOn(connection)) subscribers++;
      this.#compareOpen(present, connection, isEstablished);
    }
    assert(endpoints.subscriberCount(hosted.row) === subscribers, `subscribers of ${hosted.id}`);
    this.#compareHolders(present);
    if (this.#swarm!.plan.swarm.quirks.wholePieces) return;
    this.#compareRequests(present);
    this.#compareSlots(present);
  }

  #compareClosed({ hosted, system }: Present, connection: Connection): void {
    const { tables } = system.transport.endpoints;
    const { row, id } = hosted;
    const at = tables.firstConnection[row]! + connection;
    const start = at * tables.pieceWords;
    const announced = tables.announced.subarray(start, start + tables.pieceWords);
    assert(
      announced.every((word) => word === 0),
      `what a closed connection of ${id} announces`,
    );
    const queued =
      tables.requests.lengthOf(row, connection) + tables.queued.lengthOf(row, connection);
    assert(queued === 0, `blocks on a closed connection of ${id}`);
  }

  #compareOpen(present: Present, connection: Connection, isEstablished: boolean): void {
    const { peer, hosted, openedAtMs } = present;
    const remote = peer.remoteOf(connection);
    const name = `connection of ${hosted.id} to ${remote}`;
    const gone = this.#swarm!.gone.get(remote);
    if (gone !== undefined) {
      const forMs = gone.isCrash ? CONNECTION_TIMEOUT_MS : 0;
      const sinceMs = Math.max(gone.atMs, openedAtMs[connection]!);
      const isNew = this.#atMs - sinceMs <= forMs + 2 * LATENCY_MAX_MS;
      assert(isNew, `${name}, who left at ${gone.atMs} ms, at ${this.#atMs} ms`);
      return;
    }
    if (!isEstablished) return this.#doubt(`${name} is not answered`, 5 * LATENCY_MAX_MS);
    const other = this.#otherEnd(present, connection);
    if (other === undefined) this.#doubt(`${name} is not open on the other side`);
    else this.#compareEnds(present, connection, other, name);
  }

  /** The other end of a connection, if both ends agree. */
  #otherEnd({ peer, hosted, system }: Present, connection: Connection): OtherEnd | undefined {
    const { endpoints } = system.transport;
    const present = this.#swarm!.peerOf(peer.remoteOf(connection), hosted.subTorrent);
    if (present === undefined) return undefined;
    const there = endpoints.remoteConnection(hosted.row, connection) as Connection;
    if (!present.peer.isOpen(there) || present.peer.remoteOf(there) !== hosted.id) return undefined;
    const back = present.system.transport.endpoints.remoteConnection(present.hosted.row, there);
    return back === connection ? { present, connection: there } : undefined;
  }

  #compareEnds(here: Present, connection: Connection, there: OtherEnd, name: string): void {
    const flags = flagsOf(here, connection);
    const flagsThere = flagsOf(there.present, there.connection);
    if ((flagsThere & MAY_UPLOAD) !== 0) {
      const isInterested = (flags & AM_INTERESTED) !== 0;
      const isHeard = (flagsThere & PEER_INTERESTED) !== 0;
      if (isInterested !== isHeard) this.#doubt(`${name}: interest is not heard`);
    }
    const isChoked = (flags & PEER_CHOKING) !== 0;
    const chokes = (flagsThere & AM_CHOKING) !== 0;
    // A choke may wait for the block that is being sent.
    if (isChoked !== chokes) this.#doubt(`${name}: a choke is not heard`, 20_000);
    this.#compareHeld(here, connection, there, name);
    if (this.#swarm!.plan.swarm.quirks.wholePieces) return;
    const isLacking = here.peer.isLackingFrom(connection);
    if (isLacking !== ((flags & AM_INTERESTED) !== 0)) this.#doubt(`${name}: interest`);
  }

  /** What is announced is held; what is held and lacked is announced. */
  #compareHeld(here: Present, connection: Connection, there: OtherEnd, name: string): void {
    const { peer, hosted, system } = here;
    const { tables } = system.transport.endpoints;
    const other = there.present.peer;
    if (other.isSuperSeed) return;
    const hears = peer.mayDownloadOn(connection) && other.announcesOn(there.connection);
    const relays = this.#swarm!.plan.swarm.leaderPercent !== undefined;
    for (let piece = 0 as PieceIndex; piece < this.#piecesOf(here); piece++) {
      const isAnnounced = tables.hasAnnounced(hosted.row, connection, piece);
      const isHeld = other.hasPiece(piece);
      // A leader announces to its followers what it can get.
      if (isAnnounced && !isHeld && !relays) assert(false, `${name}: ${piece} is not held`);
      if (!isAnnounced && isHeld && hears && !peer.hasPiece(piece)) {
        this.#doubt(`${name}: ${piece} is not announced`);
      }
    }
  }

  /** The counters say of each piece how many open connections have announced it. */
  #compareHolders(present: Present): void {
    const { peer, hosted, system } = present;
    const { tables } = system.transport.endpoints;
    const { counterBits, availability } = tables;
    const start = tables.availabilityStart(hosted.row);
    for (let piece = 0 as PieceIndex; piece < this.#piecesOf(present); piece++) {
      let counted = 0;
      for (let bit = 0; bit < counterBits; bit++) {
        const word = availability[start + (piece >>> 5) * counterBits + bit]!;
        counted += ((word >>> (piece & 31)) & 1) << bit;
      }
      let holders = 0;
      for (let connection = 0 as Connection; connection < peer.connectionCount; connection++) {
        if (tables.hasAnnounced(hosted.row, connection, piece)) holders++;
      }
      assert(counted === holders, `${hosted.id} counts ${counted} holders, not ${holders}`);
      this.holders += holders;
    }
  }

  /** Requests are for what is announced and lacked; what is lacked is requestable or requested. */
  #compareRequests(present: Present): void {
    const { peer, hosted, system } = present;
    const { tables } = system.transport.endpoints;
    const { row, id } = hosted;
    const { blocksPerPiece } = this.#swarm!.plan.blockLayout;
    const open = connectionsOf(present);
    for (let piece = 0 as PieceIndex; piece < this.#piecesOf(present); piece++) {
      const word = row * tables.pieceWords + (piece >>> 5);
      const isLacked = ((tables.lacked[word]! >>> (piece & 31)) & 1) === 1;
      const isRequestable = ((tables.requestable[word]! >>> (piece & 31)) & 1) === 1;
      assert(isLacked !== peer.hasPiece(piece), `piece ${piece} of ${id} is lacked or stored`);
      assert(isLacked || !isRequestable, `piece ${piece} of ${id} is stored and requestable`);
      const first = (piece * blocksPerPiece) as BlockIndex;
      const on = open.filter(
        (connection) => tables.requests.countOf(row, connection, first, blocksPerPiece) > 0,
      );
      for (const connection of isLacked ? on : []) {
        const isKnown = tables.hasAnnounced(row, connection, piece);
        assert(isKnown, `${id} requests ${piece} of ${peer.remoteOf(connection)}`);
      }
      const isRequested = peer.isRequested(piece);
      assert(!isLacked || isRequestable || isRequested, `nobody sends ${piece} to ${id}`);
      assert(!isLacked || isRequested === on.length > 0, `requests of ${id} for ${piece}`);
    }
    for (const connection of open) {
      if (tables.queued.lengthOf(row, connection) === 0) continue;
      const piece = Math.floor(tables.queued.first(row, connection) / blocksPerPiece);
      assert(peer.hasPiece(piece as PieceIndex), `${id} is to send ${piece}, which it lacks`);
    }
  }

  /** No more are unchoked than there are slots, and nobody waits while one is free. */
  #compareSlots(present: Present): void {
    const { uploadSlots, optimisticSlots, rechokeIntervalMs, client } = this.#swarm!.plan.swarm;
    const { hosted } = present;
    const flags = connectionsOf(present).map((connection) => flagsOf(present, connection));
    const unchoked = flags.filter((each) => (each & AM_CHOKING) === 0).length;
    const slots = uploadSlots + optimisticSlots;
    assert(unchoked <= slots, `${hosted.id} unchokes ${unchoked} with ${slots} slots`);
    const isWaiting = (each: number): boolean =>
      (each & MAY_UPLOAD) !== 0 && (each & AM_CHOKING) !== 0 && (each & PEER_INTERESTED) !== 0;
    if (unchoked === slots || !flags.some(isWaiting)) return;
    const isGivenAtOnce = client.freeSlots === 'at-once';
    this.#doubt(`${hosted.id} has a free slot`, isGivenAtOnce ? 5_000 : 2 * rechokeIntervalMs);
  }

  #piecesOf({ hosted }: Present): number {
    return subTorrentRange(this.#swarm!.plan.swarm, hosted.subTorrent).pieces;
  }
}

function flagsOf({ hosted, system }: Present, connection: Connection): number {
  const { flags, firstConnection } = system.transport.endpoints.tables;
  return flags[firstConnection[hosted.row]! + connection]!;
}

/** The open connections of a peer. */
function connectionsOf({ peer }: Present): readonly Connection[] {
  const all = Array.from({ length: peer.connectionCount }, (_, number) => number as Connection);
  return all.filter((connection) => peer.isOpen(connection));
}
