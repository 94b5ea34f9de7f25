/** How far a batch of runs is, in words, and how long the rest will take. */

export class Advance {
  readonly #count: number;
  readonly #threads: number;
  #done = 0;
  #wallMs = 0;

  constructor(count: number, threads: number) {
    this.#count = count;
    this.#threads = threads;
  }

  /** A run has ended, which took `wallMs`. */
  done(name: string, wallMs: number): string {
    this.#done++;
    this.#wallMs += wallMs;
    const left = this.#count - this.#done;
    const leftMs = ((this.#wallMs / this.#done) * left) / Math.min(this.#threads, left || 1);
    const took = `${(wallMs / 1000).toFixed(1)} s`;
    const rest = left === 0 ? 'all done' : `about ${inMinutes(leftMs)} left`;
    return `${this.#done} of ${this.#count}: ${name}, ${took}; ${rest}`;
  }
}

export function inMinutes(ms: number): string {
  const minutes = ms / 60_000;
  return minutes < 1 ? `${Math.ceil(ms / 1000)} s` : `${Math.round(minutes)} min`;
}
