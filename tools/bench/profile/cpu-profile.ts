/** CPU profiles of V8: how long each function was on top of the stack. */

/** The fields of a `.cpuprofile` that are read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    /** The functions that it has called, by their ids. */
    readonly children?: readonly number[];
  }[];
  /** The node on top of the stack, for each sample. */
  readonly samples: readonly number[];
  /** The time before each sample, in µs. */
  readonly timeDeltas: readonly number[];
}

/** The node of a thread that waits. */
const IDLE = '(idle)';

/** What the time of a function counts for, by the URL of its source. */
type NameOf = (url: string, functionName: string) => string;

/** Returns the time on top of the stack in ms, summed up by the name that `nameOf` returns. */
export function selfMs(profile: CpuProfile, nameOf: NameOf): Map<string, number> {
  const names = new Map<number, string>();
  for (const { id, callFrame } of profile.nodes) {
    names.set(id, nameOf(callFrame.url, callFrame.functionName));
  }
  return sumsOf(profile, names);
}

/**
 * The same for functions that may count for what their callers do: `nameOf` returns undefined for
 * them. The time for which no caller has a name is that of `otherwise`.
 */
export function msWithin(
  profile: CpuProfile,
  nameOf: (...frame: Parameters<NameOf>) => string | undefined,
  otherwise: string,
): Map<string, number> {
  const names = new Map<number, string>();
  // A node precedes those that it has called.
  for (const { id, callFrame, children = [] } of profile.nodes) {
    const ofCaller = names.get(id) ?? otherwise;
    const name = nameOf(callFrame.url, callFrame.functionName) ?? ofCaller;
    for (const node of [id, ...children]) names.set(node, name);
  }
  return sumsOf(profile, names);
}

function sumsOf(profile: CpuProfile, names: ReadonlyMap<number, string>): Map<string, number> {
  const waits = new Set<number>();
  for (const { id, callFrame } of profile.nodes) {
    if (callFrame.functionName === IDLE) waits.add(id);
  }
  const sums = new Map<string, number>();
  for (const [i, sample] of profile.samples.entries()) {
    const name = names.get(sample);
    if (name === undefined || waits.has(sample)) continue;
    sums.set(name, (sums.get(name) ?? 0) + profile.timeDeltas[i]! / 1000);
  }
  return sums;
}
