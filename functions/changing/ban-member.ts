import type { TenantKey } from '#table/entity.ts';
import type { Standing } from '#table/member-standing.ts';
import { counted, goes, isOutside, type Part, remembered } from '#table/participants-commit.ts';
import type { RoomState } from '#table/participants-room.ts';
import type { Plan } from './change-members.ts';

/** Whom to ban and how; `state` holds their membership and what is remembered of them. */
export interface Banning {
  readonly conversationId: string;
  readonly userId: string;
  readonly state: RoomState;
  readonly ban: Omit<NonNullable<Standing['ban']>, 'at'>;
  /** What the one who bans must still be. */
  readonly guards: readonly Part[];
}

/** A ban: out, if they are in, and kept out. One that is there already is replaced. */
export function banPlan(tenant: TenantKey, { conversationId, userId, state, ban, guards }: Banning): Plan {
  const target = state.members.get(userId);
  const guest = target ? target.role === 'guest' : state.standings.get(userId)?.guest;
  const until = ban.until === undefined ? undefined : new Date(ban.until).toISOString();
  return {
    body: { type: 'system', kind: 'participant_banned', userIds: [userId], until },
    parts: (seq, at) => [
      ...guards,
      counted(tenant, { conversationId, seq }, state.count, {
        members: target ? -1 : 0,
        owners: target?.role === 'owner' ? -1 : 0,
        seen: state.count,
        standings: true,
        falls: true,
      }),
      target ? goes(tenant, target, seq) : isOutside(tenant, { conversationId, userId }),
      remembered(tenant, conversationId, { userId, ...(guest ? { guest } : {}), ban: { ...ban, at } }),
    ],
  };
}
