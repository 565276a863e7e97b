import { randomUUID } from 'node:crypto';
import { messagesApi, moderationApi } from '#contract/api.ts';
import { messageIdOf, reportIdOf } from '#contract/ids.ts';
import type { Role } from '#domain/roles.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler } from '#functions/api/moderation/moderation.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { readRoom } from '#table/participants-room.ts';
import { call, type Reply } from './call.ts';
import { sendText } from './conversations.ts';
import { aRoom } from './participants.ts';

type Operation = keyof typeof moderationApi;
const ROLES: Readonly<Record<string, Role>> = {
  ada: 'owner',
  bob: 'admin',
  cleo: 'member',
  dan: 'member',
  eve: 'member',
};

/** A tenant of its own, with a room, a message of cleo's in it, and what users and moderators do about it. */
export async function aReportedRoom(roles = ROLES, type: 'group' | 'channel' = 'group') {
  const tenantId = `t${randomUUID().replaceAll('-', '')}`;
  const tenant = scope(tenantId);
  const room = await aRoom(tenant, roles, type);
  const { conversationId } = room;
  const send = async (author = 'cleo', text = 'Buy looms.') =>
    messageIdOf(conversationId, (await sendText(logOf(tenant, conversationId), text, { author })).seq);
  const messageId = await send();
  const as = (userId: string, operation: Operation, input: Readonly<Record<string, unknown>>, role = 'user') =>
    call(handler, moderationApi[operation], input, { tenantId, userId, roles: [role] });
  const moderate = (operation: Operation, userId = 'mia', input = {}, of = messageId): Promise<Reply> =>
    as(userId, operation, { reportId: reportIdOf(of), ...input }, 'admin');
  return {
    ...room,
    tenant,
    tenantId,
    messageId,
    reportId: reportIdOf(messageId),
    send,
    as,
    moderate,
    report: (userId: string, input: Readonly<Record<string, unknown>> = {}) =>
      as(userId, 'reportMessage', { messageId, reason: 'spam', ...input }),
    edit: (text: string, version: number) =>
      call(
        messages,
        messagesApi.editMessage,
        { messageId, version, body: { type: 'text', text } },
        { tenantId, userId: 'cleo' },
      ),
    remove: (userId = 'cleo') => call(messages, messagesApi.deleteMessage, { messageId }, { tenantId, userId }),
    read: async (userId = 'ada', of = messageId) =>
      (await call(messages, messagesApi.getMessage, { messageId: of }, { tenantId, userId })).body,
    list: async (state = 'open') => {
      const { body } = await as('mia', 'listReports', { state }, 'admin');
      return body['items'] as { messageId: string; reports: number; state: string }[];
    },
    audit: async () => {
      const { body } = await as('mia', 'listAudit', {}, 'admin');
      return (body['items'] as { action: string; actorId: string }[]).reverse();
    },
    standingOf: async (userId: string) => {
      const { members, standings } = await readRoom(tenant, conversationId, { members: [userId], standings: [userId] });
      return { in: members.has(userId), banned: standings.get(userId)?.ban };
    },
  };
}
