/**
 * Which autonomous system an address belongs to, by the longest prefix of a table that holds it.
 *
 *     10.0.0.0/8    64512
 *     10.1.0.0/16   64513      # the more specific one wins
 *     2001:db8::/32 64514
 *
 * For each length of prefix there is a map, and the lengths are tried from the longest.
 */

import { formatAddress, parseAddress } from '@cachetorrent/protocol/wire';

import { ClientError } from '../client-error.ts';

const SYSTEM_MAX = 2 ** 32 - 1;

/** Which autonomous system an address belongs to, by a table of prefixes. */
export class PrefixTable {
  /** By address family and length, the longest first; then by the bytes of the prefix. */
  readonly #byLength = new Map<string, { bits: number; systems: Map<string, number> }>();
  #lengths: readonly string[] = [];

  /** Reads the text above. Throws ClientError at the first line that makes no sense. */
  static parse(text: string, at: string): PrefixTable {
    const table = new PrefixTable();
    for (const [i, line] of text.split('\n').entries()) {
      const [prefix, system, ...more] = line.replace(/#.*/, '').trim().split(/\s+/);
      if (prefix === '' || prefix === undefined) continue;
      const number = Number((system ?? '').replace(/^AS/i, ''));
      const isSystem = /^(AS)?\d+$/i.test(system ?? '') && number <= SYSTEM_MAX;
      if (!isSystem || more.length > 0 || !table.add(prefix, number)) {
        throw new ClientError({
          at: `${at}, line ${i + 1}`,
          problem: `"${line.trim()}" is no prefix with the number of an autonomous system`,
          fix: 'write lines like "10.1.0.0/16 64513"',
        });
      }
    }
    return table;
  }

  /** `prefix` as `10.1.0.0/16`; returns false where it is none. */
  add(prefix: string, system: number): boolean {
    const [host = '', length = '', ...more] = prefix.split('/');
    const address = parseAddress(host);
    if (address === undefined || more.length > 0 || !/^\d{1,3}$/.test(length)) return false;
    const bits = Number(length);
    if (bits > 8 * address.length) return false;

    const key = `${address.length} ${String(bits).padStart(3, '0')}`;
    const entry = this.#byLength.get(key) ?? { bits, systems: new Map<string, number>() };
    entry.systems.set(masked(address, bits), system);
    this.#byLength.set(key, entry);
    this.#lengths = [...this.#byLength.keys()].sort().toReversed();
    return true;
  }

  /** Undefined where no prefix holds `host`, or it is no address. */
  systemOf(host: string): number | undefined {
    let address = parseAddress(host);
    if (address === undefined) return undefined;
    // A socket that takes both families shows IPv4 addresses in the clothes of IPv6.
    address = parseAddress(formatAddress(address))!;
    for (const key of this.#lengths) {
      if (!key.startsWith(`${address.length} `)) continue;
      const { bits, systems } = this.#byLength.get(key)!;
      const system = systems.get(masked(address, bits));
      if (system !== undefined) return system;
    }
    return undefined;
  }
}

/** The first `bits` of an address, the others cleared, as a key. */
function masked(address: Uint8Array, bits: number): string {
  const bytes = address.map((byte, i) => {
    const kept = Math.min(8, Math.max(0, bits - 8 * i));
    return byte & (0xff00 >> kept);
  });
  return Buffer.from(bytes).toString('latin1');
}
