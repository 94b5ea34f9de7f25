/** Which addresses count as one host where the number of something per host is limited. */

import { formatAddress, parseAddress } from '@cachetorrent/protocol/wire';

const SUBNET_BYTES = 8;

/**
 * Returns a name for the block of addresses that one host commands: an IPv4 address, or the 64 bits
 * of the subnet of an IPv6 address, in which a host may choose any address (RFC 4291).
 */
export function addressBlock(host: string): string {
  const bytes = parseAddress(host);
  const text = bytes === undefined ? host : formatAddress(bytes);
  // IPv4-mapped addresses have become IPv4: they would all be in one block.
  if (bytes === undefined || !text.includes(':')) return text;
  return Buffer.from(bytes.subarray(0, SUBNET_BYTES)).toString('hex');
}
