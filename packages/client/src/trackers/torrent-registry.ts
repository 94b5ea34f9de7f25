/**
 * What a tracker knows of all torrents: a state machine without sockets. A torrent is known as long
 * as it has a registered peer.
 */

import type { AnnounceRequest, AnnounceResponse, ScrapeCounts } from '@cachetorrent/protocol/wire';
import { silentSinceMs } from '@cachetorrent/tracker';

import { type RegistrationLimits, Registrations } from './registrations.ts';
import { SwarmRegistry, type SwarmRegistryOptions } from './swarm-registry.ts';

/** The options of a `TorrentRegistry`. */
export interface TorrentRegistryOptions extends SwarmRegistryOptions {
  /** The limits on registered peers. */
  readonly limits?: Partial<RegistrationLimits>;
}

const NO_PEERS: ScrapeCounts = { seeds: 0, leechers: 0, downloaders: 0, completed: 0 };

/** What a tracker knows of all torrents. */
export class TorrentRegistry {
  readonly #options: TorrentRegistryOptions;
  readonly #registrations: Registrations;
  /** By info hash, one character for each byte. */
  readonly #swarms = new Map<string, SwarmRegistry>();

  constructor(options: TorrentRegistryOptions) {
    this.#options = options;
    this.#registrations = new Registrations(options.limits);
  }

  /** The number of torrents. */
  get size(): number {
    return this.#swarms.size;
  }

  /** Registers the announce of a peer; see `SwarmRegistry.announce`. */
  announce(host: string, request: AnnounceRequest, nowMs: number): AnnounceResponse {
    const hash = keyOf(request.infoHash);
    const swarm = this.#swarms.get(hash) ?? this.#swarmOf(hash);
    const response = swarm.announce(host, request, nowMs);
    if (swarm.size > 0) this.#swarms.set(hash, swarm);
    return response;
  }

  /** Returns how many peers a torrent has; none if it is not known. */
  scrape(infoHash: Uint8Array, nowMs: number): ScrapeCounts {
    this.#registrations.removeSilent(silentSinceMs(this.#options.intervalS, nowMs), nowMs);
    return this.#swarms.get(keyOf(infoHash))?.counts ?? NO_PEERS;
  }

  #swarmOf(hash: string): SwarmRegistry {
    return new SwarmRegistry(this.#options, this.#registrations, () => this.#swarms.delete(hash));
  }
}

function keyOf(infoHash: Uint8Array): string {
  return Buffer.from(infoHash).toString('latin1');
}
