/**
 * Maps addresses to autonomous systems by a table of prefixes: the longest matching prefix counts.
 *
 *     10.0.0.0/8    64512
 *     10.1.0.0/16   64513      # the longer prefix counts
 *     2001:db8::/32 64514
 *
 * CAIDA's prefix-to-AS files (`routeviews-prefix2as`) have the same in three columns. Where several
 * AS originate a prefix, they name all, the one that was seen most often first; that one counts.
 *
 *     1.0.4.0 22      38803_56203
 *
 * There is a map for each prefix length, and the lengths are tried from the longest.
 */

import { formatAddress, parseAddress } from '@cachetorrent/protocol/wire';

import { ClientError } from '../errors.ts';

/** AS numbers have 32 bits (RFC 6793). */
const ASN_MAX = 2 ** 32 - 1;
const FIX = 'write lines like "10.1.0.0/16 64513", or take a prefix-to-AS file of CAIDA';
/** The most characters of an invalid line that a message shows. */
const SHOWN_MAX = 60;

/** The prefixes of one length and address family. */
interface Prefixes {
  /** The bits of an address in this family. */
  readonly addressBits: number;
  readonly length: number;
  /** The AS number by the prefix as a number. */
  readonly asns: Map<bigint, number>;
}

/** Maps addresses to AS numbers by the longest matching prefix. */
export class PrefixTable {
  /** The longest first. */
  readonly #byLength: Prefixes[] = [];

  /**
   * Parses a table: a prefix and an AS number on each line, such as `10.1.0.0/16 64513`, or an
   * address, a prefix length and AS numbers, as in the files of CAIDA. A `#` begins a comment.
   * `name` is the name of the table in error messages.
   *
   * @throws ClientError at the first invalid line, or if there is no prefix.
   */
  static parse(text: string, name: string): PrefixTable {
    const table = new PrefixTable();
    let lineNumber = 0;
    for (const line of text.split('\n')) {
      lineNumber++;
      const [content = ''] = line.split('#', 1);
      const fields = content.trim().split(/\s+/);
      if (fields[0] === '') continue;
      const asn = originOf(fields.pop()!);
      if (asn === undefined || fields.length > 2 || !table.add(fields.join('/'), asn)) {
        throw new ClientError({
          at: `${name}, line ${lineNumber}`,
          problem: `${shown(line.trim())} is not a prefix and an AS number`,
          fix: FIX,
        });
      }
    }
    if (table.#byLength.length === 0) {
      throw new ClientError({ at: name, problem: 'has no prefixes', fix: FIX });
    }
    return table;
  }

  /** Adds a prefix such as `10.1.0.0/16`. Returns false if it is not a prefix. */
  add(prefix: string, asn: number): boolean {
    const [host = '', length = '', ...more] = prefix.split('/');
    const address = parseAddress(host);
    if (address === undefined || more.length > 0 || !/^\d{1,3}$/.test(length)) return false;
    const addressBits = 8 * address.length;
    const bits = Number(length);
    if (bits > addressBits) return false;
    this.#prefixes(addressBits, bits).asns.set(
      numberOf(address) >> BigInt(addressBits - bits),
      asn,
    );
    return true;
  }

  /** Returns the AS number of an address; undefined if no prefix matches it. */
  asnOf(host: string): number | undefined {
    let address = parseAddress(host);
    if (address === undefined) return undefined;
    // A socket for both address families reports IPv4 addresses as IPv4-mapped IPv6 addresses.
    address = parseAddress(formatAddress(address))!;
    const number = numberOf(address);
    for (const { addressBits, length, asns } of this.#byLength) {
      if (addressBits !== 8 * address.length) continue;
      const asn = asns.get(number >> BigInt(addressBits - length));
      if (asn !== undefined) return asn;
    }
    return undefined;
  }

  #prefixes(addressBits: number, length: number): Prefixes {
    const known = this.#byLength.find(
      (prefixes) => prefixes.addressBits === addressBits && prefixes.length === length,
    );
    if (known !== undefined) return known;
    const prefixes = { addressBits, length, asns: new Map<bigint, number>() };
    this.#byLength.push(prefixes);
    this.#byLength.sort((a, b) => b.length - a.length);
    return prefixes;
  }
}

/**
 * Returns the first AS number in `64513`, `AS64513`, `64513_64514` (originated by both), or
 * `64513,64514` (a set of AS, RFC 4271), also in braces; undefined if it is none of these.
 */
function originOf(text: string): number | undefined {
  const asns = text.replace(/^\{(.*)\}$/, '$1').split(/[_,]/);
  if (!asns.every((asn) => /^(AS)?\d{1,10}$/i.test(asn))) return undefined;
  const numbers = asns.map((asn) => Number(asn.replace(/^AS/i, '')));
  return numbers.every((number) => number <= ASN_MAX) ? numbers[0] : undefined;
}

function numberOf(address: Uint8Array): bigint {
  const view = new DataView(address.buffer, address.byteOffset);
  if (address.length === 4) return BigInt(view.getUint32(0));
  return (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
}

function shown(line: string): string {
  return JSON.stringify(line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX)}…` : line);
}
