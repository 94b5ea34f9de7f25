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
  /** The ids of peers without an endpoint that have left. */
  readonly #freeIds: PeerId[] = [];
  readonly #asns = new Map<string, number>();
  /** By host: for peers that connected to us, whose listening port is not known. */
  readonly #asnsByHost = new Map<string, number>();

  /** Returns the id of the peer that listens at `endpoint`; a new one if it is not known. */
  idOf(endpoint: Endpoint): PeerId {
    const key = formatEndpoint(endpoint);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = (this.#endpoints.push(endpoint) - 1) as PeerId;
    this.#ids.set(key, id);
    return id;
  }

  /** Returns an unused id for a peer whose endpoint is not known. */
  anonymousId(): PeerId {
    return this.#freeIds.pop() ?? ((this.#endpoints.push(undefined) - 1) as PeerId);
  }

  /** Frees the id of a peer without an endpoint that has left. */
  releaseId(anonymous: PeerId): void {
    this.#freeIds.push(anonymous);
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
}

/** Returns `host:port`, with an IPv6 address in brackets. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
