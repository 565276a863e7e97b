import { UserId } from '#contract/ids.ts';
import type { Suggestion } from '#contract/suggestions.ts';
import { matchName, runsOf } from '#domain/search/name-match.ts';
import { normalised } from '#domain/search/recent.ts';
import { askedAt, type Found, suggestionsFor } from '#domain/search/suggest.ts';
import type { Caller } from '#runtime/caller.ts';
import { findHeadsFor } from '#table/conversation-list.ts';
import { recentSearches } from '#table/recent-search.ts';
import { listUsers } from '#table/user.ts';
import { whereAnswered } from './answered.ts';
import { findPeople } from './people.ts';
import { recentScopeOf } from './recent-scope.ts';

/** Names of each kind that are looked up. */
const MOST_NAMES = 6;
/** Names are suggested as they begin, with accents or without: who is still typing has not mistyped yet. */
const BEGINS = 3;

/** The caller's conversations by how their names begin; each is checked, consistently, before it is told. */
async function conversationsBeginning(caller: Caller, text: string, at: number): Promise<Found['conversations']> {
  const runs = runsOf(text);
  const { conversations } = await recentScopeOf(caller, at);
  const found = [...conversations]
    .flatMap(([conversationId, { name, lastAt }]) => {
      const rank = name === undefined ? undefined : matchName(name, runs)?.rank;
      return rank !== undefined && rank <= BEGINS ? [{ conversationId, rank, lastAt }] : [];
    })
    .sort((one, other) => one.rank - other.rank || other.lastAt - one.lastAt)
    .slice(0, MOST_NAMES);
  const standing = await findHeadsFor(
    caller.tenant,
    found.map(({ conversationId }) => conversationId),
    caller.userId,
  );
  const namesakes = (name: string) =>
    [...conversations.values()].filter((one) => one.name !== undefined && normalised(one.name) === normalised(name));
  return found.flatMap(({ conversationId }) => {
    const name = standing.get(conversationId)?.head.name;
    if (name === undefined || !matchName(name, runs)) return [];
    return [{ conversationId, name, alone: namesakes(name).length <= 1 }];
  });
}

/** Users by how they are called; undefined where the engine does not answer. */
const peopleBeginning = ({ tenant }: Caller, text: string, at: number) =>
  whereAnswered(async () => (await findPeople(tenant, text, { size: MOST_NAMES, at })).map(({ user }) => user));

/** Users by how their ids begin, from the table alone. */
async function peopleById({ tenant }: Caller, text: string) {
  const prefix = UserId.safeParse(text);
  if (!prefix.success) return [];
  return (await listUsers(tenant, { after: undefined, prefix: prefix.data, limit: MOST_NAMES })).users;
}

/** Searches of one's own that go on from what is typed. */
async function recentBeginning({ tenant, userId }: Caller, q: string, at: number): Promise<string[]> {
  const begun = normalised(q);
  const recent = await recentSearches(tenant, userId, at);
  return recent.map((search) => search.q).filter((search) => normalised(search).startsWith(begun) && search !== q);
}

/** What a user may mean to type at a place of a query: one question to the engine at most, and only where a name may stand there. */
export async function findSuggestions(
  caller: Caller,
  { q, caret, limit }: { readonly q: string; readonly caret: number; readonly limit: number },
  at: number,
): Promise<{ items: Suggestion[]; unavailable: 'people'[] }> {
  const asked = askedAt(q, caret);
  const { person, conversation, typed } = asked;
  const [recent, people, conversations] = await Promise.all([
    typed.operator ? [] : recentBeginning(caller, q, at),
    person === undefined ? [] : peopleBeginning(caller, person, at),
    conversation === undefined ? [] : conversationsBeginning(caller, conversation, at),
  ]);
  const found = { recent, conversations, people: people ?? (await peopleById(caller, person ?? '')) };
  return { items: suggestionsFor(asked, found, limit), unavailable: people ? [] : ['people'] };
}
