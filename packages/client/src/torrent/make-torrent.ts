/** Makes a torrent of a file or a folder, by the library that webtorrent uses. */

import { promisify } from 'node:util';
import createTorrent, { type CreateTorrentOptions } from 'create-torrent';

import { ClientError } from '../client-error.ts';

/** How a torrent is to be made. */
export interface MakeTorrentOptions {
  /** Addresses of its trackers. */
  readonly trackers: readonly string[];
  /** Bytes of a piece; chosen by size where absent. */
  readonly pieceBytes?: number | undefined;
  /** Peers only from these trackers (BEP 27). Default: yes. */
  readonly isPrivate?: boolean;
  /** Called while the content is hashed. */
  readonly onProgress?: (hashedBytes: number, totalBytes: number) => void;
}

/** The bytes of the `.torrent` file. Throws ClientError where there is nothing at `path`. */
export async function makeTorrent(path: string, options: MakeTorrentOptions): Promise<Uint8Array> {
  const { trackers, pieceBytes, isPrivate = true, onProgress } = options;
  const make = promisify<string, CreateTorrentOptions, Uint8Array>(createTorrent);
  try {
    return await make(path, {
      announceList: trackers.map((tracker) => [tracker]),
      private: isPrivate,
      createdBy: 'CacheTorrent',
      // Not the time: the same file makes the same torrent.
      creationDate: 0,
      ...(pieceBytes === undefined ? {} : { pieceLength: pieceBytes }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  } catch (error) {
    throw new ClientError(
      {
        at: path,
        problem: `no torrent can be made of it (${(error as Error).message})`,
        fix: 'give the path of a file, or of a folder with files in it',
      },
      error,
    );
  }
}
