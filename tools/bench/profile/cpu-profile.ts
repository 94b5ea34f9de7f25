/** CPU profiles as V8 writes them: how long each function was on top of its stack. */

/** As much of the format of `.cpuprofile` as is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** The node that was on top, sample by sample, and the time before each, in µs. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A thread that waits is not at work. */
const IDLE = '(idle)';

/** Milliseconds by what `nameOf` makes of each function. */
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
