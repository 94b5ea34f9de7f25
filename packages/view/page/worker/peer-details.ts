/** All about a peer at a time. */

import type { SwarmState } from '@cachetorrent/recording';

import type { PeerDetails, PeerNeighbour } from '../scene.ts';

/** What is known of a peer. */
export function detailsOf(state: SwarmState, peer: number): PeerDetails {
  const { subTorrents } = state.header;
  return {
    peer,
    waitsFor: state.waitsFor(peer),
    isComplete: state.isComplete(peer),
    completedAtMs: state.completedAtMs(peer),
    stay: state.stayOf(peer),
    pieces: state.piecesHeldBy(peer),
    uploadKbps: state.uploadKbpsOf(peer),
    downloadKbps: state.downloadKbpsOf(peer),
    roles: Array.from({ length: subTorrents }, (_, sub) => ({
      role: state.roleOf(peer, sub),
      leaders: state.leadersOf(peer, sub),
    })),
    neighbours: neighboursOf(state, peer),
  };
}

function neighboursOf(state: SwarmState, peer: number): PeerNeighbour[] {
  const { header } = state;
  const { subTorrents } = header;
  const asOf = header.peers.as;
  const connections = Array.from({ length: subTorrents }, (_, sub) => [
    ...state.neighboursOf(peer, sub),
  ]);
  // Flows are kept by the AS of their sender.
  const senders = new Set([peer, ...connections.flat().map(({ remote }) => remote)]);
  const to = new Map<number, number>();
  const from = new Map<number, number>();
  for (const as of new Set([...senders].map((id) => asOf[id]!))) {
    state.forEachFlowFrom(as, (sender, receiver, sub, kbps) => {
      if (sender === peer) to.set(receiver * subTorrents + sub, kbps);
      if (receiver === peer) from.set(sender * subTorrents + sub, kbps);
    });
  }
  const neighbours = connections.flatMap((ofSub, sub) =>
    ofSub.map(
      ({ remote, mayDownload, isUnchoked }): PeerNeighbour => ({
        peer: remote,
        subTorrent: sub,
        mayDownload,
        isUnchoked,
        hasUnchokedUs: state.hasUnchoked(remote, peer, sub),
        toKbps: to.get(remote * subTorrents + sub) ?? 0,
        fromKbps: from.get(remote * subTorrents + sub) ?? 0,
      }),
    ),
  );
  return neighbours.sort(
    (a, b) =>
      b.toKbps - a.toKbps ||
      b.fromKbps - a.fromKbps ||
      a.peer - b.peer ||
      a.subTorrent - b.subTorrent,
  );
}
