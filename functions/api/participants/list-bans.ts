import { roomOf } from '#changing/room.ts';
import type { listBans } from '#contract/participants.ts';
import { isInForce, refusalToManage } from '#domain/roles.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listStandings } from '#table/member-standing.ts';
import { readRoom } from '#table/participants-room.ts';

export const handleListBans: Handle<typeof listBans> = async ({ conversationId, limit, cursor }, { caller, at }) => {
  const { tenant, userId } = caller;
  const key = await signingKey('cursor');
  const list = `bans\n${tenant}\n${userId}\n${conversationId}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const state = await readRoom(tenant, conversationId, { members: [userId] });
  const refusal = refusalToManage(roomOf(state), state.members.get(userId));
  // Who is banned stays to be read when the conversation is read-only.
  if (refusal && refusal.code !== 'conversation.archived') throw refusal;
  const { standings, more } = await listStandings(tenant, conversationId, { after, limit });
  const last = standings.at(-1);
  return {
    body: {
      items: standings.flatMap(({ userId: banned, ban }) =>
        ban && isInForce(ban, at)
          ? [
              {
                userId: banned,
                bannedBy: ban.by,
                bannedAt: new Date(ban.at).toISOString(),
                until: ban.until === undefined ? null : new Date(ban.until).toISOString(),
                reason: ban.reason ?? null,
              },
            ]
          : [],
      ),
      nextCursor: more && last ? cursorFor(key, list, [last.userId]) : null,
    },
  };
};
