/**
 * The scrape of an HTTP tracker (BEP 48): a query that names torrents, and how many peers each has.
 *
 *     scrape?info_hash=…&info_hash=…      d5:filesd20:…d8:completei5e10:downloadedi50e…eee
 */

import { type BencodeInput, encodeBencode } from '../codec/bencode.ts';
import { INFO_HASH_BYTES } from '../codec/handshake.ts';
import { percentDecode, queryValues } from './query-string.ts';

/** How many peers a torrent has, as a tracker counts them. */
export interface ScrapeCounts {
  /** The number of seeds (`complete`). */
  readonly seeds: number;
  /** The number of peers that lack pieces (`incomplete`). */
  readonly leechers: number;
  /** The number of peers among these that download, so are no partial seeds (BEP 21). */
  readonly downloaders: number;
  /** The number of downloads that were completed (`downloaded`). */
  readonly completed: number;
}

/** Returns the info hashes in a query string; or a sentence that says what is wrong with it. */
export function parseScrapeQuery(query: string): readonly Uint8Array[] | string {
  const hashes = queryValues(query, 'info_hash').map(percentDecode);
  if (hashes.length === 0) return 'info_hash is missing: this tracker does not list all torrents';
  const valid = hashes.filter((hash) => hash?.length === INFO_HASH_BYTES);
  return valid.length < hashes.length ? 'info_hash must be 20 bytes' : (valid as Uint8Array[]);
}

/** Returns the bytes of the answer: the counts of each info hash. */
export function encodeScrapeResponse(
  files: readonly (readonly [infoHash: Uint8Array, counts: ScrapeCounts])[],
): Uint8Array {
  const byHash = new Map<string, BencodeInput>();
  for (const [infoHash, { seeds, leechers, downloaders, completed }] of files) {
    byHash.set(String.fromCharCode(...infoHash), {
      complete: seeds,
      incomplete: leechers,
      downloaders,
      downloaded: completed,
    });
  }
  return encodeBencode({ files: byHash });
}
