import { describe, expect, it } from 'vitest';
import { ParleyError } from '#client/errors.ts';
import type { Room } from './model-rooms.ts';
import { NO_FAULTS } from './model-server.ts';
import { aWorld, cnv } from './world.ts';

const MINUTE = 60_000;

/** How often something arrived at the server. */
const counted = ({ server }: ReturnType<typeof aWorld>, name: string): number => server.calls.get(name) ?? 0;

describe('a connection', () => {
  it('looks a second time two seconds after it has resumed', async () => {
    const here = aWorld();
    const room = here.server.room(cnv('a'), ['ada', 'bob']);
    const ada = await here.connected(here.client('ada'));
    await here.opened(ada, room.id);
    here.server.faults.lost = 1;
    here.server.send(room, 'bob', null, 'passed by the socket that just opened');
    await here.time.pass(3_000);
    expect(ada.state.rooms[room.id]!.messages).toHaveLength(1);
    expect(counted(here, 'resume')).toBe(2);
  });

  it('shows in a conversation that is opened what another device began to write there', async () => {
    const here = aWorld();
    const room = here.server.room(cnv('a'), ['ada', 'bob']);
    const draft = {
      ...{ conversationId: room.id, threadId: null, version: 3, updatedAt: '2026-11-21T10:00:00.000Z' },
      content: { body: { type: 'text' as const, text: 'Dear Bob' } },
    };
    here.server.drafts.set(`ada ${room.id}`, draft);
    const ada = await here.connected(here.client('ada'));
    await here.opened(ada, room.id);
    await here.time.until(() => Object.keys(ada.state.drafts).length > 0);
    expect(Object.values(ada.state.drafts)).toEqual([draft]);
  });

  it('says at most seven things an hour when nothing happens', async () => {
    const here = aWorld();
    here.server.lifetime = 100 * MINUTE;
    await here.connected(here.client('ada'));
    await here.time.pass(10_000);
    const before = counted(here, 'ping');
    await here.time.pass(60 * MINUTE);
    expect(counted(here, 'ping') - before).toBeLessThanOrEqual(7);
    expect(counted(here, 'ping') - before).toBeGreaterThanOrEqual(6);
    expect(counted(here, 'resume')).toBe(2);
  });

  it('hears by its ping what no push has told', async () => {
    const here = aWorld();
    const room = here.server.room(cnv('a'), ['ada', 'bob']);
    const ada = await here.connected(here.client('ada'));
    await here.opened(ada, room.id);
    await here.time.pass(10_000);
    here.server.faults.lost = 1;
    here.server.send(room, 'bob', null, 'pushed to nobody');
    await here.time.pass(10 * MINUTE);
    expect(ada.state.rooms[room.id]!.messages).toHaveLength(1);
  });

  it('opens the next socket before it closes the one whose time is over', async () => {
    const here = aWorld();
    here.server.lifetime = 5 * MINUTE;
    const room = here.server.room(cnv('a'), ['ada', 'bob']);
    const ada = await here.connected(here.client('ada'));
    await here.opened(ada, room.id);
    const phases: string[] = [];
    ada.select(
      ({ connection }) => connection.phase,
      (phase) => phases.push(phase),
    );
    let [fewest, most] = [9, 0];
    for (let second = 0; second < 20 * 60; second++) {
      await here.time.pass(1_000);
      fewest = Math.min(fewest, here.server.sockets.size);
      most = Math.max(most, here.server.sockets.size);
    }
    expect(counted(here, 'createTicket')).toBeGreaterThanOrEqual(4);
    // Never without one; for a moment, with two.
    expect(fewest).toBeGreaterThanOrEqual(1);
    expect(most).toBeLessThanOrEqual(2);
    expect(phases).toEqual([]);
  });

  it('opens another one when it is told to, and says resume when it is told to', async () => {
    const here = aWorld();
    const ada = await here.connected(here.client('ada'));
    await here.time.pass(10_000);
    const [old] = here.server.sockets.keys();
    old!.send(JSON.stringify({ events: [{ type: 'sync:required' }] }));
    await here.time.pass(5_000);
    expect(counted(here, 'resume')).toBe(3);
    old!.send(JSON.stringify({ events: [{ type: 'sync:reconnect', by: '2026-11-21T12:00:00.000Z' }] }));
    await here.time.pass(10_000);
    expect(here.server.sockets.has(old!)).toBe(false);
    expect(here.server.sockets.size).toBe(1);
    expect(ada.state.connection.phase).toBe('online');
  });

  it('comes back after it was cut, later and later while it cannot, and not all at once', async () => {
    const here = aWorld();
    const clients = Array.from({ length: 20 }, (_, index) => here.client(`user${index}`));
    for (const one of clients) await here.connected(one);
    await here.time.pass(10_000);
    const asked: number[] = [];
    const seen = counted(here, 'createTicket');
    here.server.faults.refused = 1;
    here.server.cut();
    let before = seen;
    for (let tick = 0; tick < 1_200; tick++) {
      await here.time.pass(100);
      const now = counted(here, 'createTicket');
      if (now > before) asked.push(...Array.from({ length: now - before }, () => tick * 100));
      before = now;
    }
    // The first second is shared out; after two minutes each has tried about ten times, not a thousand.
    expect(asked.filter((at) => at < 1_000).length).toBeGreaterThanOrEqual(18);
    expect(
      Math.max(...Array.from({ length: 10 }, (_, tick) => asked.filter((at) => at === tick * 100).length)),
    ).toBeLessThan(10);
    expect(asked.length / clients.length).toBeLessThan(14);
    Object.assign(here.server.faults, NO_FAULTS);
    await here.time.pass(MINUTE);
    expect(clients.map(({ state }) => state.connection.phase)).toEqual(clients.map(() => 'online'));
  });

  it('is replaced when it does not answer a ping', async () => {
    const here = aWorld();
    const ada = await here.connected(here.client('ada'));
    await here.time.pass(10_000);
    const [dead] = here.server.sockets.keys();
    dead!.onFrame = () => undefined;
    await here.time.pass(10 * MINUTE);
    expect(here.server.sockets.has(dead!)).toBe(false);
    expect(ada.state.connection.phase).toBe('online');
  });

  it('asks for another token once, and gives up when that is refused too', async () => {
    const here = aWorld();
    const asked: boolean[] = [];
    const ada = here.client('ada', {
      userId: 'ada',
      getToken: ({ expired }) => {
        asked.push(expired);
        return 'nobody';
      },
    });
    const connecting = ada.connect().then(
      () => 'connected',
      (error: unknown) => error,
    );
    await here.time.until(() => ada.state.connection.phase === 'refused');
    expect(asked).toEqual([false, true]);
    expect(await connecting).toBeInstanceOf(ParleyError);
    await here.time.pass(MINUTE);
    expect(counted(here, 'createTicket')).toBe(2);
  });
});

describe('conversations', () => {
  it('that were left on another device are gone after a time away, and new ones are there', async () => {
    const here = aWorld();
    const [stays, goes, closed] = ['a', 'b', 'd'].map((letter) => here.server.room(cnv(letter), ['ada'])) as [
      Room,
      Room,
      Room,
    ];
    const ada = await here.connected(here.client('ada'));
    await here.opened(ada, goes.id);
    here.server.faults.lost = 1;
    here.server.faults.refused = 1;
    here.server.cut();
    here.server.leave(goes, 'ada');
    here.server.leave(closed, 'ada');
    const comes = here.server.room(cnv('c'), ['ada', 'bob']);
    here.server.send(comes, 'bob', null, 'welcome');
    Object.assign(here.server.faults, NO_FAULTS);
    await here.time.pass(MINUTE);
    expect(
      ada.conversations
        .list()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([stays.id, comes.id]);
    expect(Object.keys(ada.state.rooms)).toEqual([]);
  });

  it('that one leaves are gone at once', async () => {
    const here = aWorld();
    const room = here.server.room(cnv('a'), ['ada', 'bob']);
    const [ada, bob] = [await here.connected(here.client('ada')), await here.connected(here.client('bob'))];
    await here.opened(bob, room.id);
    await here.opened(ada, room.id);
    here.server.leave(room, 'ada');
    await here.time.pass(1_000);
    expect(ada.state.rooms).toEqual({});
    expect(ada.conversations.list()).toEqual([]);
    expect(bob.state.rooms[room.id]!.participants.map(({ userId }) => userId)).toEqual(['bob']);
  });

  it('that are not there do not open', async () => {
    const here = aWorld();
    const ada = await here.connected(here.client('ada'));
    const opening = ada.conversations.open(cnv('z')).catch((error: ParleyError) => error.code);
    await here.time.pass(5_000);
    expect(await opening).toBe('conversation.not_found');
  });
});
