import type { ConversationHit } from '#contract/search-box.ts';
import {
  type Candidate,
  type ConversationPlace,
  conversationPlace,
  inOrder,
} from '#domain/search/conversation-rank.ts';
import { marked } from '#domain/search/marked.ts';
import { matchName, type Run, runsOf } from '#domain/search/name-match.ts';
import { sightOf } from '#domain/visibility.ts';
import { searchDescriptions } from '#gateways/search/name-search.ts';
import type { Caller } from '#runtime/caller.ts';
import { toConversation } from '#table/conversation.ts';
import { findHeadsFor } from '#table/conversation-list.ts';
import { wordsOfConversations } from '#table/conversation-words.ts';
import { tenantIdOf } from '#table/entity.ts';
import { conversationIdsOf, membersAmong } from '#table/member.ts';
import { indexState } from '#table/search-index.ts';
import { rulesOf } from '#table/tenant-settings.ts';
import { whereAnswered } from './answered.ts';
import { findPeople } from './people.ts';
import type { Scope } from './scope.ts';

/** People whose conversations are looked at, and descriptions that are found. */
const [MOST_PEOPLE, MOST_DESCRIBED] = [10, 200];
/** Candidates that are checked at once. */
const AT_ONCE = 30;

export interface ConversationsFound {
  readonly items: ConversationHit[];
  readonly next: ConversationPlace | undefined;
  readonly matched: 'exact' | 'similar';
  readonly unavailable: ('participants' | 'descriptions')[];
}

/** People who were found, by the conversations of the scope that they are in as well. */
async function peopleIn({ tenant, userId }: Caller, scope: Scope, q: string, at: number) {
  const people = (await findPeople(tenant, q, { size: MOST_PEOPLE, at })).filter(({ user }) => user.userId !== userId);
  const found = new Map<string, { userIds: string[]; rank: number }>();
  await Promise.all(
    people.map(async ({ user, rank }) => {
      for (const conversationId of await conversationIdsOf(tenant, user.userId)) {
        if (!scope.conversations.has(conversationId)) continue;
        const { userIds = [], rank: best = rank } = found.get(conversationId) ?? {};
        found.set(conversationId, { userIds: [...userIds, user.userId], rank: Math.min(best, rank) });
      }
    }),
  );
  return found;
}

async function describedIn({ tenant }: Caller, scope: Scope, runs: readonly Run[], at: number): Promise<Set<string>> {
  const { live: generation } = await indexState(at);
  const conversationIds = [...scope.conversations.keys()];
  const request = { generation, tenantId: tenantIdOf(tenant), runs, size: MOST_DESCRIBED, conversationIds };
  const hits = await searchDescriptions({ ...request, match: 'exact' });
  return new Set(hits.map(({ id }) => id));
}

/** Candidates as they stand now, consistently: what is no longer the caller's, or no longer what was asked for, is left out. */
async function checked(
  { tenant, userId }: Caller,
  candidates: readonly Candidate[],
  runs: readonly Run[],
  at: number,
): Promise<(ConversationHit | undefined)[]> {
  const ids = candidates.map(({ conversationId }) => conversationId);
  const described = candidates.filter((candidate) => candidate.described).map(({ conversationId }) => conversationId);
  const [standing, words, present, { retention }] = await Promise.all([
    findHeadsFor(tenant, ids, userId),
    wordsOfConversations(tenant, described),
    membersAmong(
      tenant,
      candidates.flatMap(({ conversationId, people }) => people.map((other) => ({ conversationId, userId: other }))),
    ),
    rulesOf(tenant, at),
  ]);
  return candidates.map(({ conversationId, people }) => {
    const stands = standing.get(conversationId);
    if (!stands) return undefined;
    const { head, member } = stands;
    const texts = { name: head.name, description: words.get(conversationId)?.description ?? undefined };
    const highlights = Object.entries(texts).flatMap(([field, text]) => {
      const found = text === undefined ? undefined : matchName(text, runs);
      return found ? [{ field, fragments: [marked(text!, found.offsets)], offsets: found.offsets }] : [];
    });
    const participants = people.filter((other) => present(conversationId, other));
    const by = [
      ...highlights.map(({ field }) => field as 'name' | 'description'),
      ...(participants.length > 0 ? (['participant'] as const) : []),
    ];
    if (by.length === 0) return undefined;
    const sight = sightOf(head, member, retention, at);
    return { conversation: toConversation(conversationId, head, member.role, sight), by, participants, highlights };
  });
}

/**
 * Conversations of a user's own by name, participants and description, the best first. Names and who is in them are the table's; the
 * index says who is called so, and what conversations are about. Each is checked, consistently, before it is shown.
 */
export async function findConversations(
  caller: Caller,
  { q, limit, after }: { readonly q: string; readonly limit: number; readonly after?: ConversationPlace | undefined },
  scope: Scope,
  at: number,
): Promise<ConversationsFound> {
  const runs = runsOf(q);
  const nothing = runs.length === 0 || scope.conversations.size === 0;
  const [people, described] = nothing
    ? [new Map<string, never>(), new Set<string>()]
    : await Promise.all([
        whereAnswered(() => peopleIn(caller, scope, q, at)),
        whereAnswered(() => describedIn(caller, scope, runs, at)),
      ]);
  const candidates = [...scope.conversations].flatMap(([conversationId, { type, name, lastAt }]): Candidate[] => {
    const found = {
      name: name === undefined ? undefined : matchName(name, runs)?.rank,
      people: people?.get(conversationId)?.userIds ?? [],
      person: people?.get(conversationId)?.rank,
      described: described?.has(conversationId) ?? false,
    };
    if (found.name === undefined && found.person === undefined && !found.described) return [];
    return [{ conversationId, lastAt, isDirect: type === 'direct', ...found }];
  });
  const { ordered, matched } = inOrder(candidates, after);
  const items: ConversationHit[] = [];
  let looked = 0;
  while (looked < ordered.length && items.length < limit) {
    const part = ordered.slice(looked, looked + Math.min(AT_ONCE, limit - items.length));
    items.push(...(await checked(caller, part, runs, at)).filter((hit) => hit !== undefined));
    looked += part.length;
  }
  const last = ordered[looked - 1];
  return {
    items,
    next: last && looked < ordered.length ? conversationPlace(last) : undefined,
    matched,
    unavailable: [...(people ? [] : (['participants'] as const)), ...(described ? [] : (['descriptions'] as const))],
  };
}
