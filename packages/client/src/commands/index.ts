/**
 * The commands, apart from what they do: a command line that has others too imports this, and
 * does not wait for a client that it may never need.
 */

export { ClientError, type ClientProblem, Stopped, StorageFailure } from '../client-error.ts';
export { addClientCommands } from './add-commands.ts';
export type { CommandEnvironment } from './surroundings.ts';
