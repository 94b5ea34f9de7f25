/**
 * What a page is told about the runs that it shows: where each comes from. The server writes it
 * into the page, and so does whoever saves a page with its data inside.
 */

/** What a page shows. */
export interface ViewData {
  /** One run, or two to compare, which share a clock. */
  readonly runs: readonly ViewedRun[];
  /**
   * An address of server-sent events that the page keeps open for as long as it is: the server
   * counts its viewers by it. Relative to the page. None if there is no server.
   */
  readonly presence?: string;
}

/** A run that a page shows. */
export interface ViewedRun {
  /** What the page calls it, such as the name of its configuration. */
  readonly name: string;
  /** Its recording. */
  readonly recording: ViewSource;
  /** Whether it is still being simulated: its recording grows. */
  readonly isLive: boolean;
  /** Its log of messages, if there is one. */
  readonly messages?: MessageSource;
}

/** Where the bytes of a recording are. */
export type ViewSource =
  /** At an address, relative to the page. A live recording comes as it grows. */
  | { readonly kind: 'address'; readonly address: string }
  /** In the page: the id of the element with them, which `pageOf` has added. */
  | { readonly kind: 'embedded'; readonly id: string };

/** Where the messages of a run are. */
export type MessageSource =
  /**
   * At an address, relative to the page, that answers queries: the fields of `MessageQuery` as
   * search parameters, a `MessagePage` as JSON.
   */
  | { readonly kind: 'address'; readonly address: string }
  /** In the page: JSON Lines, compressed with gzip. */
  | { readonly kind: 'embedded'; readonly id: string };
