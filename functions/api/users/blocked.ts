import type { blockUser as block, listBlocked, unblockUser as unblock } from '#contract/users.ts';
import { Refusal } from '#domain/refusal.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { blockUser, listBlocks, unblockUser } from '#table/block.ts';

/** Blocks somebody, known here or not yet: they may come. */
export const handleBlockUser: Handle<typeof block> = async ({ userId: blockedId }, { caller, at }) => {
  if (blockedId === caller.userId)
    throw new Refusal('request.invalid', { issues: [{ path: 'userId', message: 'name somebody else' }] });
  const since = await blockUser(caller.tenant, { userId: caller.userId, blockedId }, at);
  return { body: { userId: blockedId, blockedAt: new Date(since).toISOString() } };
};

export const handleUnblockUser: Handle<typeof unblock> = async ({ userId: blockedId }, { caller }) => {
  await unblockUser(caller.tenant, { userId: caller.userId, blockedId });
  return { body: { userId: blockedId } };
};

export const handleListBlocked: Handle<typeof listBlocked> = async ({ limit, cursor }, { caller }) => {
  const key = await signingKey('cursor');
  const list = `blocked\n${caller.tenant}\n${caller.userId}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { blocks, more } = await listBlocks(caller.tenant, caller.userId, { after, limit });
  const last = blocks.at(-1);
  return {
    body: {
      items: blocks.map(({ userId, at }) => ({ userId, blockedAt: new Date(at).toISOString() })),
      nextCursor: more && last ? cursorFor(key, list, [last.userId]) : null,
    },
  };
};
