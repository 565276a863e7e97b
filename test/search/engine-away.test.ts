import { beforeAll, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { listMessages, sendMessage } from '#contract/messages.ts';
import { getMessageContext, searchMessages } from '#contract/search.ts';
import { call } from '#test/support/call.ts';
import { handler as messages } from '../../functions/api/messages/messages.lambda.ts';
import { handler as search } from '../../functions/api/search/search.lambda.ts';
import { aTenantId } from './engine.ts';
import { aConversation, useGround } from './ground.ts';

useGround();
const tenantId = aTenantId();

beforeAll(() => {
  // Nobody listens there.
  process.env[ENV.searchEndpoint] = 'http://127.0.0.1:1';
  process.env[ENV.socketsEndpoint] = 'http://127.0.0.1:1/chat';
});

it('refuses searches while the engine is away, and nothing else', async () => {
  const { conversationId } = await aConversation(tenantId, ['ada', 'bob']);
  const statuses: number[] = [];
  // More often than the breaker waits for.
  for (let times = 0; times < 8; times++) {
    const body = { type: 'text', text: `engine ${times}` };
    const { status } = await call(messages, sendMessage, { conversationId, body }, { tenantId });
    const found = await call(search, searchMessages, { q: `engine ${times}` }, { tenantId });
    expect(found).toMatchObject({ status: 503, body: { code: 'search.unavailable' } });
    expect(Number(found.headers['retry-after'])).toBeGreaterThan(0);
    statuses.push(status);
  }
  expect(statuses).toEqual(Array(8).fill(201));
  const { body } = await call(messages, listMessages, { conversationId }, { tenantId });
  const items = body['items'] as { id: string }[];
  expect(items).toHaveLength(8);
  expect(await call(search, getMessageContext, { messageId: items[3]!.id }, { tenantId })).toMatchObject({
    status: 200,
  });
});
