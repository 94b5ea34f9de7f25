/**
 * A BitTorrent client with CacheTorrent, on real sockets and files, and a tracker that elects
 * leaders. The commands `seed`, `get` and `track` are in `@cachetorrent/client/commands`.
 */

export { Client } from './client/client.ts';
export type { ClientOptions } from './client/options.ts';
export type { ClientStatus } from './client/status.ts';
export { type CancelTimer, type Clock, SYSTEM_CLOCK } from './clock.ts';
export { ClientError, type ClientErrorDetails, StorageFailure } from './errors.ts';
export { findPieces } from './storage/check-pieces.ts';
export { FileStore, type FileStoreOptions } from './storage/file-store.ts';
export { makeTorrent, type MakeTorrentOptions } from './torrent/make-torrent.ts';
export { loadTorrent } from './torrent/load-torrent.ts';
export { parseTorrentFile, readTorrent } from './torrent/read-torrent.ts';
export type { Torrent, TorrentFile } from './torrent/torrent.ts';
export { announce, type AnnounceOptions } from './trackers/announce.ts';
export { PrefixTable } from './trackers/prefix-table.ts';
export { SwarmRegistry, type SwarmRegistryOptions } from './trackers/swarm-registry.ts';
export { TrackerServer, type TrackerServerOptions } from './trackers/tracker-server.ts';
