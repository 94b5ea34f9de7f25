/**
 * The known peers: the ids by which our peer identifies them, the endpoints where they listen, and
 * the autonomous systems that the tracker has reported for them.
 */

import type { PeerId } from '@cachetorrent/protocol';
import type { Endpoint } from '@cachetorrent/protocol/wire';

/** Maps endpoints to peer ids and AS numbers. */
export class AddressBook {
  readonly #ids = new Map<string, PeerId>();
  /** By id; undefined for a peer whose endpoint is not known. */
  readonly #endpoints: (Endpoint | undefined)[] = [];
  /** The ids that only the peers themselves have given an endpoint: they end with a connection. */
  readonly #stated = new Set<PeerId>();
  readonly #freeIds: PeerId[] = [];
  readonly #asns = new Map<string, number>();
  /** By host: for peers that connected to us, whose listening port is not known. */
  readonly #asnsByHost = new Map<string, number>();

  /** Returns the id of the peer that listens at `endpoint`; a new one if it is not known. */
  idOf(endpoint: Endpoint): PeerId {
    const id = this.find(endpoint) ?? this.#add(endpoint);
    this.#stated.delete(id);
    return id;
  }

  /** Returns the id of the peer that listens at `endpoint`; undefined if it is not known. */
  find(endpoint: Endpoint): PeerId | undefined {
    return this.#ids.get(formatEndpoint(endpoint));
  }

  /**
   * Returns the id of a peer that has connected to us and says that it listens at `endpoint`.
   * Strangers may state any number of endpoints, so an id that is not used otherwise is not kept.
   */
  statedIdOf(endpoint: Endpoint): PeerId {
    const known = this.find(endpoint);
    if (known !== undefined) return known;
    const id = this.#add(endpoint);
    this.#stated.add(id);
    return id;
  }

  /** Returns an unused id for a peer whose endpoint is not known. */
  anonymousId(): PeerId {
    return this.#add(undefined);
  }

  /** Frees the id of a peer that has left, unless its endpoint is known from others. */
  releaseId(id: PeerId): void {
    const endpoint = this.#endpoints[id];
    if (endpoint !== undefined && !this.#stated.delete(id)) return;
    if (endpoint !== undefined) this.#ids.delete(formatEndpoint(endpoint));
    this.#endpoints[id] = undefined;
    this.#freeIds.push(id);
  }

  /** Returns where a peer listens; undefined if that is not known. */
  endpointOf(id: PeerId): Endpoint | undefined {
    return this.#endpoints[id];
  }

  setAsn(endpoint: Endpoint, asn: number): void {
    this.#asns.set(formatEndpoint(endpoint), asn);
    this.#asnsByHost.set(endpoint.host, asn);
  }

  /**
   * Returns the AS number of the peer that listens at `endpoint`, or of another at the same
   * address; undefined if none is known.
   */
  asnOf(endpoint: Endpoint): number | undefined {
    return this.#asns.get(formatEndpoint(endpoint)) ?? this.#asnsByHost.get(endpoint.host);
  }

  #add(endpoint: Endpoint | undefined): PeerId {
    const id = this.#freeIds.pop() ?? (this.#endpoints.length as PeerId);
    this.#endpoints[id] = endpoint;
    if (endpoint !== undefined) this.#ids.set(formatEndpoint(endpoint), id);
    return id;
  }
}

/** Returns `host:port`, with an IPv6 address in brackets. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
