/** How a run ends before its time; the message of each is complete. */

/** The user stopped the command. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The run failed: because of a bug, too little memory, or a stalled swarm. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed';
}
