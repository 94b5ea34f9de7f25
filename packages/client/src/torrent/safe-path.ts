/**
 * Gives the files of a torrent paths inside their folder. The names come from an untrusted author,
 * and could lead out of the folder: by `..`, by a separator in a name, or by a name that is special
 * in an operating system. Such names are changed, as other clients do; the bytes of the torrent,
 * and its info hash, stay as they are.
 */

/** What is replaced in a name: separators, control characters, changes of writing direction. */
const UNSAFE = /[/\\\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;
const REPLACEMENT = '_';
/** The limit of a name in most file systems. */
const NAME_BYTES_MAX = 255;
/** The limits of a whole path: below those of Linux, and of use to nobody above. */
const PATH_BYTES_MAX = 1_000;
const PATH_PARTS_MAX = 64;
/** An ending that is longer does not say what kind of file it is. */
const EXTENSION_BYTES_MAX = 20;

/** The colon would name an alternate data stream of another file. */
const FORBIDDEN_ON_WINDOWS = /[<>:"|?*]/g;
/** Names that Windows reserves for devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** Returns `name` itself if it is safe as the name of a file, otherwise a similar name. */
export function safeName(name: string, platform: NodeJS.Platform = process.platform): string {
  let safe = name.replaceAll(UNSAFE, REPLACEMENT);
  if (platform === 'win32') {
    // Windows drops dots and spaces at the end.
    safe = safe.replaceAll(FORBIDDEN_ON_WINDOWS, REPLACEMENT).replace(/[. ]+$/, REPLACEMENT);
    if (DEVICE.test(safe)) safe = `${REPLACEMENT}${safe}`;
  }
  if (safe === '' || safe === '.' || safe === '..') safe = REPLACEMENT;
  return safe.length * 3 <= NAME_BYTES_MAX ? safe : withSuffix(safe, '');
}

/**
 * Returns the safe parts of a path; empty ones, `.` and `..` are left out. Of a path that is too
 * long, the first and the last part stay.
 */
export function safePath(path: readonly string[], platform?: NodeJS.Platform): readonly string[] {
  const [first = '', ...rest] = path;
  const named = rest.filter((part) => part !== '' && part !== '.' && part !== '..');
  const isOnlyFolders = rest.length > 0 && named.length === 0;
  const parts = [first, ...(isOnlyFolders ? [''] : named)];
  const isLong =
    parts.length > PATH_PARTS_MAX || Buffer.byteLength(parts.join('/')) > PATH_BYTES_MAX;
  const kept = isLong && parts.length > 2 ? [first, parts.at(-1)!] : parts;
  return kept.map((part) => safeName(part, platform));
}

/** The operating systems for which `A` and `a` are the same name. */
const CASE_INSENSITIVE: ReadonlySet<NodeJS.Platform> = new Set(['win32', 'darwin']);

/** What is in a folder: another folder, which has a number, or a file. */
type Entry = number | 'file';
const ROOT = 0;

/** Gives each file a path of its own: two files, or a file and a folder, may have the same. */
export class UniquePaths {
  readonly #isCaseInsensitive: boolean;
  /** By the number of the folder and the name: short keys, since a torrent may be deep. */
  readonly #entries = new Map<string, Entry>();
  #folders = 1;
  /** The name of a folder whose own name is that of a file, by its key. */
  readonly #renamedFolders = new Map<string, string>();
  /** The next number to try for a file, by its key: without it, equal names would cost O(n²). */
  readonly #nextNumber = new Map<string, number>();

  constructor(platform: NodeJS.Platform = process.platform) {
    this.#isCaseInsensitive = CASE_INSENSITIVE.has(platform);
  }

  /** Returns the path of one more file: `path` itself, or one with a number in it. */
  add(path: readonly string[]): readonly string[] {
    const unique: string[] = [];
    let folder = ROOT;
    for (const part of path.slice(0, -1)) {
      const name = this.#folderName(folder, part);
      unique.push(name);
      folder = this.#enter(this.#key(folder, name));
    }
    const name = this.#fileName(folder, path.at(-1)!);
    this.#entries.set(this.#key(folder, name), 'file');
    return [...unique, name];
  }

  /** Returns the number of a folder, which may be new. */
  #enter(key: string): number {
    const entry = this.#entries.get(key);
    if (typeof entry === 'number') return entry;
    const folder = this.#folders++;
    this.#entries.set(key, folder);
    return folder;
  }

  #fileName(folder: number, name: string): string {
    const key = this.#key(folder, name);
    if (!this.#entries.has(key)) return name;
    let candidate = name;
    let number = this.#nextNumber.get(key) ?? 2;
    while (this.#entries.has(this.#key(folder, candidate))) {
      candidate = withSuffix(name, ` (${number++})`);
    }
    this.#nextNumber.set(key, number);
    return candidate;
  }

  #folderName(folder: number, name: string): string {
    const key = this.#key(folder, name);
    if (this.#entries.get(key) !== 'file') return name;
    let candidate = this.#renamedFolders.get(key) ?? name;
    for (let number = 2; this.#entries.get(this.#key(folder, candidate)) === 'file'; number++) {
      candidate = withSuffix(name, ` (${number})`);
    }
    this.#renamedFolders.set(key, candidate);
    return candidate;
  }

  #key(folder: number, name: string): string {
    return `${folder}/${this.#isCaseInsensitive ? name.normalize('NFC').toLowerCase() : name}`;
  }
}

/** Adds `suffix` before the extension of a name, and shortens what is too long then. */
function withSuffix(name: string, suffix: string): string {
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 ? name.slice(dot) : '';
  const extension = Buffer.byteLength(ending) <= EXTENSION_BYTES_MAX ? ending : '';
  const stem = name.slice(0, name.length - extension.length);
  const bytesMax = NAME_BYTES_MAX - suffix.length - Buffer.byteLength(extension);
  return `${startOf(stem, bytesMax)}${suffix}${extension}`;
}

/** Returns the start of `text` that has at most `bytesMax` bytes, without half a character. */
function startOf(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  let end = bytesMax;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString();
}
