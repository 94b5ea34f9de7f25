/**
 * Endpoints, as an address in text and a port, and in the compact form of BEP 23 and BEP 7: the
 * bytes of the address, then the port in two bytes.
 *
 *     10.0.0.2:6881   0a000002 1ae1
 */

/** An IP address and a port. */
export interface Endpoint {
  /** An IP address in text: `10.0.0.2`, `2001:db8::1`. Not a host name. */
  readonly host: string;
  /** The port, 1 to 65535. */
  readonly port: number;
}

/** The size of a compact endpoint in bytes, for IPv4 (BEP 23) and IPv6 (BEP 7). */
export const COMPACT_BYTES = { ipv4: 6, ipv6: 18 } as const;

/** Returns the 4 or 16 bytes of an address in text; undefined if `host` is not an address. */
export function parseAddress(host: string): Uint8Array | undefined {
  return host.includes(':') ? parseIpv6(host) : parseIpv4(host);
}

/** Returns the text of an address of 4 or 16 bytes (RFC 5952); IPv4-mapped ones as IPv4. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every((b) => b === 0)) {
    return bytes.subarray(12).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  const { start, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** Returns 6 bytes for IPv4, 18 for IPv6; undefined if the host is not an address. */
export function encodeEndpoint({ host, port }: Endpoint): Uint8Array | undefined {
  const address = parseAddress(host);
  if (address === undefined) return undefined;
  const bytes = new Uint8Array(address.length + 2);
  bytes.set(address);
  bytes[address.length] = port >> 8;
  bytes[address.length + 1] = port;
  return bytes;
}

/** Returns undefined if `bytes` has not 6 or 18 bytes, or the port is 0. */
export function decodeEndpoint(bytes: Uint8Array): Endpoint | undefined {
  const addressBytes = bytes.length - 2;
  if (addressBytes !== 4 && addressBytes !== 16) return undefined;
  const port = (bytes[addressBytes]! << 8) | bytes[addressBytes + 1]!;
  if (port === 0) return undefined;
  return { host: formatAddress(bytes.subarray(0, addressBytes)), port };
}

/** Returns two compact lists: the endpoints with IPv4 addresses, and those with IPv6. */
export function encodeEndpoints(endpoints: readonly Endpoint[]): {
  readonly ipv4: Uint8Array;
  readonly ipv6: Uint8Array;
} {
  const compact = endpoints.map(encodeEndpoint).filter((bytes) => bytes !== undefined);
  const join = (size: number): Uint8Array =>
    Uint8Array.from(compact.filter(({ length }) => length === size).flatMap((bytes) => [...bytes]));
  return { ipv4: join(COMPACT_BYTES.ipv4), ipv6: join(COMPACT_BYTES.ipv6) };
}

/**
 * Returns the endpoints of a compact list, each of `size` bytes: undefined in place of an endpoint
 * with port 0; undefined if the number of bytes is not a multiple of `size`.
 */
export function decodeEndpoints(
  bytes: Uint8Array,
  size: number,
): (Endpoint | undefined)[] | undefined {
  if (bytes.length % size !== 0) return undefined;
  return Array.from({ length: bytes.length / size }, (_, i) =>
    decodeEndpoint(bytes.subarray(i * size, (i + 1) * size)),
  );
}

function parseIpv4(host: string): Uint8Array | undefined {
  const parts = host.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte < 256) ? Uint8Array.from(bytes) : undefined;
}

function parseIpv6(host: string): Uint8Array | undefined {
  const [head = '', tail, more] = host.replace(/%.*$/, '').split('::');
  if (more !== undefined) return undefined;
  const before = parseGroups(head);
  const after = parseGroups(tail ?? '');
  if (before === undefined || after === undefined) return undefined;
  const zeros = 16 - before.length - after.length;
  if (tail === undefined ? zeros !== 0 : zeros < 2) return undefined;
  return Uint8Array.from([...before, ...new Array<number>(zeros).fill(0), ...after]);
}

/** Returns the bytes of groups separated by colons; the last may be an IPv4 address. */
function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    if (i === groups.length - 1 && group.includes('.')) {
      const ipv4 = parseIpv4(group);
      if (ipv4 === undefined) return undefined;
      bytes.push(...ipv4);
    } else {
      if (!/^[\da-f]{1,4}$/i.test(group)) return undefined;
      const number = Number.parseInt(group, 16);
      bytes.push(number >> 8, number & 0xff);
    }
  }
  return bytes;
}

/** Returns the longest run of zeros; the first of several. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
