/** Recording a run: what peers really have, slow and failing consumers, and runs that stall. */

import type { Connection } from '@cachetorrent/protocol';
import { Recording, SwarmState } from '@cachetorrent/recording';
import { describe, expect, test } from 'vitest';

import { runHere } from '../src/engine/threads/run-here.ts';
import { runPlanOf, simulate } from '../src/simulate.ts';
import { AutonomousSystem } from '../src/swarm/nodes/autonomous-system.ts';
import { makePlan } from '../src/swarm/plan/make-plan.ts';
import { Plan } from '../src/swarm/plan/plan.ts';
import type { Swarm } from '../src/swarm/plan/swarm.ts';
import { RecordingWriter } from '../src/swarm/recording/recording-writer.ts';
import { FORTY } from './swarm/swarms.ts';

/** Peers come, go and come back, and some are leaders. */
const OPEN: Swarm = {
  ...FORTY,
  pieces: 40,
  horizonMs: 900_000,
  leaderPercent: 30,
  classes: [
    { ...FORTY.classes[0]!, count: 30 },
    {
      ...FORTY.classes[1]!,
      count: 10,
      session: {
        crashesAfter: { distribution: 'exponential', mean: 120_000 },
        returnsAfter: { distribution: 'fixed', value: 60_000 },
      },
    },
  ],
};

/** All connections that peers of an AS have, and what they know of them. */
class ObservedAs extends AutonomousSystem {
  readonly seen: Map<number, string[]>;

  constructor(
    seen: Map<number, string[]>,
    ...args: ConstructorParameters<typeof AutonomousSystem>
  ) {
    super(...args);
    this.seen = seen;
    const recorder = this.recorder!;
    const left = recorder.left.bind(recorder);
    recorder.left = (localNode, reason) => {
      for (const [localPeer, { id }] of this.started) {
        if (this.plan.localNodeOf(id) === localNode) this.started.delete(localPeer);
      }
      left(localNode, reason);
    };
  }

  override synchronize(round: number, atMs: number): boolean {
    if (round === 0 && atMs % 60_000 === 0) {
      const lines = this.seen.get(atMs) ?? [];
      this.seen.set(atMs, [...lines, ...this.#connections()]);
    }
    return super.synchronize(round, atMs);
  }

  *#connections(): Generator<string> {
    for (const hosted of this.started.values()) {
      const { peer, id, subTorrent, row } = hosted;
      for (let connection = 0 as Connection; connection < peer.connectionCount; connection++) {
        if (!peer.isOpen(connection)) continue;
        if (!this.transport.endpoints.isEstablished(row, connection)) continue;
        const mayDownload = peer.mayDownloadOn(connection);
        yield `${id}/${subTorrent} ${peer.remoteOf(connection)} ${mayDownload}`;
      }
    }
  }

  /** The peers that take part. */
  readonly started = new Map<number, Parameters<AutonomousSystem['peerStarted']>[0]>();

  override peerStarted(...args: Parameters<AutonomousSystem['peerStarted']>): void {
    this.started.set(args[0].localPeer, args[0]);
    super.peerStarted(...args);
  }
}

test.each([1, 2])(
  'connections are those of the peers, in a swarm that changes (%i sub-torrents)',
  async (subTorrents) => {
    const swarm = { ...OPEN, subTorrents };
    const data = makePlan(swarm, 1);
    const parts: Uint8Array[] = [];
    const writer = new RecordingWriter(new Plan(data), { onPart: (part) => void parts.push(part) });
    await writer.begin();
    const plan = new Plan({ ...data, recorder: writer.setup });
    const seen = new Map<number, string[]>();
    const { ending } = runHere(runPlanOf(plan), (context) => new ObservedAs(seen, plan, context));
    expect(ending).toMatchObject({ kind: 'ended', outcome: 'finished' });
    await writer.end;
    writer.close();

    const state = await stateAtStart(parts);
    let compared = 0;
    for await (const frame of state.frames) {
      const atMs = frame.fromMs;
      const lines = seen.get(atMs);
      if (lines !== undefined) {
        expect(connectionsIn(state.state), `${atMs} ms`).toEqual(lines.sort());
        compared += lines.length;
      }
      frame.cursor().advance(state.state);
    }
    expect(compared).toBeGreaterThan(1_000);
  },
  60_000,
);

async function stateAtStart(parts: readonly Uint8Array[]) {
  const recording = await Recording.open(() => sourceOf(parts), 'memory');
  return { state: new SwarmState(recording.header), frames: recording.frames() };
}

async function* sourceOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

function connectionsIn(state: SwarmState): string[] {
  const lines: string[] = [];
  for (let id = 1; id < state.header.peers.as.length; id++) {
    for (let sub = 0; sub < state.header.subTorrents; sub++) {
      for (const { remote, mayDownload } of state.neighboursOf(id, sub)) {
        lines.push(`${id}/${sub} ${remote} ${mayDownload}`);
      }
    }
  }
  return lines.sort();
}

describe('the consumer of a recording', () => {
  const swarm: Swarm = { ...FORTY, leaderPercent: 30 };

  test('may be slow: the parts are the same', async () => {
    const [fast, slow]: [Uint8Array[], Uint8Array[]] = [[], []];
    let active = 0;
    await simulate(swarm, { seed: 3, recording: { onPart: (part) => void fast.push(part) } });
    await simulate(swarm, {
      seed: 3,
      workers: 2,
      recording: {
        onPart: async (part) => {
          expect(++active, 'one part at a time').toBe(1);
          await new Promise((resolve) => setTimeout(resolve, slow.length % 7));
          slow.push(part);
          active--;
        },
      },
    });
    expect(slow).toEqual(fast);
  });

  test.each([0, 1, 5])('ends the run with its error if it fails at part %i', async (at) => {
    const full = new Error('the disk is full');
    let parts = 0;
    const onPart = () => (parts++ < at ? undefined : Promise.reject(full));
    await expect(simulate(swarm, { seed: 3, recording: { onPart } })).rejects.toBe(full);
  });

  test('has all frames up to the time at which a swarm stalled', async () => {
    const parts: Uint8Array[] = [];
    const stalling = { ...FORTY, neighbours: 1, minPeers: 20, arrivalGapMs: 500, pieces: 5 };
    const recording = { onPart: (part: Uint8Array) => void parts.push(part) };
    await expect(simulate(stalling, { seed: 3, recording })).rejects.toThrow('the swarm stalled');
    const { state, frames } = await stateAtStart(parts);
    let lastMs = 0;
    for await (const frame of frames) {
      frame.cursor().advance(state);
      lastMs = frame.toMs;
    }
    expect(lastMs).toBeGreaterThan(5_000);
    expect(state.totals.leechers).toBeGreaterThan(0);
  });

  test('receives nothing more after the run was aborted', async () => {
    const stop = new AbortController();
    let parts = 0;
    const onPart = () => {
      if (++parts === 3) stop.abort(new Error('enough'));
    };
    const run = simulate(swarm, { seed: 3, signal: stop.signal, recording: { onPart } });
    await expect(run).rejects.toThrow('enough');
    const received = parts;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(parts).toBe(received);
  });

  test.each([0, -1, 1.5, NaN])(
    'is not called if frames have a length of %d ms',
    async (frameMs) => {
      const onPart = () => expect.unreachable();
      const run = simulate(swarm, { seed: 3, recording: { onPart, frameMs } });
      await expect(run).rejects.toThrow('recording.frameMs');
    },
  );
});
