/**
 * A stream: what every AS sends to the main thread in the course of a run, beside its report. It is
 * made of pages, which the main thread merges: a log of messages (`log/`), a recording
 * (`recording/`).
 *
 *     AS 0 ── PageSender ── pages ──▶ ┐
 *     AS 1 ── PageSender ── pages ──▶ ├ PageReceiver ──▶ merge ──▶ consumer
 *     AS 2 ── PageSender ── pages ──▶ ┘
 *
 * The consumer may be slower than the simulation. Then the AS wait for it, so that what it has not
 * taken stays bounded.
 */

/** What the AS need to know about a stream; plain data over shared memory. */
export interface StreamSetup {
  /** The common part of the names of the channels: see `channelOf`. */
  readonly channel: string;
  /** One word: how much has been sent to the main thread and not been taken, in any unit. */
  readonly unread: SharedArrayBuffer;
}

/** The name of the channel of an AS. */
export function channelOf({ channel }: StreamSetup, asId: number): string {
  return `${channel}, AS ${asId}`;
}
