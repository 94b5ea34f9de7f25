/** The options of a run as `cachetorrent run` passes them on, and their defaults. */

import type { MessageKind } from '@cachetorrent/protocol';

import type { Overrides } from '../configuration/parameters.ts';

export interface RunCommandOptions {
  /** The path of a configuration file. */
  readonly file: string;
  /** Fields from the command line, which replace those of the file. */
  readonly overrides: Overrides;
  readonly seed: number;
  /** The number of worker threads; by default as many as help, up to the number of cores. */
  readonly workers?: number | 'as';
  /** The folder for the results. */
  readonly out?: string;
  /** Simulated time per row of the timeline, in ms; by default `DEFAULT_TIMELINE_MS`. */
  readonly timelineMs?: number;
  /** Whether to record the run in the folder of the results. */
  readonly record: boolean;
  /** Whether to show the run in a browser while it goes on. */
  readonly view: boolean;
  /** The port of the page; by default the system chooses one. */
  readonly viewPort?: number;
  /** Whether to open the page in the browser of the system. */
  readonly open: boolean;
  /** The file for a log of all messages between nodes. */
  readonly log?: string;
  /** The kinds of messages to log; by default all. */
  readonly logKinds?: readonly MessageKind[];
  /** Whether to print the distribution of completion times. */
  readonly cdf: boolean;
  /** Whether to print one JSON document instead of a table. */
  readonly json: boolean;
  /** Whether to hide progress. */
  readonly quiet: boolean;
  /** Whether to print the expected memory and time instead of running. */
  readonly plan: boolean;
  /** Whether to overwrite files, and to run even if the run is expected to exceed the memory. */
  readonly force: boolean;
}

/** Equal to the usual rechoke interval. */
export const DEFAULT_TIMELINE_MS = 10_000;
