/**
 * Preloaded into a process that is measured: at its end it writes what the process used, all
 * threads together, to file descriptor 3. Whatever the process does, it does as without this.
 */

import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** What a process used, as the operating system counts it. */
export interface Usage {
  /** User and system time of all threads. */
  readonly cpuMs: number;
  readonly peakRssBytes: number;
}

export const USAGE_FD = 3;

if (isMainThread) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage: Usage = {
      cpuMs: (userCPUTime + systemCPUTime) / 1000,
      peakRssBytes: maxRSS * 1024,
    };
    writeSync(USAGE_FD, JSON.stringify(usage));
  });
}
