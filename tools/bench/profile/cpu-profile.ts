/** CPU profiles of V8: how long each function was on top of the stack. */

/** The fields of a `.cpuprofile` that are read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** The node on top of the stack, for each sample. */
  readonly samples: readonly number[];
  /** The time before each sample, in µs. */
  readonly timeDeltas: readonly number[];
}

/** The node of a thread that waits. */
const IDLE = '(idle)';

/** Returns the time on top of the stack in ms, summed up by the name that `nameOf` returns. */
export function selfMs(
  profile: CpuProfile,
  nameOf: (url: string, functionName: string) => string,
): Map<string, number> {
  const names = new Map<number, string>();
  for (const { id, callFrame } of profile.nodes) {
    if (callFrame.functionName === IDLE) continue;
    names.set(id, nameOf(callFrame.url, callFrame.functionName));
  }
  const sums = new Map<string, number>();
  for (const [i, sample] of profile.samples.entries()) {
    const name = names.get(sample);
    if (name === undefined) continue;
    sums.set(name, (sums.get(name) ?? 0) + profile.timeDeltas[i]! / 1000);
  }
  return sums;
}
