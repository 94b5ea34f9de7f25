/**
 * Text from outside, such as a file name in a torrent or the message of a tracker, made safe for a
 * terminal and a log. A control character could begin an escape sequence or a line of its own, and
 * one that changes the direction of writing could make a name look like another.
 */

/**
 * Control and format characters, the separators of lines and paragraphs, and halves of pairs; not
 * the two that join letters (U+200C, U+200D), which scripts and emoji need.
 */
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const LENGTH_MAX = 300;

/** Returns `text` on one line, with unsafe characters escaped, and cut after `lengthMax`. */
export function printable(text: string, lengthMax: number = LENGTH_MAX): string {
  if (text.length <= lengthMax) return text.replace(UNSAFE, escapeCharacter);
  // The cut may be in the middle of a surrogate pair.
  const start = text.slice(0, lengthMax).replace(/[\ud800-\udbff]$/, '');
  return `${start.replace(UNSAFE, escapeCharacter)}…`;
}

function escapeCharacter(character: string): string {
  return SHORT[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
