/**
 * All peers that a tracker has registered, in all its swarms, with limits: a host can announce any
 * number of ports and torrents, true or invented ones.
 *
 * Whoever announces is registered, and where that exceeds a limit, another peer makes way: the one
 * that has been silent for longest among those to which the limit applies. So nobody is locked out
 * by peers that were invented, and a peer that was displaced returns with its next announce.
 */

import { type RecencyLinks, RecencyList } from '@cachetorrent/tracker';

/** The limits on registered peers; each is at least 1. */
export interface RegistrationLimits {
  /** Peers of one torrent at one address. Default: 40, so that they cannot fill an answer of 50. */
  readonly perTorrentAndAddress: number;
  /** Peers of all torrents at one address. Default: 1,000. */
  readonly perAddress: number;
  /**
   * Peers of all torrents and addresses. Default: 100,000, which take about 120 MB, or 470 MB if
   * each is alone in a torrent.
   */
  readonly all: number;
}

export const REGISTRATION_LIMITS: RegistrationLimits = {
  perTorrentAndAddress: 40,
  perAddress: 1_000,
  all: 100_000,
};

/** A registered peer. Its swarm, when told to, removes it here and in the swarm itself. */
export interface Registration extends RecencyLinks<Registration> {
  /** The block of its address: see `addressBlock`. */
  readonly address: string;
  readonly swarm: { remove(registration: Registration, nowMs: number): void };
  lastAnnounceMs: number;
}

/** The peers of one address. */
interface SameAddress {
  /** The one that has been silent for longest comes first. */
  readonly peers: Set<Registration>;
  /** The number of peers in each swarm. */
  readonly perTorrent: Map<Registration['swarm'], number>;
}

/** All peers that a tracker has registered. */
export class Registrations {
  readonly #limits: RegistrationLimits;
  readonly #byRecency = new RecencyList<Registration>();
  /** By block of addresses. */
  readonly #byAddress = new Map<string, SameAddress>();

  constructor(limits: Partial<RegistrationLimits> = {}) {
    this.#limits = { ...REGISTRATION_LIMITS, ...limits };
  }

  /** Adds a peer that its swarm has registered; removes another one if there are too many. */
  add(added: Registration): void {
    this.#byRecency.add(added);
    const { address } = added;
    const sameAddress = this.#byAddress.get(address) ?? { peers: new Set(), perTorrent: new Map() };
    this.#byAddress.set(address, sameAddress);
    const { peers, perTorrent } = sameAddress;
    peers.add(added);
    perTorrent.set(added.swarm, 1 + (perTorrent.get(added.swarm) ?? 0));

    const superfluous = this.#superfluous(added, sameAddress);
    superfluous?.swarm.remove(superfluous, added.lastAnnounceMs);
  }

  /** Notes that a peer has announced itself again. */
  touch(registration: Registration, nowMs: number): void {
    registration.lastAnnounceMs = nowMs;
    this.#byRecency.touch(registration);
    const { peers } = this.#byAddress.get(registration.address)!;
    peers.delete(registration);
    peers.add(registration);
  }

  /** Removes a peer that its swarm has removed. */
  remove(removed: Registration): void {
    this.#byRecency.remove(removed);
    const { peers, perTorrent } = this.#byAddress.get(removed.address)!;
    peers.delete(removed);
    const left = perTorrent.get(removed.swarm)! - 1;
    if (left > 0) perTorrent.set(removed.swarm, left);
    else perTorrent.delete(removed.swarm);
    if (peers.size === 0) this.#byAddress.delete(removed.address);
  }

  /** Removes the peers that have not announced themselves since a time. */
  removeSilent(sinceMs: number, nowMs: number): void {
    for (;;) {
      const { oldest } = this.#byRecency;
      if (oldest === undefined || oldest.lastAnnounceMs >= sinceMs) return;
      oldest.swarm.remove(oldest, nowMs);
    }
  }

  /** Returns the peer that makes way for a new one; undefined if there is room. */
  #superfluous(
    { swarm }: Registration,
    { peers, perTorrent }: SameAddress,
  ): Registration | undefined {
    const { perTorrentAndAddress, perAddress, all } = this.#limits;
    if (perTorrent.get(swarm)! > perTorrentAndAddress) {
      for (const peer of peers) if (peer.swarm === swarm) return peer;
    }
    if (peers.size > perAddress) return peers.values().next().value;
    return this.#byRecency.size > all ? this.#byRecency.oldest : undefined;
  }
}
