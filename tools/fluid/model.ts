/**
 * The fluid model of Qiu and Srikant (2004): leechers x and seeds y of a swarm as real numbers.
 *
 *     dx/dt = λ − θx − min(cx, μ(ηx + y + s))
 *     dy/dt = min(cx, μ(ηx + y + s)) − γy
 *
 * Rates are per second, and the unit of data is the file. The term s is ours: seeds that the swarm
 * begins with, which stay for a fixed time or for ever. In y they are not included here.
 *
 * In the model every leecher completes with the same probability in the next second, however long
 * it has been there. `fixedSizeCurve` is the same model without this assumption: each leecher
 * completes when it has received the file, and all receive at the same rate.
 */

import type { Distribution, PeerClass, PoissonProcess, Swarm } from '@cachetorrent/simulator';

export interface FluidParameters {
  /** Rate of arrivals λ. */
  readonly lambda: number;
  /** Upload capacity μ of a peer, in files per second. */
  readonly mu: number;
  /** Download capacity c of a peer, in files per second. */
  readonly c: number;
  /** Rate θ at which a leecher gives up. */
  readonly theta: number;
  /** Rate γ at which a seed leaves. */
  readonly gamma: number;
  /** The number s of seeds that never leave. */
  readonly staying: number;
}

/** The share η of their upload capacity that leechers use. It is not fitted to the runs. */
export const ETA = 1;

/** A swarm whose rate of arrivals may change. */
export interface FluidSwarm extends Omit<FluidParameters, 'lambda' | 'staying'> {
  /** The rate of arrivals at a time. */
  readonly lambdaAt: (s: number) => number;
  /** Leechers that arrive all at once. */
  readonly crowds: readonly { readonly atS: number; readonly count: number }[];
  /** The seeds that the swarm begins with, as a number of peers with the upload capacity μ. */
  readonly firstSeeds: number;
  /** How long these stay. */
  readonly firstSeedsStayS: number;
  readonly endS: number;
}

export interface FluidState {
  readonly leechers: number;
  readonly seeds: number;
}

/** The equilibrium, with the mean time that a leecher spends as a leecher. */
export interface SteadyState extends FluidState {
  readonly meanTimeS: number;
}

/** A state for each step of a curve. */
export interface FluidCurve {
  readonly stepS: number;
  readonly states: readonly FluidState[];
}

/**
 * The equilibrium of the model. Without seeds that stay (s = 0) it is that of the paper, section
 * 2.2: the mean time of a leecher is 1/(θ + β) with 1/β = max(1/c, (1/μ − 1/γ)/η).
 */
export function steadyState(parameters: FluidParameters): SteadyState {
  const { lambda, mu, c, theta, gamma, staying } = parameters;
  // Uploads serve κ(ηx + s) leechers per second, of whom each adds its share as a seed.
  const kappa = gamma > mu ? 1 / (1 / mu - 1 / gamma) : Infinity;
  const byDownload = lambda / (theta + c);
  const byUpload = kappa === Infinity ? 0 : (lambda - kappa * staying) / (theta + kappa * ETA);
  const leechers = Math.max(byDownload, byUpload);
  const seeds = staying + (lambda - theta * leechers) / gamma;
  return { leechers, seeds, meanTimeS: leechers / lambda };
}

/**
 * The equilibrium if each leecher completes when it has received the file, after the time D:
 *
 *     x = λ(1 − e^(−θD)) / θ,   y = λe^(−θD) / γ,   D = max(1/c, x / (μ(ηx + y + s)))
 *
 * Without aborts it is that of the model.
 */
export function fixedSizeState(parameters: FluidParameters): SteadyState {
  const { lambda, mu, c, theta, gamma, staying } = parameters;
  const at = (downloadS: number): FluidState => {
    const completing = Math.exp(-theta * downloadS);
    const leechers = theta === 0 ? lambda * downloadS : (lambda * (1 - completing)) / theta;
    return { leechers, seeds: staying + (lambda * completing) / gamma };
  };
  // The longer a download takes, the more leechers there are, and the more upload for each.
  let [low, high] = [1 / c, 1 / (ETA * mu)];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    const { leechers, seeds } = at(middle);
    if (leechers / (mu * (ETA * leechers + seeds)) > middle) low = middle;
    else high = middle;
  }
  const state = at(low);
  return { ...state, meanTimeS: state.leechers / lambda };
}

/** The model of a swarm with one class of leechers. */
export function fluidSwarmOf(swarm: Swarm): FluidSwarm {
  const fileBits = swarm.pieces * swarm.pieceBits;
  const [seeds, leechers, ...others] = swarm.classes;
  if (seeds === undefined || leechers === undefined || others.length > 0) {
    throw new Error('the model is about one class of leechers');
  }
  const perSecond = (kbps: number): number => (1000 * kbps) / fileBits;
  const { arrivals = [], session = {}, uploadKbps, downloadKbps } = leechers;
  const rates = arrivals.filter((each) => each.process === 'poisson');
  return {
    mu: perSecond(uploadKbps),
    c: perSecond(downloadKbps),
    theta: rateOf(session.patience),
    gamma: rateOf(session.seedsFor),
    lambdaAt: (s) => rates.reduce((sum, process) => sum + rateAt(process, 1000 * s), 0),
    crowds: arrivals.flatMap((each) =>
      each.process === 'at-once' ? { atS: each.atMs / 1000, count: each.count } : [],
    ),
    firstSeeds: (swarm.seeds * seeds.uploadKbps) / uploadKbps,
    firstSeedsStayS: fixedS(seeds),
    endS: swarm.horizonMs! / 1000,
  };
}

/** What chance has decided in a run: the model takes it as given. */
export interface Draws {
  /** When each leecher arrived, in s. */
  readonly arrivalsS: readonly number[];
  /** The rate at which leechers gave up, and that at which seeds left. */
  readonly theta: number;
  readonly gamma: number;
}

/** The length of the steps in which the rate of arrivals of a run is counted. */
const COUNTED_S = 100;

/** The same swarm with the arrivals and the rates of a run, in place of those to expect. */
export function withDraws(swarm: FluidSwarm, { arrivalsS, theta, gamma }: Draws): FluidSwarm {
  const counts = new Float64Array(Math.ceil(swarm.endS / COUNTED_S));
  for (const s of arrivalsS) counts[Math.floor(s / COUNTED_S)]!++;
  const lambdaAt = (s: number): number => (counts[Math.floor(s / COUNTED_S)] ?? 0) / COUNTED_S;
  return { ...swarm, theta, gamma, lambdaAt, crowds: [] };
}

/** The parameters of a swarm at the end, when all but the seeds that stay have gone. */
export function parametersOf(swarm: FluidSwarm): FluidParameters {
  const { mu, c, theta, gamma, firstSeeds, firstSeedsStayS, endS } = swarm;
  const staying = firstSeedsStayS > endS ? firstSeeds : 0;
  // The rate at the end itself is that after it.
  return { lambda: swarm.lambdaAt(endS - 1), mu, c, theta, gamma, staying };
}

/** The solution of the differential equations, by the method of Runge and Kutta. */
export function fluidCurve(swarm: FluidSwarm, stepS: number): FluidCurve {
  const { mu, c, theta, gamma } = swarm;
  type Vector = readonly [x: number, y: number];
  const derivative = ([x, y]: Vector, s: number): Vector => {
    const uploads = mu * (ETA * x + y + firstSeedsAt(swarm, s));
    const completions = Math.min(c * x, uploads);
    return [swarm.lambdaAt(s) - theta * x - completions, completions - gamma * y];
  };
  const moved = ([x, y]: Vector, [dx, dy]: Vector, by: number): Vector => [
    x + by * dx,
    y + by * dy,
  ];

  let state: Vector = [0, 0];
  return curveOf(swarm, stepS, (s, crowd) => {
    state = moved(state, [crowd, 0], 1);
    const k1 = derivative(state, s);
    const k2 = derivative(moved(state, k1, stepS / 2), s + stepS / 2);
    const k3 = derivative(moved(state, k2, stepS / 2), s + stepS / 2);
    const k4 = derivative(moved(state, k3, stepS), s + stepS);
    const [dx, dy] = [0, 1].map((i) => (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!) / 6);
    state = moved(state, [dx!, dy!], stepS);
    return { leechers: state[0], seeds: state[1] + firstSeedsAt(swarm, s + stepS) };
  });
}

/**
 * The same if each leecher completes when it has received the file. Those who arrive in a step are
 * a cohort: all of them complete when the progress of a leecher since then is 1.
 */
export function fixedSizeCurve(swarm: FluidSwarm, stepS: number): FluidCurve {
  const { mu, c, theta, gamma } = swarm;
  const cohorts: { readonly completesAt: number; count: number }[] = [];
  let [first, progress, leechers, seeds] = [0, 0, 0, 0];
  return curveOf(swarm, stepS, (s, crowd) => {
    const count = crowd + swarm.lambdaAt(s) * stepS;
    cohorts.push({ completesAt: progress + 1, count });
    leechers += count;
    const uploads = mu * (ETA * leechers + seeds + firstSeedsAt(swarm, s));
    const rate = Math.min(c, uploads / leechers);
    progress += rate * stepS;
    seeds *= Math.exp(-gamma * stepS);
    for (let i = first; i < cohorts.length; i++) cohorts[i]!.count *= Math.exp(-theta * stepS);
    leechers *= Math.exp(-theta * stepS);
    for (; first < cohorts.length && cohorts[first]!.completesAt <= progress; first++) {
      leechers -= cohorts[first]!.count;
      seeds += cohorts[first]!.count;
    }
    return { leechers, seeds: seeds + firstSeedsAt(swarm, s + stepS) };
  });
}

function firstSeedsAt({ firstSeeds, firstSeedsStayS }: FluidSwarm, s: number): number {
  return s < firstSeedsStayS ? firstSeeds : 0;
}

/** Steps from the start to the end, with the crowds that arrive at the beginning of each. */
function curveOf(
  { endS, crowds }: FluidSwarm,
  stepS: number,
  step: (s: number, crowd: number) => FluidState,
): FluidCurve {
  const states: FluidState[] = [{ leechers: 0, seeds: 0 }];
  for (let s = 0; s < endS; s += stepS) {
    const crowd = crowds
      .filter(({ atS }) => atS >= s && atS < s + stepS)
      .reduce((sum, { count }) => sum + count, 0);
    states.push(step(s, crowd));
  }
  return { stepS, states };
}

/** The state at a time, between two steps by linear interpolation. */
export function stateAt({ stepS, states }: FluidCurve, s: number): FluidState {
  const at = Math.min(s / stepS, states.length - 1);
  const before = states[Math.floor(at)]!;
  const after = states[Math.ceil(at)]!;
  const share = at - Math.floor(at);
  return {
    leechers: before.leechers + share * (after.leechers - before.leechers),
    seeds: before.seeds + share * (after.seeds - before.seeds),
  };
}

/** The rate of a process at a time, per second. */
function rateAt(
  { perMs, fromMs, untilMs = Infinity, decayMs }: PoissonProcess,
  ms: number,
): number {
  if (ms < fromMs || ms >= untilMs) return 0;
  const decay = decayMs === undefined ? 1 : Math.exp(-(ms - fromMs) / decayMs);
  return 1000 * perMs * decay;
}

/** The rate per second of an exponential distribution; 0 if nothing is drawn. */
function rateOf(duration: Distribution | undefined): number {
  if (duration === undefined) return 0;
  if (duration.distribution !== 'exponential') {
    throw new Error('in the model, times are exponentially distributed');
  }
  return 1000 / duration.mean;
}

function fixedS({ session }: PeerClass): number {
  const duration = session?.seedsFor;
  if (duration === undefined) return Infinity;
  if (duration.distribution !== 'fixed') throw new Error('the first seeds stay for a fixed time');
  return duration.value / 1000;
}
