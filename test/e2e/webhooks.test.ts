/** What happens in the deployed app, told to a server of somebody's own: from the table's stream over the event bus to a signed request. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, request, signIn, someTenant, type User } from '#test/support/deployed.ts';
import { aReceiver, isSignedWith, type Received, type Receiver } from '#test/support/receiver.ts';

/** A notification is due after a delay; an attempt that failed is made again after some seconds. */
const PATIENCE = 180_000;

const tenant = someTenant();
let ada: User;
let bob: User;
let receiver: Receiver;
let webhook: { id: string; secret: string };
let conversationId: string;

beforeAll(async () => {
  ada = await signIn({ tenant, user: 'ada', roles: ['admin'] });
  bob = await signIn({ tenant, user: 'bob' });
  receiver = await aReceiver();
  const events = ['notification.due', 'message.created', 'message.deleted', 'participant.removed'];
  const made = await ada.post('/webhooks', { url: receiver.url, events });
  expect(made.status).toBe(201);
  webhook = made.body;
  const group = await ada.post('/conversations', { type: 'group', participants: ['bob', 'cleo'] });
  conversationId = group.body.id;
});
afterAll(() => receiver?.close());

const say = async (text: string): Promise<{ id: string; seq: number }> =>
  (await ada.post(`/conversations/${conversationId}/messages`, { body: { type: 'text', text } })).body;
const acknowledge = (user: User, seq: number) => user.post(`/conversations/${conversationId}/delivered`, { seq });
const isOf =
  (type: string, seq: number) =>
  ({ payload }: Received): boolean =>
    payload.type === type && payload.data.seq === seq;

describe('a webhook', () => {
  it(
    'is told, signed, whom a notification is due to: members who have acknowledged nothing',
    async () => {
      const { seq, id: messageId } = await say('Is anybody there?');
      const due = await receiver.receive(isOf('notification.due', seq));
      expect(isSignedWith(webhook.secret, due)).toBe(true);
      expect(due.payload.data).toMatchObject({ tenant, conversationId, messageId, senderId: 'ada', kind: 'text' });
      expect(due.payload.data.recipients.map(({ userId }: { userId: string }) => userId)).toEqual(['bob', 'cleo']);
      expect(due.body).not.toContain('anybody');
    },
    PATIENCE,
  );

  it(
    'hears nothing of a member who has acknowledged the message in time',
    async () => {
      const told = await eventually(
        async () => {
          const { seq } = await say('Bob hears this at once.');
          await acknowledge(bob, seq);
          const due = await receiver.receive(isOf('notification.due', seq));
          return due.payload.data.recipients.map(({ userId }: { userId: string }) => userId);
        },
        // On a machine that is busy with other things the acknowledgement may come late.
        (users) => !users.includes('bob'),
      );
      expect(told).toEqual(['cleo']);
    },
    PATIENCE,
  );

  it(
    'is told again what it did not take, under the same id',
    async () => {
      let refused: Received | undefined;
      receiver.answer = (response, received) => {
        refused ??= received;
        response.writeHead(received === refused ? 500 : 204).end();
      };
      await say('Once more, please.');
      const first = await eventually(
        async () => refused,
        (found) => found !== undefined,
      );
      const again = await receiver.receive((received) => received !== first && received.id === first!.id);
      receiver.answer = 204;
      expect(again.body).toBe(first!.body);
      expect(isSignedWith(webhook.secret, again)).toBe(true);
      const delivered = await eventually(
        async () => (await ada.get(`/webhooks/${webhook.id}/deliveries`)).body.items,
        (items) => items.every(({ state }: { state: string }) => state === 'delivered'),
      );
      expect(delivered.find(({ eventId }: { eventId: string }) => eventId === first!.id)).toMatchObject({
        attempts: 2,
      });
    },
    PATIENCE,
  );

  it(
    'is told everything again from a cursor on, under the same ids',
    async () => {
      const [start] = receiver.got;
      const before = receiver.got.length;
      const ids = new Set(receiver.got.map(({ id }) => id));
      const { status } = await ada.post(`/webhooks/${webhook.id}/replay`, { after: start!.payload.cursor });
      expect(status).toBe(202);
      const later = () => new Set(receiver.got.slice(before).map(({ id }) => id));
      await eventually(
        async () => later(),
        (told) => [...ids].every((id) => told.has(id)),
      );
      expect([...later()].filter((id) => !ids.has(id))).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'is told that a message was deleted, that somebody left, and that it is tried out',
    async () => {
      const { seq, id } = await say('Never mind.');
      const removed = await request('DELETE', `/messages/${id}`, { token: ada.token });
      expect(removed.status).toBe(200);
      const deleted = await receiver.receive(isOf('message.deleted', seq));
      expect(deleted.payload.data).toMatchObject({ messageId: id, version: 2 });
      await bob.post(`/conversations/${conversationId}/leave`, {});
      const left = await receiver.receive(({ payload }) => payload.type === 'participant.removed');
      expect(left.payload.data).toMatchObject({ conversationId, userId: 'bob' });
      const test = await ada.post(`/webhooks/${webhook.id}/test`, {});
      expect(test.status).toBe(202);
      await receiver.receive((received) => received.id === test.body.eventId);
    },
    PATIENCE,
  );
});
