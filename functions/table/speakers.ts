import { createHash } from 'node:crypto';
import type { Item } from './entity.ts';

const PREFIX = '@';

/** How the head names a user who spoke: 8 characters of a digest, since the head has little room. */
export const speakerKey = (userId: string): string =>
  createHash('sha256').update(userId).digest('base64url').slice(0, 8);

/** The head's attribute that holds how many messages there were with the last one of this user. */
export const speakerAttribute = (userId: string): string => speakerAttributeOf(speakerKey(userId));

/** The same, by the user's key. */
export const speakerAttributeOf = (key: string): string => PREFIX + key;

/** The speakers that a head holds. */
export const speakersIn = (item: Item): Record<string, number> =>
  Object.fromEntries(
    Object.entries(item).flatMap(([name, value]) => (name.startsWith(PREFIX) ? [[name.slice(1), Number(value)]] : [])),
  );
