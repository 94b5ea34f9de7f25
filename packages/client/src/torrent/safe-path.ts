/**
 * Keeps the files of a torrent inside their folder. A path comes from an untrusted author, and may
 * lead out of the folder: by `..`, by a separator in a name, or by a name that is special in an
 * operating system.
 */

/** Names that Windows reserves for devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
/** The colon would name an alternate data stream of another file. */
const FORBIDDEN_ON_WINDOWS = /[<>:"|?*]/;

/** Returns what is wrong with a path on `platform`; undefined if it is safe. */
export function pathProblem(
  path: readonly string[],
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (path.length === 0) return 'is empty';
  for (const part of path) {
    if (part === '' || part === '.' || part === '..') return `has the part "${part}"`;
    if (/[/\\]/.test(part)) return `has a separator inside the part "${part}"`;
    if (/\p{Cc}/u.test(part)) return 'has control characters';
    if (Buffer.byteLength(part) > 255) return 'has a part of over 255 bytes';
    if (/^[a-z]:/i.test(part)) return `names a drive in "${part}"`;
    const problem = platform === 'win32' ? windowsProblem(part) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function windowsProblem(part: string): string | undefined {
  if (DEVICE.test(part)) return `names a device in "${part}"`;
  if (FORBIDDEN_ON_WINDOWS.test(part)) return `has a character in "${part}" that Windows forbids`;
  if (/[. ]$/.test(part)) return `has the part "${part}", whose end Windows drops`;
  return undefined;
}

/** The operating systems for which `A` and `a` are the same name. */
const CASE_INSENSITIVE: ReadonlySet<NodeJS.Platform> = new Set(['win32', 'darwin']);

function foldCase(part: string): string {
  return part.normalize('NFC').toLowerCase();
}

/** Returns a path that is that of two files, or of a file and a folder; undefined if none is. */
export function findCollision(
  paths: readonly (readonly string[])[],
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const original of paths) {
    const path = CASE_INSENSITIVE.has(platform) ? original.map(foldCase) : original;
    const whole = path.join('/');
    if (files.has(whole) || folders.has(whole)) return whole;
    files.add(whole);
    for (let length = 1; length < path.length; length++) {
      const folder = path.slice(0, length).join('/');
      if (files.has(folder)) return folder;
      folders.add(folder);
    }
  }
  return undefined;
}
