import { describe, expect, it } from 'vitest';
import type { Event } from '#client/contract.ts';
import { aWorld, cnv } from './world.ts';

const talking = async () => {
  const here = aWorld();
  const room = here.server.room(cnv('a'), ['ada', 'bob']);
  const ada = await here.connected(here.client('ada'));
  const bob = await here.connected(here.client('bob'));
  const heard = (name: string) => here.server.calls.get(name) ?? 0;
  return { ...here, room, ada, bob, heard, conversation: await here.opened(ada, room.id) };
};

describe('acknowledgements', () => {
  it('say what has arrived, gathered, and of others only', async () => {
    const { server, room, ada, conversation, heard, time } = await talking();
    for (let index = 0; index < 20; index++) {
      server.send(room, 'bob', null, `${index}`);
      await time.pass(100);
    }
    await time.pass(5_000);
    expect(room.members.get('ada')!.delivered).toBe(20);
    // Bob's own device has nothing to acknowledge; Ada's says it once in two seconds at most.
    expect(heard('delivered')).toBeLessThanOrEqual(2);
    conversation.send('mine');
    await time.pass(5_000);
    expect(heard('delivered')).toBeLessThanOrEqual(3);
    expect(ada.state.conversations[room.id]!.unreadCount).toBe(0);
  });

  it('say what was read, at once here, and never back', async () => {
    const { server, room, ada, conversation, heard, time } = await talking();
    for (let index = 0; index < 5; index++) server.send(room, 'bob', null, `${index}`);
    await time.until(() => ada.state.conversations[room.id]!.unreadCount === 5);
    conversation.markRead(3);
    expect(conversation.line!.unreadCount).toBe(2);
    conversation.markRead(2);
    conversation.markRead();
    expect(conversation.line!.unreadCount).toBe(0);
    await time.pass(5_000);
    expect(heard('read')).toBe(1);
    expect(room.members.get('ada')!.read).toBe(5);
    conversation.markRead(4);
    await time.pass(5_000);
    expect(heard('read')).toBe(1);
    expect(room.members.get('ada')!.read).toBe(5);
  });

  it('are said again when nobody answered', async () => {
    const { server, room, ada, conversation, time } = await talking();
    server.send(room, 'bob', null, 'read this');
    await time.until(() => ada.state.conversations[room.id]!.unreadCount === 1);
    server.faults.request = 1;
    conversation.markRead();
    await time.pass(20_000);
    server.faults.request = 0;
    await time.pass(60_000);
    expect(room.members.get('ada')!.read).toBe(1);
  });
});

describe('typing', () => {
  it('is said every three seconds while one writes, and stops by itself', async () => {
    const { conversation, heard, time } = await talking();
    for (let stroke = 0; stroke < 40; stroke++) {
      conversation.typing();
      await time.pass(200);
    }
    expect(heard('typing')).toBe(3);
    await time.pass(10_000);
    expect(heard('typing')).toBe(4);
  });

  it('ends with the message, without a word', async () => {
    const { conversation, heard, time } = await talking();
    conversation.typing();
    conversation.send('done');
    await time.pass(10_000);
    expect(heard('typing')).toBe(1);
  });

  it('of others is shown until it is over', async () => {
    const { server, room, ada, time } = await talking();
    const shown = () => Object.keys(ada.state.rooms[room.id]!.typing);
    const typing = (active: boolean, ms: number): Event => {
      const expiresAt = new Date(time.now() + ms).toISOString();
      return { type: 'typing', conversationId: room.id, userId: 'bob', active, expiresAt };
    };
    server.tell(['ada'], typing(true, 6_000));
    await time.pass(1_000);
    expect(shown()).toEqual(['bob']);
    await time.pass(6_000);
    expect(shown()).toEqual([]);
    server.tell(['ada'], typing(true, 6_000));
    await time.pass(1_000);
    server.send(room, 'bob', null, 'what I wrote');
    await time.pass(1_000);
    expect(shown()).toEqual([]);
  });
});

describe('presence', () => {
  it('is watched for who is on screen, again on each socket, and no longer than they are', async () => {
    const { server, ada, heard, time } = await talking();
    const stop = ada.watchPresence(['bob']);
    ada.watchPresence(['cleo'])();
    await time.pass(1_000);
    expect(heard('presence.watch')).toBe(1);
    server.tell(['ada'], { type: 'presence', userId: 'bob', online: true, lastSeenAt: null });
    await time.pass(1_000);
    expect(ada.state.presence).toEqual({ bob: { online: true, lastSeenAt: null } });
    server.cut();
    await time.pass(30_000);
    expect(heard('presence.watch')).toBe(2);
    await time.pass(10 * 60_000);
    expect(heard('presence.watch')).toBe(3);
    stop();
    await time.pass(30 * 60_000);
    expect(heard('presence.watch')).toBe(4);
  });
});

describe('a reader who is slow', () => {
  it('makes the server stop, and misses nothing', async () => {
    const { server, room, ada, heard, time } = await talking();
    const events = ada.events();
    const numbers: number[] = [];
    const take = async () => {
      const { value } = await events.next();
      if (value?.type === 'message:created') numbers.push(value.seq);
    };
    for (let index = 0; index < 700; index++) {
      server.send(room, 'bob', null, `${index}`);
      await time.pass(20);
    }
    expect(heard('pause')).toBe(1);
    expect(ada.state.rooms[room.id]!.messages.length).toBeLessThan(400);
    while (numbers.length < 700) {
      let taken = false;
      void take().then(() => {
        taken = true;
      });
      await time.until(() => taken);
    }
    expect(numbers).toEqual(Array.from({ length: 700 }, (_, index) => index + 1));
    expect(ada.state.rooms[room.id]!.messages).toHaveLength(700);
  });
});
