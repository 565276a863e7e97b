import { documents } from '#aws/documents.ts';
import { ERRORS, type ErrorCode } from '#contract/errors.ts';
import { partsOfMessageId } from '#contract/ids.ts';
import { pathParameters, type Route } from '#contract/route.ts';
import type { Within } from '#contract/within.ts';
import { conversationPartition, HeadEntity } from '#table/conversation.ts';
import { type Item, type Key, scope } from '#table/entity.ts';
import { HoldEntity } from '#table/legal-hold.ts';
import { MemberEntity } from '#table/member.ts';
import { MemberCountEntity } from '#table/member-count.ts';
import { StandingEntity } from '#table/member-standing.ts';
import { ProfileEntity } from '#table/settings.ts';
import { tableName } from '#table/table-name.ts';
import { itemsOf } from './world.ts';

/** Who asks: somebody with a role in the conversation, or an admin of the tenant who is an ordinary member in it. */
export const ACTORS = ['owner', 'admin', 'member', 'guest', 'tenant admin'] as const;
export type Actor = (typeof ACTORS)[number];

/** How the actor stands to the conversation: in it, in it while it is archived or was purged, or not in it in one of four ways. */
export const SITUATIONS = ['inside', 'archived', 'purged', 'other tenant', 'never a member', 'banned', 'left'] as const;
export type Situation = (typeof SITUATIONS)[number];

const roleOf = (actor: Actor) => (actor === 'tenant admin' ? 'member' : actor);

/** What the token says of an actor. */
export const tokenRoles = (actor: Actor): string[] => (actor === 'tenant admin' ? ['user', 'admin'] : ['user']);

type Input = Readonly<Record<string, unknown>>;

/** The conversation that an input names, by its id or by a message's; undefined when it names none. */
export const conversationNamed = ({ conversationId, messageId }: Input): string | undefined =>
  typeof messageId === 'string'
    ? partsOfMessageId(messageId).conversationId
    : typeof conversationId === 'string'
      ? conversationId
      : undefined;

/** What an operation says of something that is not there, by the noun its path names first. */
export function notFoundOf({ path, refuses }: Route): ErrorCode | undefined {
  const nouns = pathParameters(path).map((name) => name.replace(/Id$/, ''));
  return nouns.map((noun) => `${noun}.not_found` as ErrorCode).find((code) => refuses.includes(code));
}

/** What somebody gets: `done`, or a code. */
export function expected(route: Route, within: Within, actor: Actor, situation: Situation): ErrorCode | 'done' {
  const { roles, otherwise, archived, open } = within;
  const notFound = notFoundOf(route) ?? route.refuses.find((code) => code === 'message.not_found');
  if (!notFound) throw new Error(`${route.method} ${route.path} names a conversation and refuses no missing one`);
  switch (situation) {
    case 'other tenant':
    case 'purged':
      return notFound;
    case 'never a member':
    case 'left':
      return open ? 'done' : notFound;
    case 'banned':
      return open ? 'participant.banned' : notFound;
    default: {
      const may = roles.includes(roleOf(actor));
      if (!may && !otherwise)
        throw new Error(`${route.path}: \`within\` does not say what other roles are refused with`);
      if (!may) return otherwise!;
      if (situation === 'archived') return archived === 'refused' ? 'conversation.archived' : 'done';
      return archived === 'only' ? 'conversation.not_archived' : 'done';
    }
  }
}

/** True for a reply as good as the one expected: which of two reasons a refusal names first makes no difference. */
export const isAsExpected = (within: Within, wanted: string, got: string, situation: Situation): boolean =>
  got === wanted ||
  (got === 'conversation.archived' &&
    situation === 'archived' &&
    within.archived === 'refused' &&
    wanted === within.otherwise);

/** What a reply says, as `expected` says it. */
export const outcomeOf = ({ status, body }: { status: number; body: Readonly<Record<string, unknown>> }): string =>
  status < 300 ? 'done' : String(body['code']);

/** The status that belongs to an outcome, beside 200 for what was done before. */
export const statusOf = (route: Route, outcome: string): number =>
  outcome === 'done' ? route.status : ERRORS[outcome as ErrorCode][0];

/**
 * The examples' world of a tenant, with `ada` standing to one conversation as the actor and the situation say. `olive`
 * owns the conversation too, so that no rule about the last owner is in the way.
 */
export function worldOf(tenantId: string, conversationId: string, actor: Actor, situation: Situation): Item[] {
  const tenant = scope(tenantId);
  const at = Date.UTC(2026, 10, 21, 9, 30);
  const pk = conversationPartition(tenant, conversationId);
  const role = roleOf(actor);
  const isHere = (item: Item, sk: string): boolean => item['pk'] === pk && item['sk'] === sk;
  const head = HeadEntity.key(tenant, conversationId);
  const inside = situation === 'inside' || situation === 'archived' || situation === 'purged';
  const membership = (userId: string, as: 'owner' | typeof role) =>
    MemberEntity.toItem(tenant, { userId, conversationId, role: as, joinedAt: at, joinedSeq: 1, addedBy: 'olive' }, at);
  // Holds are looked at apart; where one is, nothing is purged.
  const rest = itemsOf(tenantId).filter(
    (item) => !isHere(item, 'P#ada') && !isHere(item, 'COUNT') && item['ty'] !== HoldEntity.type,
  );
  const items = [...rest, membership('olive', 'owner'), ...(inside ? [membership('ada', role)] : [])].map((item) =>
    item['pk'] === head.pk && item['sk'] === head.sk ? headAs(item, situation === 'archived' ? at : undefined) : item,
  );
  const members = items.filter((item) => item['pk'] === pk && item['ty'] === MemberEntity.type);
  const owners = members.filter((item) => item['role'] === 'owner').length;
  items.push(MemberCountEntity.toItem(tenant, conversationId, { members: members.length, owners, standings: 1 }));
  if (situation === 'banned')
    items.push(
      StandingEntity.toItem(tenant, conversationId, { userId: 'ada', ban: { by: 'olive', byRole: 'owner', at } }),
    );
  if (situation === 'left' && role === 'guest')
    items.push(StandingEntity.toItem(tenant, conversationId, { userId: 'ada', guest: true }));
  // All of it is there still, but for the head.
  return situation === 'purged' ? items.filter((item) => !isHere(item, 'HEAD')) : items;
}

/** What the last message said that somebody may not see. */
export const PAST = 'Good morning.';

/** The world with nothing of the conversation shown to `ada` from before she joined, long after its last message. */
export function withoutPast(items: readonly Item[], tenantId: string, conversationId: string): Item[] {
  const tenant = scope(tenantId);
  const [head, ada] = [
    HeadEntity.key(tenant, conversationId),
    MemberEntity.key(tenant, { conversationId, userId: 'ada' }),
  ];
  const profile = ProfileEntity.key(tenant, conversationId);
  const is = (item: Item, key: Key): boolean => item['pk'] === key.pk && item['sk'] === key.sk;
  return items.map((item) => {
    if (is(item, head))
      return { ...item, rules: { since: true }, lastSeq: 1, last: { by: 'bob', type: 'text', text: PAST } };
    if (is(item, profile)) return { ...item, settings: { ...(item['settings'] as object), history: 'since_joined' } };
    return is(item, ada) ? { ...item, joinedSeq: 1_000 } : item;
  });
}

const headAs = ({ archivedAt: _, ...head }: Item, archivedAt: number | undefined): Item =>
  archivedAt === undefined ? head : { ...head, archivedAt };

/** Puts a world into the table, in one call. */
export const place = (items: readonly Item[]): Promise<void> =>
  documents.transactWrite(items.map((Item) => ({ Put: { TableName: tableName(), Item } })));
