import { createHash } from 'node:crypto';

/** Characters a user id may have (`UserId` of the contract). */
const LONGEST = 64;

/** Letters that Unicode does not take apart into a base letter and an accent. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/**
 * A user id made of a name: lower case letters, digits, `.`, `_` and `-`, accents folded. A name of which nothing is
 * left gets a digest of itself.
 */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{ASCII}]/gu, (letter) => LETTERS[letter] ?? '-')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[._-]+|-+$/g, '')
    .slice(0, LONGEST);
  return slug || `user-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/**
 * A user id of its own for every name, the same on every run over the same names: the first of two that fold to one id
 * keeps it, the next gets `-2`.
 */
export function userIdsOf(names: Iterable<string>): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of names) {
    if (ids.has(name)) continue;
    const slug = slugOf(name);
    let id = slug;
    for (let copy = 2; taken.has(id); copy++) {
      const suffix = `-${copy}`;
      id = slug.slice(0, LONGEST - suffix.length) + suffix;
    }
    taken.add(id);
    ids.set(name, id);
  }
  return ids;
}
