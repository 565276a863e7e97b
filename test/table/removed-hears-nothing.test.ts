import { beforeEach, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { scope } from '#table/entity.ts';
import { call } from '#test/support/call.ts';
import { aGroup, someClientId } from '#test/support/conversations.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
const tenant = scope('acme');
const { posts, connect } = useSockets(tenant);

let conversationId: string;
beforeEach(async () => {
  posts.length = 0;
  conversationId = await aGroup(tenant);
  for (const userId of ['ada', 'bob']) await connect(userId);
});

const say = (text: string) =>
  call(messages, api.messages.sendMessage, { conversationId, clientId: someClientId(), body: { type: 'text', text } });
const heard = (socket: string) =>
  posts
    .filter((post) => post.socket === socket)
    .flatMap(({ frame }) => frame.events)
    .flatMap((event) =>
      event.type === 'message:created' && event.message.body.type === 'text' ? [event.message.body.text] : [],
    );

it.each([
  ['banned', api.participants.banParticipant],
  ['removed', api.participants.removeParticipant],
] as const)(
  'who is %s hears of no send that begins after the answer, in any race with sends before',
  async (_, route) => {
    const texts = (from: number) => Array.from({ length: 6 }, (__, index) => `message ${from + index}`);
    const [before, after] = [texts(0), texts(100)];
    const sends = before.map(say);
    const gone = await call(participants, route, { conversationId, userId: 'bob' });
    expect(gone.status).toBe(200);
    const replies = await Promise.all([...sends, ...after.map(say)]);
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
    expect(heard('bob=').filter((text) => after.includes(text))).toEqual([]);
    expect([...heard('ada=')].sort()).toEqual([...before, ...after].sort());
    const last = posts.filter(({ socket }) => socket === 'bob=').flatMap(({ frame }) => frame.events);
    expect(last.filter(({ type }) => type === 'participant:removed')).toHaveLength(1);
  },
);
