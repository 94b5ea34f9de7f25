import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { UserError } from '../user-error.ts';
import { checkedSwarm, readConfig } from './read.ts';
import { parseTrace } from './trace-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'traces-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The swarm of two classes whose arrivals are in `trace`. */
async function swarmWith(trace: string, overrides = {}) {
  writeFileSync(join(folder, 'peers.csv'), trace);
  const config = join(folder, 'swarm.yaml');
  writeFileSync(
    config,
    `until: 1 h
classes:
  - { name: dsl, arrivals: { trace: peers.csv } }
  - { name: fibre, arrivals: [{ rate: 5/h }, { trace: peers.csv }] }
  - { name: cable, arrivals: { rate: 5/h } }
file: { pieces: 8 }
network: { as: 5 }
`,
  );
  return checkedSwarm(await readConfig(config), overrides);
}

const HEADER = 'time,class,as,upload,download,leaves';

describe('a trace', () => {
  test('is read relative to the configuration, each class its rows', async () => {
    const { swarm, config } = await swarmWith(`\uFEFF# measured\r
${HEADER}\r
0,dsl,4,2 Mbit/s,16 Mbit/s,40 min\r
12.5 s,fibre,,,,\r
\r
"13 s", fibre ,0,500,,14000\r
20 min,dsl,,,,\r
`);
    expect(swarm.classes[1]!.arrivals).toEqual([
      {
        process: 'trace',
        peers: [
          { atMs: 0, as: 4, uploadKbps: 2_000, downloadKbps: 16_000, leavesAtMs: 2_400_000 },
          { atMs: 1_200_000 },
        ],
      },
    ]);
    expect(swarm.classes[2]!.arrivals![1]).toEqual({
      process: 'trace',
      peers: [{ atMs: 12_500 }, { atMs: 13_000, as: 0, uploadKbps: 500, leavesAtMs: 14_000 }],
    });
    const again = join(folder, 'again.json');
    writeFileSync(again, JSON.stringify(config));
    expect(checkedSwarm(await readConfig(again))).toEqual({ swarm, config });
  });

  test('without classes brings peers of the class that names it', async () => {
    const overrides = { 'classes[1].arrivals': { rate: 5 } };
    const { swarm } = await swarmWith('time\n5 s\n6 s\n', overrides);
    expect(swarm.classes[1]!.arrivals).toEqual([
      { process: 'trace', peers: [{ atMs: 5_000 }, { atMs: 6_000 }] },
    ]);
  });

  test('may be named by an option', async () => {
    writeFileSync(join(folder, 'other.csv'), 'time\n7 s\n');
    const { swarm } = await swarmWith('time\n5 s\n', {
      'classes[2].arrivals': { trace: 'other.csv' },
    });
    expect(swarm.classes[3]!.arrivals).toEqual([{ process: 'trace', peers: [{ atMs: 7_000 }] }]);
  });
});

test.each([
  { of: 'nothing', trace: '', says: ': is empty\n  fix: begin with a line of columns' },
  {
    of: 'a column that there is not',
    trace: 'time,klass\n',
    says: ':1:6: a trace has no column "klass"\n  fix: the nearest is "class"',
  },
  { of: 'no times', trace: 'class,as\ndsl,1\n', says: ':1:1: lacks the column "time"' },
  { of: 'a column twice', trace: 'time,time\n', says: ':1:6: has the column "time" twice' },
  {
    of: 'times out of order',
    trace: 'time,class\n5 s,dsl\n6 s,fibre\n4 s,dsl\n',
    says: ':4:1: time: is 4 s, earlier than the peer before (5 s)\n  fix: sort the peers by time',
  },
  {
    of: 'a class that there is not',
    trace: 'time,class\n5 s,dls\n',
    says: ':2:5: class: is "dls", but the configuration has no such class\n  fix: the nearest is "dsl"',
  },
  {
    of: 'a class with other arrivals',
    trace: 'time,class\n5 s,cable\n',
    says: ':2:5: class: is "cable", a class whose arrivals are not from this trace',
  },
  {
    of: 'an AS that there is not',
    trace: 'time,class,as\n5 s,dsl,5\n6 s,fibre,0\n',
    says: ':2:9: as: is 5, but the network has 5 AS\n  fix: set it to a whole number from 0 to 4',
  },
  {
    of: 'a departure before the arrival',
    trace: 'time,leaves,class\n"5 s",4 s,dsl\n6 s,,fibre\n',
    says: ':2:7: leaves: is 4 s, before the peer arrives (5 s)',
  },
  {
    of: 'an AS that is not a number',
    trace: 'time,class,as\n5 s,dsl,x\n5 s,fibre,1\n',
    says: ':2:9: as: is "x", but a transit–stub topology counts its AS from 0\n  fix: write its index',
  },
  {
    of: 'what is not a rate',
    trace: 'time,class,as,upload\n5 s,dsl,1,fast\n',
    says: ':2:11: upload: is "fast", which is not a rate\n  fix: write 2 Mbit/s',
  },
  { of: 'a time that is missing', trace: 'time,class\n,dsl\n', says: ':2:1: time: is missing' },
  {
    of: 'a field too few',
    trace: 'time,class\n5 s\n',
    says: ':2:4: has 1 fields, but the header has 2',
  },
  {
    of: 'a field too many',
    trace: 'time,class\n5 s,dsl,,\n',
    says: ':2:9: has 4 fields, but the header has 2',
  },
  { of: 'an open quote', trace: 'time,class\n"5 s,dsl\n', says: ':2:1: is not CSV' },
  {
    of: 'nobody',
    trace: `${HEADER}\n`,
    says: 'swarm.yaml:3:37: classes[0].arrivals.trace: has no peer of this class',
  },
  {
    of: 'nobody before the end',
    trace: 'time,class\n2 h,dsl\n2 h,fibre\n',
    says: ':2:1: time: is 7200 s, when the run has ended (3600 s)',
  },
])('a trace of $of is refused', async ({ trace, says }) => {
  const refused = swarmWith(trace);
  await expect(refused).rejects.toThrow(says);
  await expect(refused).rejects.toThrow(UserError);
});

test('a trace that is not there is refused', async () => {
  const overrides = { 'classes[0].arrivals.trace': 'nowhere.csv' };
  await expect(swarmWith('time\n5 s\n', overrides)).rejects.toThrow(
    'nowhere.csv: there is no such file',
  );
});

test('ten mistakes are shown, with the number of the others', () => {
  const rows = Array.from({ length: 25 }, () => 'soon\n').join('');
  expect(() => parseTrace('x.csv', `time\n${rows}`)).toThrow(
    /x\.csv:11:1: .*\n.*\n {2}and 15 more$/,
  );
});
