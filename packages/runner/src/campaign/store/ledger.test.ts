import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { inFolder } from '../../../test/campaigns.ts';
import { startProcess, type TestProcess } from '../../../test/child-process.ts';
import { Ledger } from './ledger.ts';

const LEDGER = new URL('./ledger.ts', import.meta.url).href;

test('a run is claimed once', () =>
  inFolder(async (folder) => {
    const [a, b] = [0, 1].map(() => new Ledger(join(folder, 'ledger.sqlite')));
    expect(a!.claim(['x', 'y'])).toEqual(['x', 'y']);
    expect(b!.claim(['y', 'z'])).toEqual(['z']);
    expect(a!.claim(['x'])).toEqual(['x']);
    const self = `process ${process.pid} on this machine`;
    expect([a!.otherOwners(), b!.otherOwners()]).toEqual([[self], [self]]);
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
    const a = new Ledger(file, { ifSoleOwner: () => sole.push('a') });
    const b = new Ledger(file, { ifSoleOwner: () => sole.push('b') });
    await closeAll(a, b);
    const c = new Ledger(file, { ifSoleOwner: () => sole.push('c') });
    await closeAll(c);
    // Nothing is known about the owners of a new ledger: it may have replaced a lost one.
    expect(sole).toEqual(['c']);
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

const PAGE_BYTES = 4096;
const KEYS = Array.from({ length: 400 }, (_, i) => `key ${i} ${'x'.repeat(30)}`);

/** Overwrites bytes of a file, as a torn write would. */
function overwrite(file: string, at: number, bytes: Buffer): void {
  const content = readFileSync(file);
  bytes.copy(content, at);
  writeFileSync(file, content);
}

/** Writes a ledger of several pages: claims of a process that has ended, and verified files. */
function writeLedger(file: string): void {
  const ledger = new Ledger(file);
  ledger.recordVerified(KEYS.map((key) => [key, { size: 1, changedMs: 2 }]));
  ledger.close();
  const database = new DatabaseSync(file);
  const insert = database.prepare('INSERT INTO claims VALUES (?, ?)');
  database.exec('BEGIN');
  for (const key of KEYS) insert.run(key, 'nobody');
  database.exec('COMMIT');
  database.close();
}

/** Uses every operation, and expects that the ledger works. Returns its warnings. */
function useLedger(
  file: string,
  damage: () => void,
  when: 'before' | 'after' = 'before',
): string[] {
  const warnings: string[] = [];
  if (when === 'before') damage();
  const ledger = new Ledger(file, { onWarning: (warning) => warnings.push(warning) });
  try {
    expect(ledger.claim(['mine'])).toEqual(['mine']);
    if (when === 'after') damage();
    expect([0, KEYS.length]).toContain(ledger.verified().size);
    ledger.recordVerified(KEYS.map((key) => [key, { size: 1, changedMs: 2 }]));
    expect(ledger.claim(KEYS)).toEqual(KEYS);
    for (const key of KEYS.slice(0, 3)) ledger.release(key);
    const other = new Ledger(file);
    expect(other.claim(['mine', ...KEYS])).toEqual(KEYS.slice(0, 3));
    expect(other.verified().size).toBe(KEYS.length);
    other.close();
  } finally {
    ledger.close();
  }
  return warnings;
}

describe('a damaged ledger is set aside, and another one takes its place', () => {
  test.each([
    { damage: 'the last page zeroed', page: -1 },
    { damage: 'the first page zeroed', page: 0 },
  ])('with $damage', ({ page }) =>
    inFolder(async (folder) => {
      const file = join(folder, 'ledger.sqlite');
      writeLedger(file);
      const at = page < 0 ? statSync(file).size - PAGE_BYTES : 0;
      const warnings = useLedger(file, () => overwrite(file, at, Buffer.alloc(PAGE_BYTES)));
      expect(warnings).toEqual([
        expect.stringMatching(/ledger\.sqlite is damaged; it is now .+\.damaged, and a new/),
      ]);
      expect(existsSync(`${file}.damaged`)).toBe(true);
      await Promise.resolve();
    }),
  );

  test('with any page zeroed or torn, and truncated anywhere', () =>
    inFolder(async (folder) => {
      const sound = join(folder, 'sound.sqlite');
      const file = join(folder, 'ledger.sqlite');
      writeLedger(sound);
      const { size } = statSync(sound);
      expect(size / PAGE_BYTES).toBeGreaterThan(10);
      const zeros = Buffer.alloc(PAGE_BYTES);
      for (let at = 0; at < size; at += PAGE_BYTES) {
        const damages = [
          () => overwrite(file, at, zeros),
          () => overwrite(file, at + PAGE_BYTES / 2, zeros.subarray(0, PAGE_BYTES / 2)),
          () => truncateSync(file, at),
          () => truncateSync(file, at + 700),
        ];
        for (const damage of damages) {
          copyFileSync(sound, file);
          useLedger(file, damage);
        }
      }
      await Promise.resolve();
    }));

  test('with pages in random places, as after a power failure', () =>
    inFolder(async (folder) => {
      const sound = join(folder, 'sound.sqlite');
      const file = join(folder, 'ledger.sqlite');
      writeLedger(sound);
      const content = readFileSync(sound);
      const pages = content.length / PAGE_BYTES;
      const random = seededRandom(11);
      for (let round = 0; round < 60; round++) {
        const from = random.below(pages) * PAGE_BYTES;
        const page = content.subarray(from, from + PAGE_BYTES);
        copyFileSync(sound, file);
        useLedger(file, () => overwrite(file, random.below(pages) * PAGE_BYTES, page));
      }
      await Promise.resolve();
    }));

  test.each([
    { what: 'text', damage: (file: string) => writeFileSync(file, 'no database '.repeat(1_000)) },
    { what: 'an empty file', damage: (file: string) => truncateSync(file, 0) },
    {
      what: 'a folder',
      damage: (file: string) => {
        rmSync(file);
        mkdirSync(join(file, 'inside'), { recursive: true });
      },
    },
    {
      what: 'another database',
      damage: (file: string) => {
        rmSync(file);
        const database = new DatabaseSync(file);
        database.exec('CREATE TABLE owners (name TEXT); CREATE TABLE claims (key TEXT)');
        database.close();
      },
    },
    {
      what: 'a link to nothing',
      damage: (file: string) => {
        rmSync(file);
        symlinkSync('/no/such/folder/ledger.sqlite', file);
      },
    },
    { what: 'nothing', damage: (file: string) => rmSync(file) },
  ])('that is $what, also while it is open', ({ damage }) =>
    inFolder(async (folder) => {
      const file = join(folder, 'ledger.sqlite');
      for (const when of ['before', 'after'] as const) {
        writeLedger(file);
        const warnings = useLedger(file, () => damage(file), when);
        for (const warning of warnings) expect(warning).toContain('no results are lost');
        rmSync(file, { recursive: true });
      }
      await Promise.resolve();
    }),
  );
});

test('while another process has locked the ledger, nothing is claimed, and nothing is forgotten', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'ledger.sqlite');
    const [a, b] = [new Ledger(file), new Ledger(file)];
    a.claim(['x', 'y']);
    const other = new DatabaseSync(file);
    other.exec('BEGIN EXCLUSIVE');
    expect([a.claim(['z']), a.isLocked]).toEqual([[], true]);
    a.release('x');
    a.recordVerified([['x', { size: 1, changedMs: 2 }]]);
    expect(() => new Ledger(file)).toThrow('database is locked');
    other.exec('COMMIT');
    other.close();

    expect([a.claim(['z']), a.isLocked]).toEqual([['z'], false]);
    expect(b.claim(['x', 'y', 'z'])).toEqual(['x']);
    expect([...b.verified().keys()]).toEqual(['x']);
    await closeAll(a, b);
  }));

test('an owner that was considered dead, and is alive, gets its claims back', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'ledger.sqlite');
    const [a, b] = [new Ledger(file), new Ledger(file)];
    a.claim(['x', 'y']);
    const database = new DatabaseSync(file);
    database.exec('DELETE FROM owners; DELETE FROM claims');
    database.close();
    expect(b.claim(['x'])).toEqual(['x']);
    a.beat();
    expect(b.claim(['x', 'y'])).toEqual(['x']);
    await closeAll(a, b);
  }));

/** Starts a process that claims `key` and stays alive. */
async function startOwner(file: string, key: string): Promise<TestProcess> {
  const program =
    `import { Ledger } from ${JSON.stringify(LEDGER)};` +
    `new Ledger(${JSON.stringify(file)}).claim([${JSON.stringify(key)}]);` +
    `console.log('claimed'); setInterval(() => {}, 1000);`;
  const args = ['--conditions=cachetorrent-source', '--input-type=module', '-e', program];
  const child = startProcess(process.execPath, args, { stdout: 'pipe' });
  await once(child.stdout!, 'data');
  return child;
}

async function closeAll(...ledgers: readonly Ledger[]): Promise<void> {
  for (const ledger of ledgers) ledger.close();
  await Promise.resolve();
}
