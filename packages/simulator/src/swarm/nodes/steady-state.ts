/**
 * Whether a number that is observed again and again has become steady, and since when.
 *
 * The rule is MSER (White 1997; White, Cobb and Spratt 2000) on the means of batches. Of n batches
 * with the means Z, those before the truncation point d belong to the transient, where d minimizes
 *
 *     MSER(d) = (sum of (Z(j) - mean of Z after d)² over j > d) / (n - d)²,
 *
 * the squared standard error of the mean of the rest: to leave out more lessens the bias and
 * increases the error. If d is beyond the middle, there are too few observations to tell (White and
 * Robinson 2010; Hoad, Robinson and Davies 2010). So a number is steady once the run has lasted at
 * least twice as long as its transient, and half of what has been observed is steady.
 *
 * Observations are whole numbers, at equal distances, and there are exact sums of them only.
 */

/** A window is so many batches. At the first decision there are two windows. */
const BATCHES_PER_WINDOW = 10;

export class SteadyState {
  /** The observations of a batch. */
  readonly #batchSize: number;
  readonly #series: { sum: number; readonly means: number[] }[];
  #count = 0;
  /** The number of observations of the transient, once all numbers are steady. */
  transient: number | undefined;

  /** For `numbers` numbers, and a window of so many observations. */
  constructor(numbers: number, window: number) {
    this.#batchSize = Math.max(1, Math.round(window / BATCHES_PER_WINDOW));
    this.#series = Array.from({ length: numbers }, () => ({ sum: 0, means: [] }));
  }

  /** The next observation of each number. */
  observe(values: readonly number[]): void {
    for (const [i, series] of this.#series.entries()) series.sum += values[i]!;
    if (++this.#count % this.#batchSize > 0) return;
    for (const series of this.#series) {
      series.means.push(series.sum / this.#batchSize);
      series.sum = 0;
    }
    const batches = this.#count / this.#batchSize;
    if (batches < 2 * BATCHES_PER_WINDOW) return;
    const points = this.#series.map(({ means }) => truncationPoint(means));
    const last = Math.max(...points);
    this.transient = 2 * last <= batches ? last * this.#batchSize : undefined;
  }
}

/** The last batches are always taken for steady: of fewer, the error is not known. */
const REST_MIN = 5;

/** How many of these means belong to the transient; the last ones never do. */
export function truncationPoint(means: readonly number[]): number {
  let point = 0;
  let least = Infinity;
  let [count, mean, squares] = [0, 0, 0];
  // From the end, so that the sums of the rest grow by one (Welford 1962).
  for (let d = means.length - 1; d >= 0; d--) {
    const deviation = means[d]! - mean;
    mean += deviation / ++count;
    squares += deviation * (means[d]! - mean);
    const statistic = squares / count ** 2;
    if (count < REST_MIN || statistic > least) continue;
    point = d;
    least = statistic;
  }
  return point;
}
