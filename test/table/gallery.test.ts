/** The media of a conversation, by type. */
import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { handler as library } from '#functions/api/library/library.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { scope } from '#table/entity.ts';
import { call } from '#test/support/call.ts';
import { aGroup, someClientId } from '#test/support/conversations.ts';
import { readyMedia } from '#test/support/media.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

let tenants = 0;
let tenantId: string;
const tenant = () => scope(tenantId);
const as = (userId: string) => ({ tenantId, userId });
beforeEach(() => {
  tenantId = `gallery-${tenants++}`;
});

describe('the gallery', () => {
  it('shows what one may see, the newest message first, of one type or all, page by page', async () => {
    const group = await aGroup(tenant(), ['ada', 'bob']);
    const all: string[] = [];
    for (const type of ['image', 'file', 'image', 'image'] as const) {
      const mediaId = await readyMedia(tenant(), type === 'image' ? 'image/jpeg' : 'application/pdf');
      const body = type === 'image' ? { type, mediaId } : { type, mediaId, name: 'a.pdf' };
      const sent = await call(
        messages,
        api.messages.sendMessage,
        { conversationId: group, clientId: someClientId(), body },
        as('ada'),
      );
      all.unshift(String(sent.body['id']));
    }
    const list = async (input: object, userId = 'bob') => {
      const ids: string[] = [];
      for (let cursor: unknown; ; ) {
        const page = { conversationId: group, limit: 2, ...input, ...(cursor ? { cursor } : {}) };
        const { body } = await call(library, api.library.listConversationMedia, page, as(userId));
        ids.push(...(body['items'] as { messageId: string }[]).map(({ messageId }) => messageId));
        cursor = body['nextCursor'];
        if (!cursor) return ids;
      }
    };
    expect(await list({})).toEqual(all);
    expect(await list({ type: 'image' })).toEqual([all[0], all[1], all[3]]);
    expect(await list({ type: 'file' })).toEqual([all[2]]);
    await call(messages, api.messages.deleteMessage, { messageId: all[1]! }, as('ada'));
    expect(await list({})).toEqual([all[0], all[2], all[3]]);
    const outside = await call(library, api.library.listConversationMedia, { conversationId: group }, as('eve'));
    expect(outside).toMatchObject({ status: 404, body: { code: 'conversation.not_found' } });
  });
});
