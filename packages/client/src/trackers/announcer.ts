/**
 * Keeps the trackers of a torrent informed, and passes on the peers that they name: when it
 * starts, at the interval that they ask for, when the download is complete, and when it stops.
 *
 * The first tracker that answers is kept to; the next is tried where it fails (BEP 12, one tier).
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { AnnounceEvent, AnnounceRequest, AnnounceResponse } from '@cachetorrent/protocol/wire';

import { announce } from './announce.ts';

export interface AnnouncerOptions {
  readonly trackers: readonly string[];
  /** The address to ask from. */
  readonly localHost: string | undefined;
  /** What to say now, the event left out. */
  readonly request: () => Omit<AnnounceRequest, 'event' | 'trackerId'>;
  readonly onResponse: (response: AnnounceResponse) => void;
  /** No tracker answers, or there is none that we can speak to. */
  readonly onSilence: () => void;
  /** A sentence for the user: a tracker that cannot be reached, a warning of one. */
  readonly onTrouble: (trouble: string) => void;
}

/** After a failure of all trackers: the first wait, and the longest. */
const RETRY_S = { first: 5, most: 300 } as const;
/** Before the election there is little to do but to ask. */
const PENDING_S = 1;
/** The least time between two announces that nobody asked for. */
const HURRY_S = 5;
/** Who presses Ctrl-C does not wait for trackers that are gone. */
const FAREWELL_MS = 600;

export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #stopping = new AbortController();
  #trackers: readonly string[];
  #trackerId: string | undefined;
  #retryS: number = RETRY_S.first;
  #wake: (() => void) | undefined;
  #pending: AnnounceEvent | undefined = 'started';
  #running: Promise<void> | undefined;
  #isKnown = false;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#trackers = options.trackers.filter((tracker) => /^https?:/i.test(tracker));
    for (const tracker of options.trackers) {
      if (!this.#trackers.includes(tracker)) options.onTrouble(`${tracker}: only HTTP is spoken`);
    }
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Tells the tracker soon that the download is complete. */
  completed(): void {
    this.#pending ??= 'completed';
    this.#wake?.();
  }

  /** Asks for peers before it is time, though not at once. */
  hurry(): void {
    void sleep(HURRY_S * 1_000, undefined, { signal: this.#stopping.signal, ref: false }).then(
      () => this.#wake?.(),
      () => {},
    );
  }

  /** Says that we are gone, where somebody knows that we were there. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    if (!this.#isKnown) return;
    const [tracker] = this.#trackers;
    const signal = AbortSignal.timeout(FAREWELL_MS);
    const { localHost } = this.#options;
    const last: AnnounceEvent[] = this.#pending === 'completed' ? ['completed'] : [];
    for (const event of [...last, 'stopped'] as const) {
      await announce(tracker!, { ...this.#request(), event, numWant: 0 }, { signal, localHost });
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    if (this.#trackers.length === 0) this.#options.onSilence();
    while (!signal.aborted && this.#trackers.length > 0) {
      const event = this.#pending;
      const response = await this.#ask(event);
      if (signal.aborted) return;
      if (response !== undefined && this.#pending === event) this.#pending = undefined;
      const isPending = response?.cacheTorrent?.isPending === true;
      const waitS = isPending ? PENDING_S : (response?.intervalS ?? this.#nextRetryS());
      if (response !== undefined) {
        this.#retryS = RETRY_S.first;
        this.#isKnown = true;
        this.#options.onResponse(response);
      } else {
        this.#options.onSilence();
      }
      if (this.#pending === undefined || response === undefined) await this.#wait(waitS * 1_000);
    }
  }

  /** The answer of the first tracker that gives one. */
  async #ask(event: AnnounceEvent | undefined): Promise<AnnounceResponse | undefined> {
    const { signal } = this.#stopping;
    const { localHost } = this.#options;
    for (const tracker of this.#trackers) {
      const request = { ...this.#request(), event };
      const answer = await announce(tracker, request, { signal, localHost });
      if (signal.aborted) return undefined;
      if (answer.kind === 'peers') {
        const { response, warnings } = answer;
        for (const remark of warnings) this.#options.onTrouble(`${tracker}: ${remark}`);
        if (response.warningMessage !== undefined)
          this.#options.onTrouble(`${tracker}: ${response.warningMessage}`);
        this.#trackerId = response.trackerId ?? this.#trackerId;
        this.#trackers = [tracker, ...this.#trackers.filter((other) => other !== tracker)];
        return response;
      }
      const why = answer.kind === 'failure' ? `refuses: ${answer.reason}` : answer.problem;
      this.#options.onTrouble(`${tracker}: ${why}`);
    }
    return undefined;
  }

  #request(): AnnounceRequest {
    return { ...this.#options.request(), trackerId: this.#trackerId };
  }

  #nextRetryS(): number {
    const retryS = this.#retryS;
    this.#retryS = Math.min(RETRY_S.most, 2 * retryS);
    return retryS;
  }

  async #wait(ms: number): Promise<void> {
    const waking = new AbortController();
    this.#wake = () => waking.abort();
    const signal = AbortSignal.any([waking.signal, this.#stopping.signal]);
    await sleep(ms, undefined, { signal }).catch(() => {});
    this.#wake = undefined;
  }
}
