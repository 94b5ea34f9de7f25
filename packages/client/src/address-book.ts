/**
 * Who is who: the numbers by which our peer knows others, the addresses where they listen, and
 * the autonomous systems that the tracker says they are in.
 */

import type { PeerId } from '@cachetorrent/protocol';
import type { Endpoint } from '@cachetorrent/protocol/wire';

export class AddressBook {
  readonly #ids = new Map<string, PeerId>();
  /** By number; undefined for who has not said where it listens. */
  readonly #endpoints: (Endpoint | undefined)[] = [];
  /** Numbers of strangers that have left. */
  readonly #gone: PeerId[] = [];
  readonly #systems = new Map<string, number>();
  /** By host alone: for peers that came to us, and of whose port nobody knows. */
  readonly #systemsOfHosts = new Map<string, number>();

  /** The number of who listens there; a new one where it was not known. */
  idOf(endpoint: Endpoint): PeerId {
    const key = keyOf(endpoint);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = (this.#endpoints.push(endpoint) - 1) as PeerId;
    this.#ids.set(key, id);
    return id;
  }

  /** A number for somebody of whom nobody knows where it listens. */
  stranger(): PeerId {
    return this.#gone.pop() ?? ((this.#endpoints.push(undefined) - 1) as PeerId);
  }

  /** A stranger has left: its number goes to the next. */
  forget(stranger: PeerId): void {
    this.#gone.push(stranger);
  }

  endpointOf(id: PeerId): Endpoint | undefined {
    return this.#endpoints[id];
  }

  learnSystem(endpoint: Endpoint, system: number): void {
    this.#systems.set(keyOf(endpoint), system);
    this.#systemsOfHosts.set(endpoint.host, system);
  }

  /** The AS of who listens there, or of another at the same address; undefined where unknown. */
  systemOf(endpoint: Endpoint): number | undefined {
    return this.#systems.get(keyOf(endpoint)) ?? this.#systemsOfHosts.get(endpoint.host);
  }
}

export function keyOf({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
