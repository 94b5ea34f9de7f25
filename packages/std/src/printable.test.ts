import { expect, test } from 'vitest';

import { printable } from './printable.ts';

test.each([
  { rule: 'plain text stays as it is', text: 'größer → 大きい 😀', shown: 'größer → 大きい 😀' },
  {
    rule: 'an escape sequence is shown',
    text: '\x1b[2J\x1b]0;title\x07',
    shown: '\\u{1b}[2J\\u{1b}]0;title\\u{7}',
  },
  { rule: 'a sequence of one byte is shown, too', text: '\x9b31m\x7f', shown: '\\u{9b}31m\\u{7f}' },
  {
    rule: 'a line stays one line',
    text: 'a\r\n\tb\u2028c\u0085d',
    shown: 'a\\r\\n\\tb\\u{2028}c\\u{85}d',
  },
  {
    rule: 'the direction of writing does not change',
    text: 'photo\u202egpj.exe\u2066\u200f\u061c',
    shown: 'photo\\u{202e}gpj.exe\\u{2066}\\u{200f}\\u{61c}',
  },
  {
    rule: 'invisible characters are shown',
    text: 'a\u200bb\ufeff\u{e0041}',
    shown: 'a\\u{200b}b\\u{feff}\\u{e0041}',
  },
  {
    rule: 'joined letters stay joined',
    text: 'می\u200cخواهم 👩\u200d💻',
    shown: 'می\u200cخواهم 👩\u200d💻',
  },
  { rule: 'half a pair is shown', text: 'a\ud83db', shown: 'a\\u{d83d}b' },
  { rule: 'long text is cut', text: 'x'.repeat(301), shown: `${'x'.repeat(300)}…` },
  {
    rule: 'the cut does not split a character',
    text: `${'x'.repeat(299)}😀`,
    shown: `${'x'.repeat(299)}…`,
  },
])('$rule', ({ text, shown }) => {
  expect(printable(text)).toBe(shown);
});

test('no unsafe character of Unicode is left', () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    const isSafe =
      !/[\p{C}\p{Zl}\p{Zp}]/u.test(character) || /[\u200c\u200d\p{Co}\p{Cn}]/u.test(character);
    if ((printable(character) === character) !== isSafe) expect.fail(`U+${code.toString(16)}`);
  }
});

test('the time does not grow with the text', () => {
  expect(printable('\x1b'.repeat(2 ** 24), 2)).toBe('\\u{1b}\\u{1b}…');
});
