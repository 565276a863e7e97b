import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '#contract/events.ts';
import { someClientId } from '#test/support/conversations.ts';
import { type Listener, listen, request, signIn, someTenant, type User } from '#test/support/deployed.ts';

const tenant = someTenant();
let [ada, bob]: [User, User] = [] as never;

beforeAll(async () => {
  ada = await signIn({ tenant, user: 'ada' });
  bob = await signIn({ tenant, user: 'bob' });
});

type Numbered = Event & { readonly seq: number };
const isNumbered = (event: Event): event is Numbered =>
  'seq' in event && event.seq !== undefined && !event.type.startsWith('sync:');

/** What a socket hears from one frame of its own to the answer with that id. */
const answered = async (listener: Listener, id: string, command: object): Promise<Event[]> => {
  const from = listener.heard.length;
  listener.send({ ...command, id });
  const end = await listener.hear((event) => 'id' in event && event.id === id);
  return listener.heard.slice(from, listener.heard.indexOf(end) + 1);
};

/** Resumes until all is said; the events of the log, in order. */
const resumeAll = async (listener: Listener, conversationId: string, after: number): Promise<Numbered[]> => {
  const events: Numbered[] = [];
  for (let [seq, round] = [after, 0]; ; round++) {
    expect(round).toBeLessThan(20);
    const told = await answered(listener, `resume-${round}`, {
      action: 'resume',
      conversations: { [conversationId]: seq },
    });
    events.push(...told.filter(isNumbered));
    const at = told.find((event) => event.type === 'sync:at' || event.type === 'sync:more');
    expect(at).toBeDefined();
    if (at!.type === 'sync:at') return events;
    seq = (at as { seq: number }).seq;
  }
};

/** The same over HTTPS. */
const listAll = async (user: User, conversationId: string, after: number): Promise<Numbered[]> => {
  const events: Numbered[] = [];
  for (let seq = after; ; ) {
    const { body } = await user.get(`/conversations/${conversationId}/events?after=${seq}&limit=100`);
    events.push(...body.events);
    seq = body.seq;
    if (!body.more) return events;
  }
};

const text = (words: string) => ({ type: 'text', text: words });
const say = (user: User, conversationId: string, words: string) =>
  user.post(`/conversations/${conversationId}/messages`, { clientId: someClientId(), body: text(words) });
const aGroup = async (): Promise<string> =>
  (await ada.post('/conversations', { type: 'group', participants: ['bob'] })).body.id;

describe('who was away', () => {
  it('hears all they missed, once and in order, over the socket and over HTTPS', async () => {
    const conversationId = await aGroup();
    const lost = await listen(bob);
    const { body: first } = await say(ada, conversationId, 'before');
    await lost.hear((event) => event.type === 'message:created');
    lost.socket.terminate();
    for (let count = 0; count < 50; count++) await say(count % 5 === 0 ? bob : ada, conversationId, `message ${count}`);
    const patch = { token: ada.token, body: { version: 1, body: text('edited') } };
    expect((await request('PATCH', `/messages/${first.id}`, patch)).status).toBe(200);
    for (const emoji of ['👍', '🎉'])
      expect((await ada.post(`/messages/${first.id}/reactions`, { emoji })).status).toBe(201);

    const back = await listen(bob);
    const heard = await resumeAll(back, conversationId, first.seq);
    expect(heard.map(({ seq }) => seq)).toEqual(Array.from({ length: 53 }, (_, index) => first.seq + 1 + index));
    expect(heard.slice(50).map(({ type }) => type)).toEqual(['message:updated', 'reaction:added', 'reaction:added']);
    expect(heard[50]).toMatchObject({ messageId: first.id, patch: { version: 2, body: { text: 'edited' } } });
    expect(await listAll(bob, conversationId, first.seq)).toEqual(heard);
    await back.close();
  });

  it('comes back after a thousand messages', async () => {
    const admin = await signIn({ tenant, user: 'admin', roles: ['admin'] });
    const importId = `imp_${randomBytes(16).toString('base64url')}`;
    const started = await admin.post('/imports', {
      importId,
      conversation: { type: 'group', name: 'Long ago', participants: ['bob'] },
    });
    expect(started.status).toBe(201);
    for (let batch = 0; batch < 11; batch++) {
      const messages = Array.from({ length: 97 }, (_, index) => ({
        ...{ senderId: 'ada', text: `${batch * 97 + index}`, sentAt: '2018-11-05T19:30:43.000Z' },
      }));
      expect((await admin.post(`/imports/${importId}/batches`, { batch, messages })).status).toBe(201);
    }
    const { conversationId } = started.body;
    const listener = await listen(bob);
    const heard = await resumeAll(listener, conversationId, 0);
    expect(heard.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_067 }, (_, index) => index + 1));
    for (const frame of listener.frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(32 * 1024);
    await listener.close();
  });

  it('and was removed meanwhile is told so, and nothing more', async () => {
    const conversationId = await aGroup();
    await say(ada, conversationId, 'among us');
    const remove = await request('DELETE', `/conversations/${conversationId}/participants/bob`, { token: ada.token });
    expect(remove.status).toBe(200);
    const listener = await listen(bob);
    const told = await answered(listener, 'r', { action: 'resume', conversations: { [conversationId]: 1 } });
    expect(told).toMatchObject([
      { type: 'sync:left', conversationIds: [conversationId] },
      { type: 'sync:changed' },
      { type: 'sync:resumed' },
    ]);
    expect((await bob.get(`/conversations/${conversationId}/events?after=1`)).status).toBe(404);
    await listener.close();
  });
});

describe('a message', () => {
  it('sent twice, over the socket and over HTTPS, is one', async () => {
    const conversationId = await aGroup();
    const listener = await listen(ada);
    const sent = { conversationId, clientId: someClientId(), body: text('only once') };
    const over = await answered(listener, 's', { action: 'message.send', ...sent });
    expect(over.at(-1)).toMatchObject({ type: 'sync:done', status: 201, replayed: false });
    const { clientId, body } = sent;
    const again = await ada.post(`/conversations/${conversationId}/messages`, { clientId, body });
    expect(again).toMatchObject({ status: 200, body: (over.at(-1) as { body: object }).body });
    expect((await answered(listener, 't', { action: 'message.send', ...sent })).at(-1)).toMatchObject({
      ...{ type: 'sync:done', status: 200, replayed: true },
      body: again.body,
    });
    expect((await listAll(ada, conversationId, 1)).map(({ seq }) => seq)).toEqual([2]);
    await listener.close();
  });
});
