import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect, test } from 'vitest';

import { inFolder } from '../../../test/campaigns.ts';
import { Ledger } from './ledger.ts';

const LEDGER = new URL('./ledger.ts', import.meta.url).href;

test('a run is claimed once', () =>
  inFolder(async (folder) => {
    const [a, b] = [0, 1].map(() => new Ledger(join(folder, 'ledger.sqlite')));
    expect(a!.claim(['x', 'y'])).toEqual(['x', 'y']);
    expect(b!.claim(['y', 'z'])).toEqual(['z']);
    expect(a!.claim(['x'])).toEqual(['x']);
    expect([a!.claimedByOthers(), b!.claimedByOthers()]).toEqual([1, 2]);
    a!.release('y');
    expect(b!.claim(['y'])).toEqual(['y']);
    await closeAll(a!, b!);
  }));

test('an owner cannot release the claim of another', () =>
  inFolder(async (folder) => {
    const [a, b] = [0, 1].map(() => new Ledger(join(folder, 'ledger.sqlite')));
    a!.claim(['x']);
    b!.release('x');
    expect(b!.claim(['x'])).toEqual([]);
    await closeAll(a!, b!);
  }));

test('claims end with the process of their owner, even if it is killed', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'ledger.sqlite');
    const owner = await startOwner(file, 'x');
    const ledger = new Ledger(file);
    expect(ledger.claim(['x'])).toEqual([]);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(ledger.claim(['x'])).toEqual(['x']);
    ledger.close();
  }));

test.each([
  {
    rule: 'an owner on another host with a recent heartbeat is alive',
    host: 'elsewhere',
    secondsAgo: 5,
    claims: [],
  },
  {
    rule: 'an owner on another host with an old heartbeat is dead',
    host: 'elsewhere',
    secondsAgo: 120,
    claims: ['x'],
  },
])('$rule', ({ host, secondsAgo, claims }) =>
  inFolder(async (folder) => {
    const file = join(folder, 'ledger.sqlite');
    const ledger = new Ledger(file);
    const database = new DatabaseSync(file);
    const seenMs = Date.now() - secondsAgo * 1000;
    database.prepare("INSERT INTO owners VALUES ('o', ?, 1, '', ?)").run(host, seenMs);
    database.exec("INSERT INTO claims VALUES ('x', 'o')");
    database.close();
    expect(ledger.claim(['x'])).toEqual(claims);
    await closeAll(ledger);
  }),
);

test('a process that has the id of an earlier one does not keep its claims alive', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'ledger.sqlite');
    const owner = await startOwner(file, 'x');
    const database = new DatabaseSync(file);
    database.exec("UPDATE owners SET startedAt = '1'");
    database.close();
    const ledger = new Ledger(file);
    expect(ledger.claim(['x'])).toEqual(['x']);
    owner.kill('SIGKILL');
    await closeAll(ledger);
  }));

test('only the first owner is the sole owner', () =>
  inFolder(async (folder) => {
    const sole: string[] = [];
    const file = join(folder, 'ledger.sqlite');
    const a = new Ledger(file, () => sole.push('a'));
    const b = new Ledger(file, () => sole.push('b'));
    await closeAll(a, b);
    const c = new Ledger(file, () => sole.push('c'));
    await closeAll(c);
    expect(sole).toEqual(['a', 'c']);
  }));

test('of many owners, one gets each claim', () =>
  inFolder(async (folder) => {
    const ledgers = Array.from({ length: 8 }, () => new Ledger(join(folder, 'ledger.sqlite')));
    const keys = Array.from({ length: 200 }, (_, i) => `k${i}`);
    const claimed = ledgers.flatMap((ledger, i) => [
      ...ledger.claim(keys.filter((_, k) => k % (i + 1) === 0)),
    ]);
    expect(claimed.toSorted()).toEqual(keys.toSorted());
    await closeAll(...ledgers);
  }));

/** Starts a process that claims `key` and stays alive. */
async function startOwner(file: string, key: string): Promise<ReturnType<typeof spawn>> {
  const program =
    `import { Ledger } from ${JSON.stringify(LEDGER)};` +
    `new Ledger(${JSON.stringify(file)}).claim([${JSON.stringify(key)}]);` +
    `console.log('claimed'); setInterval(() => {}, 1000);`;
  const args = ['--conditions=cachetorrent-source', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function closeAll(...ledgers: readonly Ledger[]): Promise<void> {
  for (const ledger of ledgers) ledger.close();
  await Promise.resolve();
}
