/** The command line of the client: help texts, and options with a former name. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { addClientCommands } from '../src/commands/index.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A command line with the commands of the client, and what it has written. */
function newProgram(signal = new AbortController().signal) {
  const written = { out: '', err: '' };
  const stdout = {
    write: (text: string) => {
      written.out += text;
    },
  };
  const stderr = {
    write: (text: string) => {
      written.err += text;
    },
  };
  const program = new Command('client').exitOverride().configureOutput({
    writeOut: stdout.write,
    writeErr: stderr.write,
    getOutHelpWidth: () => 80,
  });
  addClientCommands(program, { stdout, stderr, signal });
  return { program, written };
}

describe('the help', () => {
  test.each(['seed', 'get', 'track'])(
    'of %s fits into 80 columns, descriptions in a column of their own',
    (name) => {
      const { program, written } = newProgram();
      expect(() => program.parse([name, '--help'], { from: 'user' })).toThrow('(outputHelp)');
      const lines = written.out.trimEnd().split('\n');
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
      const options = lines.slice(lines.indexOf('Options:') + 1);
      expect(options.length).toBeGreaterThan(5);
      for (const option of options) expect(option).toMatch(/^ {2}-|^ {20,}\S/);
    },
  );

  test('does not mention former names', () => {
    const { program, written } = newProgram();
    expect(() => program.parse(['track', '--help'], { from: 'user' })).toThrow('(outputHelp)');
    expect(written.out).toContain('--prefix-to-as <file>');
    expect(written.out).not.toContain('--systems');
  });
});

test.each([
  { option: '--prefix-to-as', note: '' },
  { option: '--systems', note: 'note: --systems is now called --prefix-to-as\n' },
])('$option names the table of prefixes', async ({ option, note }) => {
  const table = join(folder, 'prefixes.txt');
  await writeFile(table, '10.1.0.0/16 64513\n');
  const stop = new AbortController();
  const { program, written } = newProgram(stop.signal);
  const ended = program.parseAsync(['track', '--host', '127.0.0.1', '--port', '0', option, table], {
    from: 'user',
  });
  await vi.waitFor(() => expect(written.out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/announce\n$/));
  stop.abort();
  await ended;
  expect(written.err).toBe(note);

  await writeFile(table, 'not a prefix');
  await expect(
    newProgram().program.parseAsync(['track', option, table], { from: 'user' }),
  ).rejects.toThrow(`${table}, line 1: "not a prefix" is not a prefix and an AS number`);
});

/** Runs a tracker with options, and returns its answers to announces with these fields. */
async function answersOf(options: readonly string[], announces: readonly string[]) {
  const stop = new AbortController();
  const { program, written } = newProgram(stop.signal);
  const args = ['track', '--host', '127.0.0.1', '--port', '0', ...options];
  const ended = program.parseAsync(args, { from: 'user' });
  await vi.waitFor(() => expect(written.out).toMatch(/announce\n$/));
  const answers: string[] = [];
  for (const fields of announces) {
    const query = `info_hash=${'a'.repeat(20)}&peer_id=${'b'.repeat(20)}&${fields}`;
    answers.push(await (await fetch(`${written.out.trim()}?${query}`)).text());
  }
  stop.abort();
  await ended;
  return answers;
}

test('a table may be compressed, and a prefix-to-AS file of CAIDA', async () => {
  const table = join(folder, 'routeviews.pfx2as.gz');
  await writeFile(table, gzipSync('127.0.0.0\t8\t64513_64514\n'));
  const options = ['--leaders', '10', '--systems', table];
  const [answer] = await answersOf(options, ['port=1&ct=1&ct_up=1']);
  expect(answer).toContain('5:ct_asi64513e');
});

test('--peers-per-address limits the peers of one address', async () => {
  const announces = [1, 2, 3, 4].map((port) => `port=${port}`);
  const answers = await answersOf(['--peers-per-address', '2'], announces);
  expect(answers.at(-1)).toContain('10:incompletei2e');
});

test.each(['--peers-per-address', '--interval'])('%s 0 is refused', async (option) => {
  const ended = newProgram().program.parseAsync(['track', option, '0'], { from: 'user' });
  await expect(ended).rejects.toThrow('Write a whole number, 1 or more.');
});

test.each([
  ['is in UTF-16', Buffer.from('\ufeff10.0.0.0/8 64513\n', 'utf16le'), 'it is in UTF-16'],
  ['is empty', '', 'has no prefixes'],
  ['has only comments', '# nothing\n\n', 'has no prefixes'],
])('a table that %s is refused', async (_, bytes, says) => {
  const table = join(folder, 'table');
  await writeFile(table, bytes);
  const args = ['track', '--host', '127.0.0.1', '--port', '0', '--prefix-to-as', table];
  const ended = newProgram().program.parseAsync(args, { from: 'user' });
  await expect(ended).rejects.toThrow(says);
});

test('a table without an end is refused', async () => {
  const ended = newProgram().program.parseAsync(['track', '--prefix-to-as', '/dev/zero'], {
    from: 'user',
  });
  await expect(ended).rejects.toThrow(/^\/dev\/zero: cannot be read \(it has more than \d+ bytes/);
});
