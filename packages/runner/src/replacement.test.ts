import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { inFolder } from '../test/campaigns.ts';
import { removeLeftovers, replaceFile, replaceFolder } from './replacement.ts';

/** The id of a process that has ended. */
const DEAD = spawnSync(process.execPath, ['--version']).pid;
/** The id of a process that runs as long as this one. */
const ALIVE = process.ppid;

describe('what a killed process leaves behind', () => {
  test('is removed by the next one', () =>
    inFolder(async (folder) => {
      const [page, results] = [join(folder, 'report.html'), join(folder, 'results')];
      writeFileSync(join(folder, `.report.html.${DEAD}.new`), 'half a page');
      for (const kind of ['new', 'old']) {
        mkdirSync(join(folder, `.results.${DEAD}.${kind}`));
        writeFileSync(join(folder, `.results.${DEAD}.${kind}`, 'run.json'), 'another');
      }
      mkdirSync(results);
      await replaceFile(page, 'a page');
      await replaceFolder(results, { 'run.json': 'new' });
      expect(readdirSync(folder).sort()).toEqual(['report.html', 'results']);
      expect(readFileSync(join(results, 'run.json'), 'utf8')).toBe('new');
    }));

  test('is kept while the process runs', () =>
    inFolder(async (folder) => {
      const unfinished = `.report.html.${ALIVE}.new`;
      writeFileSync(join(folder, unfinished), 'half a page');
      await replaceFile(join(folder, 'report.html'), 'a page');
      expect(readdirSync(folder).sort()).toEqual([unfinished, 'report.html']);
    }));

  test('is not confused with other files', () =>
    inFolder(async (folder) => {
      const others = [`.report.html.${DEAD}.newer`, '.report.html.x.new', '.report.html', 'report'];
      for (const name of others) writeFileSync(join(folder, name), '');
      await removeLeftovers(join(folder, 'report.html'));
      expect(readdirSync(folder).sort()).toEqual(others.sort());
    }));

  test('is put back if it is the earlier folder, and the new one is not in place', () =>
    inFolder(async (folder) => {
      for (const kind of ['new', 'old']) {
        mkdirSync(join(folder, `.results.${DEAD}.${kind}`));
        writeFileSync(join(folder, `.results.${DEAD}.${kind}`, 'run.json'), kind);
      }
      await removeLeftovers(join(folder, 'results'));
      expect(readdirSync(folder)).toEqual(['results']);
      expect(readFileSync(join(folder, 'results', 'run.json'), 'utf8')).toBe('old');
    }));
});
