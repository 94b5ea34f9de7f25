/**
 * Announces the client to the trackers of a torrent, and passes on the peers that they name: when
 * the client starts, whenever `AnnounceSchedule` says, when the download is complete, and when the
 * client stops.
 *
 * It stays with the first tracker that answers, and tries the next one when that fails (BEP 12,
 * with a single tier) or is slow: a silent tracker must not keep us from the others.
 */

import { AnnounceSchedule, type ConnectionCounts } from '@cachetorrent/protocol';
import type { AnnounceEvent, AnnounceRequest, AnnounceResponse } from '@cachetorrent/protocol/wire';
import { printable } from '@cachetorrent/std';

import type { Clock } from '../clock.ts';
import { announce, isSupportedTracker } from './announce.ts';

/** The options of an `Announcer`. */
export interface AnnouncerOptions {
  readonly clock: Clock;
  readonly trackers: readonly string[];
  /** The address to announce from. */
  readonly localHost: string | undefined;
  /** Returns the request for the present state, without its event. */
  readonly request: () => Omit<AnnounceRequest, 'event' | 'trackerId' | 'numWant'>;
  /** Returns the numbers that say whether we need more peers. */
  readonly connections: () => ConnectionCounts;
  readonly onResponse: (response: AnnounceResponse) => void;
  /** No tracker answers, or there is none that we support. */
  readonly onNoResponse: () => void;
  /** Receives sentences for the user, such as a warning of the tracker. */
  readonly onWarning: (warning: string) => void;
}

/** The time for a tracker to answer before the next one is asked, too. */
const SLOW_TRACKER_MS = 3_000;
/** The time limit of the last announce: a command has to end soon, also if trackers are silent. */
const STOPPED_TIMEOUT_MS = 500;

/** Announces the client to the trackers of a torrent. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #stopping = new AbortController();
  /** The supported trackers; the one that answered last is first. */
  #trackers: readonly string[];
  #trackerId: string | undefined;
  readonly #schedule = new AnnounceSchedule();
  /** Ends the wait for the next announce. */
  #wake: (() => void) | undefined;
  /** When the wait ends by itself. */
  #wakesAtMs = Infinity;
  /** Whether to announce without regard to the schedule. */
  #isUrgent = false;
  /** The event that has not been announced yet. */
  #pendingEvent: AnnounceEvent | undefined = 'started';
  #running: Promise<void> | undefined;
  /** Whether a tracker knows us. */
  #isRegistered = false;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#trackers = options.trackers.filter(isSupportedTracker);
    for (const tracker of options.trackers) {
      if (this.#trackers.includes(tracker)) continue;
      options.onWarning(`${tracker}: only HTTP and UDP trackers are supported`);
    }
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Announces at once that the download is complete. */
  announceCompleted(): void {
    this.#pendingEvent ??= 'completed';
    this.#isUrgent = true;
    this.#wake?.();
  }

  /** Announces as soon as the schedule allows: we need to know who leads. */
  needsLeaders(): void {
    this.#schedule.needsLeaders(this.#options.clock.nowMs());
    this.tick();
  }

  /** We are connected to our leaders, or are one. */
  hasLeaders(): void {
    this.#schedule.hasLeaders();
  }

  /** Announces earlier if there are few connections. Call it about twice a second. */
  tick(): void {
    if (this.#schedule.dueMs(this.#options.connections()) < this.#wakesAtMs) this.#wake?.();
  }

  /** Announces that we have stopped, if a tracker knows us. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake?.();
    await this.#running;
    if (!this.#isRegistered) return;
    const [tracker] = this.#trackers;
    const signal = AbortSignal.timeout(STOPPED_TIMEOUT_MS);
    const { localHost } = this.#options;
    const unsent: AnnounceEvent[] = this.#pendingEvent === 'completed' ? ['completed'] : [];
    for (const event of [...unsent, 'stopped'] as const) {
      await announce(tracker!, { ...this.#request(), event, numWant: 0 }, { signal, localHost });
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { onResponse, onNoResponse } = this.#options;
    if (this.#trackers.length === 0) onNoResponse();
    while (!signal.aborted && this.#trackers.length > 0) {
      const event = this.#pendingEvent;
      const response = await this.#announce(event);
      if (signal.aborted) return;
      if (response !== undefined && this.#pendingEvent === event) this.#pendingEvent = undefined;
      const nowMs = this.#options.clock.nowMs();
      if (response !== undefined) {
        const { intervalS, minIntervalS, cacheTorrent } = response;
        const isElectionPending = cacheTorrent?.isPending === true;
        this.#schedule.answered({ intervalS, minIntervalS, isElectionPending }, nowMs);
        this.#isRegistered = true;
        onResponse(response);
      } else {
        this.#schedule.failed(nowMs);
        onNoResponse();
      }
      const hasUnsentEvent = response !== undefined && this.#pendingEvent !== undefined;
      if (!hasUnsentEvent) await this.#waitUntilDue();
    }
  }

  /** Returns the first response of a tracker; undefined if none gives one. */
  async #announce(event: AnnounceEvent | undefined): Promise<AnnounceResponse | undefined> {
    const answered = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, answered.signal]);
    const waiting = new Set<Promise<void>>();
    let response: AnnounceResponse | undefined;
    const rest = [...this.#trackers];
    do {
      const tracker = rest.shift();
      if (tracker !== undefined) {
        const asked = this.#ask(tracker, event, signal).then((answer) => {
          response ??= answer;
          waiting.delete(asked);
        });
        waiting.add(asked);
      }
      await this.#first(waiting, rest.length > 0 ? SLOW_TRACKER_MS : Infinity);
      if (response !== undefined) break;
    } while (!signal.aborted && rest.length + waiting.size > 0);
    answered.abort();
    return response;
  }

  /** Waits for the first of several promises, or for a limited time. */
  async #first(promises: Iterable<Promise<void>>, timeoutMs: number): Promise<void> {
    let cancel: (() => void) | undefined;
    const timeout = new Promise<void>((resolve) => {
      if (timeoutMs < Infinity) cancel = this.#options.clock.after(timeoutMs, resolve);
    });
    await Promise.race([timeout, ...promises]);
    cancel?.();
  }

  /** Asks one tracker. Returns undefined if it gives no response, or none in time. */
  async #ask(
    tracker: string,
    event: AnnounceEvent | undefined,
    signal: AbortSignal,
  ): Promise<AnnounceResponse | undefined> {
    const { localHost, onWarning } = this.#options;
    const answer = await announce(tracker, { ...this.#request(), event }, { signal, localHost });
    if (signal.aborted) return undefined;
    if (answer.kind === 'peers') {
      const { response, warnings } = answer;
      const { warningMessage } = response;
      for (const remark of warnings) onWarning(`${tracker}: ${remark}`);
      if (warningMessage !== undefined) onWarning(`${tracker}: ${printable(warningMessage)}`);
      this.#trackerId = response.trackerId ?? this.#trackerId;
      this.#trackers = [tracker, ...this.#trackers.filter((other) => other !== tracker)];
      return response;
    }
    const isRefusal = answer.kind === 'failure';
    const why = isRefusal ? `refuses: ${printable(answer.reason) || 'no reason'}` : answer.problem;
    onWarning(`${tracker}: ${why}`);
    return undefined;
  }

  #request(): AnnounceRequest {
    const { request, connections } = this.#options;
    const numWant = this.#schedule.numWant(connections());
    return { ...request(), trackerId: this.#trackerId, numWant };
  }

  async #waitUntilDue(): Promise<void> {
    const { clock, connections } = this.#options;
    this.#isUrgent = false;
    while (!this.#stopping.signal.aborted && !this.#isUrgent) {
      const dueMs = this.#schedule.dueMs(connections());
      const waitMs = dueMs - clock.nowMs();
      if (waitMs <= 0) return;
      await new Promise<void>((resolve) => {
        this.#wakesAtMs = dueMs;
        const cancel = clock.after(waitMs, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
      this.#wake = undefined;
      this.#wakesAtMs = -Infinity;
    }
  }
}
