import { sightOf } from '#domain/visibility.ts';
import { wholeOf } from '#table/archive-part.ts';
import type { Head } from '#table/conversation.ts';
import type { TenantKey } from '#table/entity.ts';
import { hiddenBetween } from '#table/hidden.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import type { Member } from '#table/member.ts';
import { messagesAt } from '#table/message.ts';
import { rulesOf } from '#table/tenant-settings.ts';
import type { Reading } from './read-events.ts';

/** The log of a conversation as one of its members sees it at `at` (ms); head and membership were read consistently. */
export async function readingFor(
  tenant: TenantKey,
  { head, member }: { readonly head: Head; readonly member: Member },
  at: number,
): Promise<Reading> {
  const { conversationId, userId } = member;
  const { retention } = await rulesOf(tenant, at);
  const sight = sightOf(head, member, retention, at);
  return {
    conversationId,
    log: logOf(tenant, conversationId),
    head,
    sight,
    isHidden: (between) => hiddenBetween(tenant, { conversationId, userId }, sight, between),
    messagesAt: async (numbers) => {
      const found = await messagesAt(tenant, conversationId, numbers);
      const placed = [...found].map(([seq, stored]) => ({ conversationId, seq, stored }));
      return new Map((await wholeOf(tenant, placed)).map(({ seq, stored }) => [seq, stored]));
    },
  };
}
