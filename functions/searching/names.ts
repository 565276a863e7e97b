import { UserId } from '#contract/ids.ts';
import type { Names } from '#domain/search/resolve.ts';
import { folded } from '#domain/search/words.ts';
import type { Caller } from '#runtime/caller.ts';
import { directConversationId } from '#table/direct-conversation.ts';
import type { Scope } from './scope.ts';

/** Conversations that may be called the same; others are asked for by id. */
const MOST = 100;

/** Of a scope the conversations of this id or name, in any case; where there is none, those whose names begin so. */
function conversationsNamed({ conversations }: Scope, text: string): string[] {
  if (conversations.has(text)) return [text];
  const wanted = folded(text.trim());
  if (wanted === '') return [];
  const named = [...conversations].flatMap(([id, { name }]) =>
    name === undefined ? [] : [[id, folded(name)] as const],
  );
  const called = named.filter(([, name]) => name === wanted);
  const found = called.length > 0 ? called : named.filter(([, name]) => name.startsWith(wanted));
  return found.slice(0, MOST).map(([id]) => id);
}

/** What the names in a query mean to its caller at `now` (ms), by what they may see. */
export const namesFor = (
  { tenant, userId }: Caller,
  scope: Scope,
  {
    now,
    timeZone,
    people,
  }: {
    readonly now: number;
    readonly timeZone: string;
    /** Users of the tenant by display name. */
    readonly people: (text: string) => Promise<readonly string[]>;
  },
): Names => ({
  me: userId,
  now,
  timeZone,
  usersNamed: async (text) => [
    // Whoever writes an id means it, whether or not they have a profile.
    ...new Set([...(UserId.safeParse(text).success ? [text] : []), ...(await people(text))]),
  ],
  conversationsNamed: (text) => conversationsNamed(scope, text),
  directWith: (other) => {
    const id = directConversationId(tenant, userId, other);
    return scope.conversations.has(id) ? id : undefined;
  },
  directConversationIds: () => [...scope.conversations].filter(([, { type }]) => type === 'direct').map(([id]) => id),
});
