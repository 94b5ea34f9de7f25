/** Which addresses count as one host where the number of something per host is limited. */

import { parseAddress } from '@cachetorrent/protocol/wire';

/**
 * Returns a name for the block of addresses that one host commands: an IPv4 address, or the 64 bits
 * of the subnet of an IPv6 address, in which a host may choose any address (RFC 4291).
 */
export function addressBlock(host: string): string {
  const bytes = parseAddress(host);
  return bytes?.length === 16 ? Buffer.from(bytes.subarray(0, 8)).toString('hex') : host;
}
