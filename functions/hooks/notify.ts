import { messageIdOf } from '#contract/ids.ts';
import { MOST_RECIPIENTS, type PublishedEvent, type Recipient } from '#contract/published-events.ts';
import type { ConversationSettings } from '#contract/settings.ts';
import { mentions } from '#domain/message-parts.ts';
import { NOTIFY_ALL_MEMBERS, namedIn, noticesFor, type Pending } from '#domain/notification.ts';
import { digestOf } from '#table/digest.ts';
import { scope, type TenantKey } from '#table/entity.ts';
import {
  blocksAmong,
  membersAfter,
  membersNamed,
  mutesAmong,
  noticesBetween,
  notifyingRoom,
  type StoredNotice,
} from '#table/notifiable.ts';
import type { MemberState } from '#table/watermark.ts';

/** What a look at one conversation goes by. */
interface Look {
  readonly tenant: TenantKey;
  readonly conversationId: string;
  readonly notices: readonly StoredNotice[];
  readonly usual: ConversationSettings['notifications'];
  /** Milliseconds. */
  readonly at: number;
}

/** Those of some members who are to be notified, by user id. */
async function recipientsAmong(members: readonly MemberState[], look: Look): Promise<Recipient[]> {
  const { tenant, conversationId, notices, usual, at } = look;
  const wanted = members
    .map((member) => ({ userId: member.userId, due: noticesFor(member, notices, { usual, at }) }))
    .filter(({ due }) => due.length > 0);
  const pairs = wanted.flatMap(({ userId, due }) =>
    [...new Set(due.map(({ by }) => by))].map((blockedId) => ({ userId, blockedId })),
  );
  const threads = wanted.flatMap(({ userId, due }) =>
    [...new Set(due.flatMap(({ root }) => root ?? []))].map((root) => ({ userId, root })),
  );
  const [hasBlocked, hasMuted] = await Promise.all([
    blocksAmong(tenant, pairs),
    mutesAmong(tenant, conversationId, threads),
  ]);
  return wanted.flatMap(({ userId, due }) => {
    const heard = due.filter(
      ({ by, root, calls }) =>
        !hasBlocked(userId, by) && (root === undefined || mentions(calls, userId) || !hasMuted(userId, root)),
    );
    if (heard.length === 0) return [];
    return {
      userId,
      collapseKey: digestOf([tenant, conversationId, userId]),
      messages: heard.length,
      mentioned: heard.some(({ calls }) => mentions(calls, userId)),
    };
  });
}

/** The members to look at, page by page: all of them or, in a large conversation, those who are mentioned by name. */
async function* pagesToLookAt(look: Look, members: number): AsyncGenerator<readonly MemberState[]> {
  const { tenant, conversationId, notices } = look;
  if (members > NOTIFY_ALL_MEMBERS) {
    const named = namedIn(notices).sort();
    for (let from = 0; from < named.length; from += MOST_RECIPIENTS)
      yield await membersNamed(tenant, conversationId, named.slice(from, from + MOST_RECIPIENTS));
    return;
  }
  for (let after: string | undefined, more = true; more; ) {
    const page = await membersAfter(tenant, conversationId, { after, limit: MOST_RECIPIENTS });
    yield page;
    after = page.at(-1)?.userId;
    more = page.length === MOST_RECIPIENTS;
  }
}

/**
 * Who is to be notified of new messages at `at` (ms), as events: one for up to a hundred members, those with nothing to hear
 * left out. The same messages looked at again give the same events, but for who has acknowledged them meanwhile.
 */
export async function notificationsFor(pending: Pending, at: number): Promise<PublishedEvent[]> {
  const { conversationId } = pending;
  const tenant = scope(pending.tenant);
  const [notices, { members, usual }] = await Promise.all([
    noticesBetween(tenant, conversationId, pending),
    notifyingRoom(tenant, conversationId),
  ]);
  const last = notices.at(-1);
  // Deleted since then, or the conversation was purged.
  if (!last || members === 0) return [];
  const look: Look = { tenant, conversationId, notices, usual, at };
  const events: PublishedEvent[] = [];
  let part = 0;
  for await (const page of pagesToLookAt(look, members)) {
    const recipients = await recipientsAmong(page, look);
    if (recipients.length > 0)
      events.push({
        type: 'notification.due',
        detail: {
          tenant: pending.tenant,
          conversationId,
          seq: last.seq,
          messageId: messageIdOf(conversationId, last.seq),
          senderId: last.by,
          kind: last.kind,
          part,
          recipients,
          at: new Date(last.at).toISOString(),
        },
      });
    part += 1;
  }
  return events;
}
