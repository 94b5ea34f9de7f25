/** A BitTorrent client with CacheTorrent on real sockets and files, and a tracker that elects. */

export { Client } from './client.ts';
export type { ClientOptions } from './client-options.ts';
export { ClientError, type ClientProblem, Stopped, StorageFailure } from './client-error.ts';
export { addClientCommands } from './commands/add-commands.ts';
export { get, type GetFlags } from './commands/get.ts';
export { seed, type SeedFlags } from './commands/seed.ts';
export type { CommandEnvironment } from './commands/surroundings.ts';
export { track, type TrackFlags } from './commands/track.ts';
export type { TransferFlags } from './commands/transfer-flags.ts';
export type { ClientStatus } from './status.ts';
export { findPieces } from './storage/check-pieces.ts';
export { FileStore, type FileStoreOptions } from './storage/file-store.ts';
export { makeTorrent, type MakeTorrentOptions } from './torrent/make-torrent.ts';
export { parseTorrentFile, readTorrent } from './torrent/read-torrent.ts';
export type { Torrent, TorrentFile } from './torrent/torrent.ts';
export { announce } from './trackers/announce.ts';
export { PrefixTable } from './trackers/prefix-table.ts';
export { type RegistryOptions, SwarmRegistry } from './trackers/swarm-registry.ts';
export { TrackerServer, type TrackerServerOptions } from './trackers/tracker-server.ts';
