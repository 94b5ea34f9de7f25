/** The version of this package, in the forms in which a client identifies itself to others. */

import { readFileSync } from 'node:fs';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { readonly version: string };

/** The client's name and version, for the extended handshake (BEP 10). */
export const CLIENT_NAME: string = `CacheTorrent ${version}`;

/** The first eight bytes of our peer ids. */
export const PEER_ID_PREFIX: string = peerIdPrefix(version);

/**
 * Returns the peer id prefix of a version, in Azureus style: `-CX`, four characters for the
 * version, `-` (BEP 20). The code CX is not assigned in BEP 20, nor known to libtorrent,
 * Transmission or Azureus. Each number of the version is one character in base 36; the fourth
 * character is 0, as our versions have three numbers. A number over 35 becomes Z.
 */
export function peerIdPrefix(version: string): string {
  const numbers = version.split('-', 1)[0]!.split('.').map(Number);
  const digits = numbers.map((number) => Math.min(number, 35).toString(36).toUpperCase());
  return `-CX${digits.join('').padEnd(4, '0').slice(0, 4)}-`;
}
