/** Creates a torrent from a file or a folder, with the library that webtorrent uses. */

import { promisify } from 'node:util';
import createTorrent, { type CreateTorrentOptions } from 'create-torrent';

import { ClientError } from '../errors.ts';

/** The options of a new torrent. */
export interface MakeTorrentOptions {
  /** The URLs of its trackers; may be empty. */
  readonly trackers: readonly string[];
  /** The bytes of a piece. Default: depends on the size of the content. */
  readonly pieceBytes?: number | undefined;
  /** Whether peers may come from these trackers only (BEP 27). Default: true. */
  readonly isPrivate?: boolean;
  /** Receives the progress while the content is hashed. */
  readonly onProgress?: (hashedBytes: number, totalBytes: number) => void;
}

/**
 * Returns the bytes of the `.torrent` file. The same content gives the same bytes.
 *
 * @throws ClientError if there is no file or folder at `path`.
 */
export async function makeTorrent(path: string, options: MakeTorrentOptions): Promise<Uint8Array> {
  const { trackers, pieceBytes, isPrivate = true, onProgress } = options;
  const create = promisify<string, CreateTorrentOptions, Uint8Array>(createTorrent);
  try {
    return await create(path, {
      announceList: trackers.map((tracker) => [tracker]),
      private: isPrivate,
      createdBy: 'CacheTorrent',
      // Not the current time, so that the same content gives the same torrent.
      creationDate: 0,
      ...(pieceBytes === undefined ? {} : { pieceLength: pieceBytes }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  } catch (error) {
    throw new ClientError(
      {
        at: path,
        problem: `cannot create a torrent from it (${(error as Error).message})`,
        fix: 'give the path of a file, or of a folder that contains files',
      },
      error,
    );
  }
}
