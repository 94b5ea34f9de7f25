/**
 * Preloaded into a measured process: when the process ends, writes its resource usage, all threads
 * together, to file descriptor 3. Does not affect the process otherwise.
 */

import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** The resources that a process used, as the operating system counts them. */
export interface Usage {
  /** User and system time. */
  readonly cpuMs: number;
  readonly peakRssBytes: number;
}

const USAGE_FD = 3;

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
