/** Time and timers as a value: the client takes a clock, so that a test can advance the time. */

/** Cancels a timer; does nothing once the timer has fired. */
export type CancelTimer = () => void;

/** A source of time and timers. */
export interface Clock {
  /** Returns the time in ms since an arbitrary instant; it never decreases. */
  nowMs(): number;
  /** Calls `callback` once, after `delayMs`. The timer does not keep the process alive. */
  after(delayMs: number, callback: () => void): CancelTimer;
  /** Calls `callback` every `intervalMs`, until it is cancelled. */
  every(intervalMs: number, callback: () => void): CancelTimer;
}

/** The clock of the process. */
export const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
  every: (intervalMs, callback) => {
    const timer = setInterval(callback, intervalMs);
    return () => clearInterval(timer);
  },
};
