import { conversationWrites } from '#indexing/conversation-writes.ts';
import { userWrite } from '#indexing/user-writes.ts';
import { writeDocuments } from '#indexing/write-documents.ts';
import { type Head, HeadEntity } from '#table/conversation.ts';
import { scope } from '#table/entity.ts';
import { ProfileEntity } from '#table/settings.ts';
import { type StoredUser, UserEntity } from '#table/user.ts';
import { aConversation, put } from './ground.ts';

/** Profiles of users, by their ids, in the table and in the index. */
export async function people(tenantId: string, names: Readonly<Record<string, string | undefined>>): Promise<void> {
  const users = Object.entries(names).map(([userId, displayName]) => aUser(userId, displayName));
  await Promise.all(users.map((user) => put(UserEntity.toItem(scope(tenantId), user.userId, user))));
  await writeDocuments(users.map((user) => userWrite(scope(tenantId), user)));
}

export const aUser = (userId: string, displayName: string | undefined): StoredUser => ({
  ...{ userId, custom: {}, privacy: { lastSeen: 'everyone', readReceipts: true }, createdAt: 1, updatedAt: 1 },
  ...{ updatedBy: userId, version: 1, ...(displayName === undefined ? {} : { displayName }) },
});

/** A conversation that is called and about something, in the table and in the index. */
export async function aNamed(
  tenantId: string,
  users: readonly string[],
  { description = null, ...head }: Partial<Head> & { readonly description?: string | null },
) {
  const made = await aConversation(tenantId, users, head);
  await describe(tenantId, made.conversationId, head.name ?? null, description);
  return made;
}

/** Says what a conversation is called and about now; the index hears of it unless it is `late`. */
export async function describe(
  tenantId: string,
  conversationId: string,
  name: string | null,
  description: string | null,
  { version = 1, late = false } = {},
): Promise<void> {
  const tenant = scope(tenantId);
  const profile = { name, description, metadata: {}, settings: {}, version };
  await put(ProfileEntity.toItem(tenant, conversationId, profile));
  if (!late) await writeDocuments(await conversationWrites(tenant, [conversationId], Date.now()));
}

/** Gives a conversation another name, as its head has it. */
export const rename = (tenantId: string, conversationId: string, head: Partial<Head>): Promise<void> =>
  put(
    HeadEntity.toItem(scope(tenantId), conversationId, {
      ...{ type: 'group', createdBy: 'ada', createdAt: 1, seq: 0, firstSeq: 1, recent: {}, older: {} },
      ...{ generation: 0, floor: -1, lastAt: 1 },
      ...head,
    }),
  );
