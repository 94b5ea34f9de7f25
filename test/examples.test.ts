/** Every example program runs, and every example configuration can be simulated. */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkedSwarm, readConfig } from '@cachetorrent/runner';
import { peerCountOf, simulate, simulateHere, type TransitStub } from '@cachetorrent/simulator';
import { afterAll, describe, expect, test } from 'vitest';

import { planCampaign } from '../packages/runner/src/campaign/experiment/plan.ts';
import { readExperiment } from '../packages/runner/src/campaign/experiment/read.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const EXAMPLES = join(ROOT, 'examples/');
const configs = readdirSync(`${EXAMPLES}configs`);
/** These take minutes, even with few pieces; tools measure them. */
const LARGE = ['hundred-thousand.json', 'large.json', 'million.json'];

test.each([
  {
    program: 'leaders.ts',
    prints: /^(\d0 % leaders: redundancy [\d.]+, 50th percentile [\d.]+ s\n){3}$/,
  },
  {
    program: 'swarm.ts',
    prints:
      /leaders completed within [\d.]+ s\n.*followers completed within [\d.]+ s\n[\d.]+ % of the bytes/,
  },
  { program: 'sweep.ts', prints: /^(.* repetition \d: redundancy [\d.]+ \(new\)\n){6}$/ },
])('$program runs', async ({ program, prints }) => {
  expect(await example(ROOT, `examples/${program}`)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(prints),
  });
});

const folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `npm run example` in a folder, as the README says. */
async function example(cwd: string, ...args: string[]) {
  const npm = ['--prefix', ROOT, 'run', '--silent', 'example', ...args];
  const env = { ...process.env, TMPDIR: folder };
  return promisify(execFile)('npm', npm, { cwd, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

const CONDITION = '--conditions=cachetorrent-source';

/** The cells of a notebook as one program, which reads its files from a folder. */
function notebookProgram(name: string, folder: string): string {
  const notebook = readFileSync(`${EXAMPLES}notebooks/${name}.html`, 'utf8');
  const cells = [...notebook.matchAll(/<script id="\d+" type="module"[^>]*>(.*?)<\/script>/gs)];
  return `
    import { readFile } from 'node:fs/promises';
    import { basename, join } from 'node:path';
    import { parseHTML } from 'linkedom';
    globalThis.window = parseHTML('<body></body>');
    const FileAttachment = (path) => ({
      arrayBuffer: () => readFile(join(${JSON.stringify(folder)}, basename(path))),
    });
    const count = (shown, tag) => shown.querySelectorAll(tag).length;
    const display = (shown) => console.log(typeof shown === 'string' ? shown
      : \`\${count(shown, 'circle')} circles, \${count(shown, 'path')} paths\`);
    ${cells.map(([, cell]) => cell).join('\n')}`;
}

test('recording.ts draws a recording, and the program of docs/recording.md reads it', async () => {
  const [out, picture] = [join(folder, 'result'), join(folder, 'pieces.svg')];
  const environment = [CONDITION, `${ROOT}packages/runner/src/main.ts`];
  const args = ['run', `${EXAMPLES}configs/small.json`, '--pieces', '40', '--out', out, '--record'];
  await promisify(execFile)(process.execPath, [...environment, ...args, '--quiet']);
  const program = `${EXAMPLES}recording.ts`;
  expect(await example(folder, program, join(out, 'recording.ctr'), picture)).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+ pieces stored in AS 0, \d+ of them from other AS: .*\n$/),
    stderr: '',
  });
  expect(readFileSync(picture, 'utf8')).toMatch(/^<svg xmlns=.*<circle/s);
  const [, documented] = /^```ts\n(.*?)^```$/ms.exec(
    readFileSync(`${ROOT}docs/recording.md`, 'utf8'),
  )!;
  const own = join(folder, 'reads.ts');
  writeFileSync(own, documented!);
  expect(await example(folder, own)).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^true [0-9a-f]{64}\n/),
    stderr: '',
  });
  const notebook = await promisify(execFile)(
    process.execPath,
    [CONDITION, '--input-type=module', '-e', notebookProgram('recording', out)],
    { cwd: EXAMPLES },
  );
  // Nine peers of AS 1 store 40 pieces each; the three lines are paths, as are the ticks.
  const drawn = /^20 peers in 2 AS, 40 pieces\n360 circles, \d+ paths\n0 circles, \d\d paths\n$/;
  expect(notebook.stdout).toMatch(drawn);
  rmSync(out, { recursive: true });
  for (const file of [picture, own]) rmSync(file);
});

test('the programs leave no temporary files behind', () => {
  expect(readdirSync(folder)).toEqual([]);
});

test('sweep.ts keeps its runs if a store is named', async () => {
  const [first, second] = [
    await example(folder, `${EXAMPLES}sweep.ts`, 'store'),
    await example(folder, `${EXAMPLES}sweep.ts`, 'store'),
  ];
  expect(first.stdout).not.toContain('(stored)');
  expect(second.stdout).not.toContain('(new)');
}, 60_000);

describe('a program in a folder of its own', () => {
  const [, program] = /^( {4}import \{ simulate.*?)\n\n\S/ms.exec(
    readFileSync(`${ROOT}README.md`, 'utf8'),
  )!;

  test('runs, if it is the one of the README', async () => {
    const own = join(folder, 'a folder');
    mkdirSync(own);
    // As `npm init` writes it.
    writeFileSync(join(own, 'package.json'), '{ "name": "own", "type": "commonjs" }');
    writeFileSync(join(own, 'own.ts'), program!.replaceAll(/^ {4}/gm, ''));
    const { code, stdout, stderr } = await example(own, 'own.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\d.]+ [\d.]+\n$/);
  });

  test.each(readdirSync(`${ROOT}packages`))(
    'can use the package %s, and has arguments',
    async (name) => {
      const text = `import * as api from '@cachetorrent/${name}';
console.log(Object.keys(api).length > 0, process.argv.slice(2).join());`;
      writeFileSync(join(folder, `${name}.ts`), text);
      const result = await example(folder, `${name}.ts`, 'a', 'b');
      expect(result).toEqual({ code: 0, stdout: 'true a,b\n', stderr: '' });
    },
  );

  test.each([
    { args: [], says: /^there is no program\n {2}fix: / },
    { args: ['none.ts'], says: /none\.ts: does not exist\n {2}fix: / },
  ])('is refused if it is missing: $args', async ({ args, says }) => {
    expect(await example(folder, ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(says),
    });
  });
});

test('every program is tested', () => {
  const programs = readdirSync(EXAMPLES).filter((name) => name.endsWith('.ts'));
  expect(programs).toEqual(['leaders.ts', 'recording.ts', 'swarm.ts', 'sweep.ts']);
});

/** In these peers come and go, so that not all of them complete. */
const LIVING = ['living.yaml'];
const CLOSED = configs.filter((name) => !LARGE.includes(name) && !LIVING.includes(name));

/** With few pieces, since speed is not tested. */
describe.each(CLOSED)('%s', (name) => {
  test.each([{}, { leaders: 30 }])('all peers complete: %j', async (changes) => {
    const file = await readConfig(`${EXAMPLES}configs/${name}`);
    const { swarm } = checkedSwarm(file, { pieces: 5, ...changes });
    const { result } = await simulate(swarm, { seed: 1 });
    expect(result.completion.count).toBe(peerCountOf(swarm) - swarm.seeds);
    expect(result.completion.p90Ms).toBeGreaterThan(0);
  });
});

test.each(LIVING)('%s: peers come, complete, leave and crash', async (name) => {
  const file = await readConfig(`${EXAMPLES}configs/${name}`);
  const { swarm } = checkedSwarm(file, { pieces: 50, size: null });
  const { result } = await simulate(swarm, { seed: 1 });
  const { arrivals, completions, finished, crashed } = result.churn!;
  expect(arrivals).toBeGreaterThan(500);
  expect(completions).toBeGreaterThan(0.8 * arrivals);
  expect(Math.min(finished, crashed)).toBeGreaterThan(0);
  expect(result.leaders.count).toBeGreaterThan(0);
});

const NETWORKS = readdirSync(`${EXAMPLES}networks`).filter((name) => name.endsWith('.yaml'));

/** Networks from files, which are beside the configurations. */
test.each(NETWORKS)('all peers complete on the network of %s', async (name) => {
  const file = await readConfig(`${EXAMPLES}networks/${name}`);
  const { swarm } = checkedSwarm(file, { pieces: 8, size: null });
  const { result } = await simulate(swarm, { seed: 1 });
  expect(result.completion.count).toBe(peerCountOf(swarm) - swarm.seeds);
});

test('there is an example of every kind of network from a file', () => {
  expect(NETWORKS).toEqual(['graph.yaml', 'relationships.yaml', 'table.yaml']);
});

/** An experiment whose settings are swarms of every kind of locality, here with few of all. */
test('locality.yaml: with each way to keep traffic local, all peers complete', async () => {
  const { settings } = await planCampaign(
    await readExperiment(`${EXAMPLES}experiments/locality.yaml`),
  );
  const shares = new Map<string, number>();
  for (const { parameters, swarm } of settings) {
    const locality = parameters['locality'] as string;
    const classes = swarm.classes.map((each) =>
      each.count === 239 ? { ...each, count: 99 } : each,
    );
    const small = { ...swarm, classes, minPeers: 100, pieces: 8 };
    const { result } = simulateHere(small, { seed: 1 });
    expect(result.completion.count, locality).toBe(99);
    shares.set(locality, result.interAsShare);
  }
  expect(shares.size).toBe(13);
  const others = [...shares].filter(([locality]) => locality !== 'uniform');
  // All but the caches that are near, which need not keep peers from others.
  const local = others.filter(([locality]) => locality !== 'near cache');
  for (const [locality, share] of local) {
    expect(share, locality).toBeLessThan(shares.get('uniform')!);
  }
}, 120_000);

test.each(LARGE)('%s describes a swarm that can be simulated', async (name) => {
  const file = await readConfig(`${EXAMPLES}configs/${name}`);
  const { swarm } = checkedSwarm(file, {});
  const { stubDomains, stubDomainSize } = swarm.topology as TransitStub;
  expect(swarm.minPeers).toBeGreaterThanOrEqual(7_000);
  // Domains can have two routers less than configured, and each node needs its own router.
  expect(stubDomains * (stubDomainSize - 2)).toBeGreaterThan(swarm.minPeers);
});
