/** Commands that must work in a fresh clone, as a user types them. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

describe('the code', () => {
  test.each([
    { is: 'free of type errors', command: 'npm run typecheck' },
    { is: 'free of lint', command: 'npm run lint' },
    { is: 'formatted', command: 'npm run format:check' },
    { is: 'documented', command: 'npm run --silent docs -- --check' },
  ])('is $is', ({ command }) => {
    const { status, output } = shell(command);
    expect(status, output).toBe(0);
  });
});

describe('the commands of the README', () => {
  test('npm start simulates an example with leaders', () => {
    const { status, stdout, output } = shell('npm start');
    expect(status, output).toBe(0);
    expect(stdout).toMatch(/CacheTorrent with \d+ % leaders on examples\/configs\//);
    expect(stdout).toMatch(/^redundancy /m);
  });

  test('npm start passes on the arguments after --', () => {
    const { status, stdout, output } = shell(
      'npm start -- run examples/configs/small.json --leaders 50',
    );
    expect(status, output).toBe(0);
    expect(stdout).toContain('CacheTorrent with 50 % leaders on examples/configs/small.json');
  });

  test('npm run --silent cachetorrent prints only one document with --json', () => {
    const { status, stdout, output } = shell(
      'npm run --silent cachetorrent -- run examples/configs/small.json --json',
    );
    expect(status, output).toBe(0);
    expect(Object.keys(JSON.parse(stdout))).toEqual([
      'config',
      'seed',
      'version',
      'result',
      'timing',
    ]);
  });

  test('the built command gives the same result as the source', () => {
    const run = 'packages/runner/bundle/main.js run examples/configs/small.json --json';
    const built = shell(`npm run build && node_modules/.bin/node ${run}`);
    expect(built.status, built.output).toBe(0);
    const source = shell('npm run --silent cachetorrent -- run examples/configs/small.json --json');
    expect(resultIn(built.stdout)).toEqual(resultIn(source.stdout));
  });
});

describe('the exit code', () => {
  const broken = join(mkdtempSync(join(tmpdir(), 'cachetorrent-')), 'broken.json');
  writeFileSync(broken, '{\n  "pieces": 1000,,\n}');
  test.each([
    { code: 0, of: 'help', args: '--help' },
    { code: 0, of: 'the version', args: '--version' },
    { code: 2, of: 'a missing file', args: 'run none.json' },
    { code: 2, of: 'invalid JSON', args: `run ${broken}` },
    { code: 2, of: 'an unknown option', args: 'run examples/configs/small.json --colour' },
    { code: 2, of: 'zero workers', args: 'run examples/configs/small.json --workers 0' },
    { code: 2, of: 'too many leaders', args: 'run examples/configs/small.json --leaders 101' },
  ])('of $of is $code', ({ code, args }) => {
    const { status, stdout, stderr, output } = shell(`npm run --silent cachetorrent -- ${args}`);
    expect(status, output).toBe(code);
    expect(code === 0 ? stderr : stdout).toBe('');
  });
});

function shell(command: string) {
  const { status, stdout, stderr } = spawnSync(command, { shell: true, encoding: 'utf8' });
  return { status, stdout, stderr, output: `${command}\n${stdout}${stderr}` };
}

function resultIn(stdout: string): unknown {
  return (JSON.parse(stdout.slice(stdout.indexOf('\n{') + 1)) as { result: unknown }).result;
}
