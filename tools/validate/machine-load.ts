/** Measures how much of the CPU this process gets, and how long it waits for it. */

import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';

import type { MachineLoad } from './real-swarm.ts';

const STEP_MS = 100;
const NS_PER_S = 1e9;

/** Measures from the start until `stop`. */
export class MachineMeter {
  readonly #startMs = performance.now();
  readonly #startCpu = process.cpuUsage();
  readonly #startWaitS = waitS();
  readonly #delaysMs: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor() {
    let lastMs = this.#startMs;
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      this.#delaysMs.push(Math.max(0, nowMs - lastMs - STEP_MS));
      lastMs = nowMs;
    }, STEP_MS);
  }

  stop(): MachineLoad {
    clearInterval(this.#timer);
    const wallS = (performance.now() - this.#startMs) / 1_000;
    const { user, system } = process.cpuUsage(this.#startCpu);
    const delays = this.#delaysMs.sort((a, b) => a - b);
    const percentile = (percent: number): number =>
      delays[Math.floor((delays.length * percent) / 100)] ?? 0;
    return {
      cpuCores: (user + system) / 1e6 / wallS,
      waitingThreads: (waitS() - this.#startWaitS) / wallS,
      delayMedianMs: percentile(50),
      delayP95Ms: percentile(95),
      load: loadavg()[0]!,
      cores: availableParallelism(),
    };
  }
}

/** How long the main thread was ready to run and had no CPU, in s; 0 where that is not known. */
function waitS(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / NS_PER_S;
  } catch {
    return 0;
  }
}
