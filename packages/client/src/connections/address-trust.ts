/**
 * The trust in the data of a peer, by its address. It outlives the connections: who has sent too
 * many broken pieces is not connected again, also if it hangs up before it is found out, comes from
 * another port, or has another peer id. libtorrent and the original client ban addresses, too.
 */

import { PieceTrust } from '@cachetorrent/protocol/wire';

import { addressBlock } from '../net/address-block.ts';

const ADDRESSES_MAX = 10_000;

/** The trust in the data of peers, by address; that of the oldest addresses is forgotten. */
export class AddressTrust {
  readonly #trusts = new Map<string, PieceTrust>();

  /** Returns the trust in an address, to be changed when its pieces are checked. */
  of(host: string): PieceTrust {
    const key = addressBlock(host);
    const trust = this.#trusts.get(key) ?? new PieceTrust();
    this.#trusts.delete(key);
    this.#trusts.set(key, trust);
    if (this.#trusts.size > ADDRESSES_MAX) this.#trusts.delete(this.#trusts.keys().next().value!);
    return trust;
  }

  /** Whether too many pieces from an address have failed their hash. */
  isBad(host: string): boolean {
    return this.#trusts.get(addressBlock(host))?.isBad === true;
  }
}
