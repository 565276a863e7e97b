import { expect } from 'vitest';
import type { Role } from '#domain/roles.ts';
import type { TenantKey } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { audienceOf } from '#table/member.ts';
import { readRoom } from '#table/participants-room.ts';
import { denseLog } from './conversations.ts';

/** What somebody knows who started with these roles and applied the log's entries in order. */
async function knownByLog(tenant: TenantKey, conversationId: string, start: Readonly<Record<string, Role>>) {
  const roles = new Map<string, Role>(Object.entries(start));
  const bans = new Map<string, string>();
  const offers = new Map<string, string>();
  const named = new Set(roles.keys());
  for (const entry of await denseLog(logOf(tenant, conversationId))) {
    if (entry.kind !== 'message' || entry.message.b.type !== 'system') continue;
    const { u: by, b: body } = entry.message;
    for (const userId of body.userIds) {
      named.add(userId);
      switch (body.kind) {
        case 'participants_added':
        case 'participant_joined':
          roles.set(userId, 'member');
          bans.delete(userId);
          break;
        case 'participant_banned':
          bans.set(userId, by);
          roles.delete(userId);
          break;
        case 'participants_removed':
        case 'participant_left':
          roles.delete(userId);
          break;
        case 'participant_unbanned':
          bans.delete(userId);
          break;
        case 'ownership_offered':
          offers.set(userId, by);
          break;
        case 'ownership_withdrawn':
        case 'ownership_taken':
          offers.delete(userId);
      }
    }
    for (const { userId, role } of body.roles ?? []) roles.set(userId, role);
  }
  return { named: [...named], roles, bans, offers };
}

/** Members, roles, bans and offers in the table are those that the log's entries give, applied in order of their numbers. */
export async function expectAsLogged(
  tenant: TenantKey,
  conversationId: string,
  start: Readonly<Record<string, Role>>,
): Promise<void> {
  const { named, roles, bans, offers } = await knownByLog(tenant, conversationId, start);
  const stored = await readRoom(tenant, conversationId, { members: named, standings: named, offers: named });
  const bansOf = [...stored.standings].flatMap(([userId, { ban }]) => (ban ? [[userId, ban.by] as const] : []));
  expect({
    audience: [...(await audienceOf(tenant, conversationId))].sort(),
    roles: Object.fromEntries([...stored.members].map(([userId, { role }]) => [userId, role])),
    bans: Object.fromEntries(bansOf),
    offers: Object.fromEntries([...stored.offers].map(([userId, { from }]) => [userId, from])),
  }).toEqual({
    audience: [...roles.keys()].sort(),
    roles: Object.fromEntries(roles),
    bans: Object.fromEntries(bans),
    offers: Object.fromEntries(offers),
  });
}
