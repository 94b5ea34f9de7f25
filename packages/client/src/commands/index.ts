/**
 * The commands of the client for a command line. This entry does not load the client itself: a
 * command line with other commands, too, starts without it.
 */

export { ClientError, type ClientErrorDetails, Stopped, StorageFailure } from '../errors.ts';
export { addClientCommands } from './add-commands.ts';
export type { CommandEnvironment } from './environment.ts';
export type { GetOptions } from './get.ts';
export type { SeedOptions } from './seed.ts';
export type { TrackOptions } from './track.ts';
export type { CommonOptions } from './transfer-options.ts';
