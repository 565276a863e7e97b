import { documents, pagesOf } from '#aws/documents.ts';
import { batchGet } from './batch-get.ts';
import { type Head, HeadEntity } from './conversation.ts';
import type { TenantKey } from './entity.ts';
import { LARGE, type Member, MemberEntity, userPartition } from './member.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';
import { type MemberState, memberStateOf } from './watermark.ts';

/** AP-19 A conversation's head with one user's membership, consistently, in one call. */
export async function findHeadFor(
  tenant: TenantKey,
  conversationId: string,
  userId: string,
): Promise<{ head: Head | undefined; member: Member | undefined }> {
  const items = await batchGet(
    [HeadEntity.key(tenant, conversationId), MemberEntity.key(tenant, { conversationId, userId })],
    { consistent: true },
  );
  const head = items.find(({ ty }) => ty === HeadEntity.type);
  const member = items.find(({ ty }) => ty === MemberEntity.type);
  return { head: head && HeadEntity.fromItem(head), member: member && MemberEntity.fromItem(member) };
}

/** A conversation as one of its members stands to it. */
export interface Stands {
  readonly head: Head;
  readonly member: Member;
}

/** AP-460 The heads of several conversations with one user's memberships, by id, consistently; those the user is not in are left out. */
export async function findHeadsFor(
  tenant: TenantKey,
  conversationIds: readonly string[],
  userId: string,
): Promise<Map<string, Stands>> {
  const items = await batchGet(
    conversationIds.flatMap((conversationId) => [
      HeadEntity.key(tenant, conversationId),
      MemberEntity.key(tenant, { conversationId, userId }),
    ]),
    { consistent: true },
  );
  const heads = new Map(items.filter(({ ty }) => ty === HeadEntity.type).map((item) => [String(item.pk), item]));
  return new Map(
    items
      .filter(({ ty }) => ty === MemberEntity.type)
      .flatMap((item) => {
        const head = heads.get(String(item.pk));
        const member = MemberEntity.fromItem(item);
        return head ? [[member.conversationId, { head: HeadEntity.fromItem(head), member }]] : [];
      }),
  );
}

/** AP-39 The heads of several conversations, by id: for a list eventually consistent, half a read unit each, a whole one where it is to be consistent. */
export async function headsOf(
  tenant: TenantKey,
  conversationIds: readonly string[],
  { consistent = false } = {},
): Promise<Map<string, Head>> {
  const idByKey = new Map(conversationIds.map((id) => [HeadEntity.key(tenant, id).pk, id]));
  const items = await batchGet(
    conversationIds.map((id) => HeadEntity.key(tenant, id)),
    { consistent },
  );
  return new Map(items.map((item) => [idByKey.get(String(item.pk))!, HeadEntity.fromItem(item)]));
}

/** A membership as the by-user index holds it: without watermarks. */
export type Listed = Omit<MemberState, 'readSeq' | 'readN' | 'readG' | 'deliveredSeq' | 'ownN' | 'bumped'>;

/** Large conversations that a first page reads beside as many others as it shows, in the same query. */
const LARGE_BESIDE = 16;

/** A page of a user's memberships: those that lie by activity, with their places, and all those of large conversations. */
export interface ListedPage {
  readonly memberships: readonly { readonly member: Listed; readonly place: string }[];
  readonly large: readonly Listed[];
  readonly more: boolean;
}

/**
 * AP-05 The conversations of a user, by activity, newest first, before the place `before`. From the start, or `withLarge`,
 * the user's large conversations too, which have no place: there are few, and one query reads both.
 */
export async function listMemberships(
  tenant: TenantKey,
  userId: string,
  page: { readonly before: string | undefined; readonly limit: number; readonly withLarge: boolean },
): Promise<ListedPage> {
  const { before, limit } = page;
  if (before === undefined) {
    let found = await stretch(tenant, userId, { first: 'C#', last: `${LARGE}~`, limit: limit + 1 + LARGE_BESIDE });
    // Somebody in very many large conversations: all of them first, then what a page shows of the others.
    while (found.next !== undefined && found.items.every(isLarge)) {
      const further = await stretch(tenant, userId, { first: 'C#', last: found.next, limit: limit + 1 + LARGE_BESIDE });
      found = {
        items: [...found.items, ...further.items.filter(({ place }) => place !== found.next)],
        next: further.next,
      };
    }
    const small = found.items.filter((item) => !isLarge(item));
    return {
      memberships: small.slice(0, limit),
      large: found.items.filter(isLarge).map(({ member }) => member),
      more: small.length > limit || found.next !== undefined,
    };
  }
  const [small, large] = await Promise.all([
    // BETWEEN includes the place itself, which the last page showed already.
    stretch(tenant, userId, { first: 'C#', last: before, limit: limit + 2 }),
    page.withLarge ? allLarge(tenant, userId) : [],
  ]);
  const after = small.items.filter(({ place }) => place !== before);
  return { memberships: after.slice(0, limit), large, more: after.length > limit };
}

const isLarge = ({ place }: { readonly place: string }): boolean => place.startsWith(LARGE);

/** AP-301 A user's memberships of large conversations. */
async function allLarge(tenant: TenantKey, userId: string): Promise<Listed[]> {
  const found: Listed[] = [];
  for (let last: string | undefined = `${LARGE}~`; last !== undefined; ) {
    const page: Stretch = await stretch(tenant, userId, { first: LARGE, last, limit: 100 });
    found.push(...page.items.filter(({ place }) => place !== last).map(({ member }) => member));
    last = page.next;
  }
  return found;
}

interface Stretch {
  readonly items: readonly { readonly member: Listed; readonly place: string }[];
  /** The place to go on from, which was read already; undefined when there is nothing further. */
  readonly next: string | undefined;
}

/** A stretch of a user's places, the last first, both ends included. */
async function stretch(
  tenant: TenantKey,
  userId: string,
  { first, last, limit }: { readonly first: string; readonly last: string; readonly limit: number },
): Promise<Stretch> {
  const { name, partitionKey, sortKey } = TABLE.byUser;
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    IndexName: name,
    KeyConditionExpression: '#u = :u AND #s BETWEEN :first AND :last',
    ExpressionAttributeNames: { '#u': partitionKey, '#s': sortKey },
    ExpressionAttributeValues: { ':u': userPartition(tenant, userId), ':first': first, ':last': last },
    ScanIndexForward: false,
    Limit: limit,
  });
  const items = Items.map((item) => ({ member: memberStateOf(item), place: String(item[sortKey]) }));
  return { items, next: LastEvaluatedKey === undefined ? undefined : items.at(-1)?.place };
}

/**
 * AP-174 Every membership of a user, once. From the oldest activity on: a conversation that moves up meanwhile is met
 * again, and none is passed over.
 */
export async function allMemberships(tenant: TenantKey, userId: string): Promise<Listed[]> {
  const { name, partitionKey, sortKey } = TABLE.byUser;
  const pages = pagesOf({
    TableName: tableName(),
    IndexName: name,
    KeyConditionExpression: '#u = :u AND #s BETWEEN :first AND :last',
    ExpressionAttributeNames: { '#u': partitionKey, '#s': sortKey },
    ExpressionAttributeValues: { ':u': userPartition(tenant, userId), ':first': 'C#', ':last': `${LARGE}~` },
  });
  const found = new Map<string, Listed>();
  for await (const items of pages)
    for (const member of items.filter(({ ty }) => ty === MemberEntity.type).map(memberStateOf))
      found.set(member.conversationId, member);
  return [...found.values()];
}
