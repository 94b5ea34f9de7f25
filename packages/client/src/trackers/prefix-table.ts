/**
 * Maps addresses to autonomous systems by a table of prefixes: the longest matching prefix counts.
 *
 *     10.0.0.0/8    64512
 *     10.1.0.0/16   64513      # the longer prefix counts
 *     2001:db8::/32 64514
 *
 * There is a map for each prefix length, and the lengths are tried from the longest.
 */

import { formatAddress, parseAddress } from '@cachetorrent/protocol/wire';

import { ClientError } from '../errors.ts';

/** AS numbers have 32 bits (RFC 6793). */
const ASN_MAX = 2 ** 32 - 1;

/** Maps addresses to AS numbers by the longest matching prefix. */
export class PrefixTable {
  /** By address family and prefix length; then by the bytes of the prefix. */
  readonly #byLength = new Map<string, { bits: number; asns: Map<string, number> }>();
  /** The keys of `#byLength`, the longest prefix first. */
  #lengths: readonly string[] = [];

  /**
   * Parses a table: a prefix and an AS number on each line, such as `10.1.0.0/16 64513`. A `#`
   * begins a comment. `name` is the name of the table in error messages.
   *
   * @throws ClientError at the first invalid line.
   */
  static parse(text: string, name: string): PrefixTable {
    const table = new PrefixTable();
    for (const [i, line] of text.split('\n').entries()) {
      const [prefix, asn, ...more] = line.replace(/#.*/, '').trim().split(/\s+/);
      if (prefix === '' || prefix === undefined) continue;
      const number = Number((asn ?? '').replace(/^AS/i, ''));
      const isAsn = /^(AS)?\d+$/i.test(asn ?? '') && number <= ASN_MAX;
      if (!isAsn || more.length > 0 || !table.add(prefix, number)) {
        throw new ClientError({
          at: `${name}, line ${i + 1}`,
          problem: `"${line.trim()}" is not a prefix and an AS number`,
          fix: 'write lines like "10.1.0.0/16 64513"',
        });
      }
    }
    return table;
  }

  /** Adds a prefix such as `10.1.0.0/16`. Returns false if it is not a prefix. */
  add(prefix: string, asn: number): boolean {
    const [host = '', length = '', ...more] = prefix.split('/');
    const address = parseAddress(host);
    if (address === undefined || more.length > 0 || !/^\d{1,3}$/.test(length)) return false;
    const bits = Number(length);
    if (bits > 8 * address.length) return false;

    const key = `${address.length} ${String(bits).padStart(3, '0')}`;
    const entry = this.#byLength.get(key) ?? { bits, asns: new Map<string, number>() };
    entry.asns.set(maskedKey(address, bits), asn);
    this.#byLength.set(key, entry);
    this.#lengths = [...this.#byLength.keys()].sort().toReversed();
    return true;
  }

  /** Returns the AS number of an address; undefined if no prefix matches it. */
  asnOf(host: string): number | undefined {
    let address = parseAddress(host);
    if (address === undefined) return undefined;
    // A socket for both address families reports IPv4 addresses as IPv4-mapped IPv6 addresses.
    address = parseAddress(formatAddress(address))!;
    for (const key of this.#lengths) {
      if (!key.startsWith(`${address.length} `)) continue;
      const { bits, asns } = this.#byLength.get(key)!;
      const asn = asns.get(maskedKey(address, bits));
      if (asn !== undefined) return asn;
    }
    return undefined;
  }
}

/** Returns an address as a key of a map, with all but the first `bits` cleared. */
function maskedKey(address: Uint8Array, bits: number): string {
  const bytes = address.map((byte, i) => {
    const keptBits = Math.min(8, Math.max(0, bits - 8 * i));
    return byte & (0xff00 >> keptBits);
  });
  return Buffer.from(bytes).toString('latin1');
}
