import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParleyClient } from '#client/client.ts';
import type { Event } from '#client/contract.ts';
import { type ModelServer, NO_FAULTS } from './model-server.ts';
import { settled } from './virtual-host.ts';
import { aWorld, cnv } from './world.ts';

/** The numbers and texts that a client shows of a conversation. */
const shown = (client: ParleyClient, id: string) =>
  client.state.rooms[id]?.messages.map(({ seq, body }) => [seq, body]);
const stored = (server: ModelServer, id: string) =>
  [...server.rooms.get(id)!.messages.values()].map(({ seq, body }) => [seq, body]);

describe('a client', () => {
  it('shows the list, opens a conversation, hears what is said and says something', async () => {
    const here = aWorld();
    const { server, client, time } = here;
    const room = server.room(cnv('a'), ['ada', 'bob']);
    server.send(room, 'bob', null, 'before');
    const ada = client('ada');
    await here.connected(ada);
    expect(ada.conversations.list()).toMatchObject([{ id: room.id, unreadCount: 1, lastMessage: { text: 'before' } }]);
    const conversation = await here.opened(ada, room.id);
    server.send(room, 'bob', null, 'after');
    await time.until(() => ada.state.rooms[room.id]!.messages.length === 2);
    expect(conversation.line).toMatchObject({ unreadCount: 2 });
    conversation.send('Good morning.');
    expect(conversation.timeline.at(-1)).toMatchObject({ outgoing: { state: 'pending' } });
    await time.until(() => ada.state.outbox.length === 0);
    expect(shown(ada, room.id)).toEqual(stored(server, room.id));
    expect(conversation.line).toMatchObject({ unreadCount: 0, lastMessage: { text: 'Good morning.' } });
    await settled();
  });

  it('shows every message once and in order, whatever is lost, doubled, late or cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), async (seed) => {
        const here = aWorld(seed);
        const { server, client, time, random } = here;
        const [a, b] = [server.room(cnv('a'), ['ada', 'bob']), server.room(cnv('b'), ['ada', 'bob'])];
        for (const room of [a, b])
          for (let index = 0; index < 3; index++) server.send(room, 'bob', null, `early ${index}`);
        const [ada, phone, bob] = [client('ada'), client('ada'), client('bob')];
        const everyone = [ada, phone, bob];
        for (const one of everyone) await here.connected(one);
        const told: Event[] = [];
        const reading = (async () => {
          for await (const event of ada.events()) told.push(event);
        })();
        for (const one of everyone) await here.opened(one, a.id);
        await here.opened(bob, b.id);
        Object.assign(server.faults, { lost: 0.2, twice: 0.2, late: 0.3, request: 0.1, reply: 0.1, refused: 0.2 });
        let said = 0;
        for (let step = 0; step < 60; step++) {
          const chance = random();
          const room = random() < 0.7 ? a : b;
          const one = everyone[Math.floor(random() * 3)]!;
          if (chance < 0.5 && one.state.rooms[room.id]) {
            const conversation = await one.conversations.open(room.id);
            conversation.send(`said ${++said}`);
            if (random() < 0.3) conversation.markRead();
          } else if (chance < 0.6) server.send(room, 'bob', null, `said elsewhere ${step}`);
          else if (chance < 0.7) server.hole(room);
          else if (chance < 0.8) server.react(room, 'bob', [...room.messages.values()][0]!.id, step % 2);
          else if (chance < 0.85) server.cut();
          await time.pass(random() * 2_000);
        }
        Object.assign(server.faults, NO_FAULTS);
        await time.pass(15 * 60_000);
        for (const one of everyone) {
          expect(one.state.outbox).toEqual([]);
          expect(shown(one, a.id)).toEqual(stored(server, a.id));
          expect(one.state.rooms[a.id]!.messages).toEqual([...a.messages.values()]);
          const me = one.state.me!;
          for (const room of [a, b])
            expect(one.state.conversations[room.id]).toMatchObject({
              seq: room.log.length,
              unreadCount: server.unread(room, me),
            });
        }
        const texts = [...a.messages.values(), ...b.messages.values()].map(({ body }) => 'text' in body && body.text);
        expect(
          texts.filter((text) => String(text).startsWith('said ') && !String(text).includes('elsewhere')).length,
        ).toBe(said);
        const numbers = told.flatMap((event) =>
          event.type === 'message:created' && event.conversationId === a.id ? [event.seq] : [],
        );
        expect(numbers).toEqual([...new Set(numbers)].sort((x, y) => x - y));
        expect(numbers).toEqual([...a.messages.keys()].filter((seq) => seq >= numbers[0]!));
        await here.close();
        await reading;
      }),
      { numRuns: 25 },
    );
  });
});
