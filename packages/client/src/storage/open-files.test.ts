import type { FileHandle } from 'node:fs/promises';
import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { OpenFiles } from './open-files.ts';

/** Files of the operating system that count how many are open, of at most `limit`. */
function fakeFiles(limit = Infinity) {
  const fake = { open: 0, mostOpen: 0, opened: 0 };
  const open = async (file: number): Promise<FileHandle | undefined> => {
    await turns(1);
    if (file < 0) return undefined;
    if (fake.open >= limit) throw Object.assign(new Error('EMFILE'), { code: 'EMFILE' });
    fake.opened++;
    fake.mostOpen = Math.max(fake.mostOpen, ++fake.open);
    const handle = {
      isOpen: true,
      close: async () => {
        handle.isOpen = false;
        await turns(1);
        fake.open--;
      },
    };
    return handle as unknown as FileHandle;
  };
  return { fake, open };
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

const isOpen = (handle: FileHandle | undefined): boolean =>
  (handle as unknown as { isOpen: boolean }).isOpen;

describe('a file', () => {
  test.each([{ openMax: 1 }, { openMax: 2 }, { openMax: 7 }])(
    'in use stays open, whatever else is used at the same time; at most $openMax are open',
    async ({ openMax }) => {
      const { fake, open } = fakeFiles();
      const files = new OpenFiles({ open, openMax });
      const random = seededRandom('open files', openMax);
      const uses = Array.from({ length: 500 }, async () => {
        await turns(random.below(50));
        await files.use(random.below(20), async (handle) => {
          await turns(random.below(3));
          expect(isOpen(handle)).toBe(true);
        });
      });
      await Promise.all(uses);
      // One more may be on its way to be closed.
      expect(fake.mostOpen).toBeLessThanOrEqual(openMax + 1);
      await files.close();
      expect(fake.open).toBe(0);
    },
  );

  test('is opened once for several users', async () => {
    const { fake, open } = fakeFiles();
    const files = new OpenFiles({ open, openMax: 2 });
    await Promise.all([1, 1, 1].map((file) => files.use(file, () => turns(1))));
    expect(fake.opened).toBe(1);
  });

  test('that was missing is looked for again', async () => {
    const { open } = fakeFiles();
    let isThere = false;
    const files = new OpenFiles({ open: (file) => open(isThere ? file : -1), openMax: 2 });
    expect(await files.use(1, (handle) => handle)).toBeUndefined();
    isThere = true;
    expect(await files.use(1, (handle) => handle)).toBeDefined();
  });

  test('that failed to open fails for that use only', async () => {
    const { open } = fakeFiles();
    let isBroken = true;
    const files = new OpenFiles({
      open: (file) => (isBroken ? Promise.reject(new Error('broken')) : open(file)),
      openMax: 2,
    });
    await expect(files.use(1, () => {})).rejects.toThrow('broken');
    isBroken = false;
    expect(await files.use(1, isOpen)).toBe(true);
  });
});

test('if the process may open fewer files, these are enough', async () => {
  const { fake, open } = fakeFiles(3);
  const files = new OpenFiles({ open, openMax: 64 });
  const used: number[] = [];
  const all = Array.from({ length: 100 }, (_, file) => file);
  await Promise.all(
    all.map((file) =>
      files.use(file, async (handle) => {
        await turns(1);
        expect(isOpen(handle)).toBe(true);
        used.push(file);
      }),
    ),
  );
  expect(used.toSorted((a, b) => a - b)).toEqual(all);
  expect(fake.mostOpen).toBe(3);
});
