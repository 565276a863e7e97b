import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryStorage, type Storage } from '#client/storage.ts';
import { NO_FAULTS } from './model-server.ts';
import { aWorld, cnv } from './world.ts';

/** A device that may lose its power: what is saved after that is not kept. */
class Device implements Storage {
  readonly #kept = new MemoryStorage();
  hasPower = true;

  load() {
    return this.#kept.load();
  }

  async save(changes: ReadonlyMap<string, unknown>): Promise<void> {
    if (this.hasPower) await this.#kept.save(changes);
  }
}

describe('what is kept', () => {
  it('is shown without a network, and goes on from its cursors', async () => {
    const here = aWorld();
    const room = here.server.room(cnv('a'), ['ada', 'bob']);
    for (let index = 0; index < 70; index++) here.server.send(room, 'bob', null, `message ${index}`);
    const storage = new MemoryStorage();
    const ada = await here.connected(here.client('ada', { storage }));
    const conversation = await here.opened(ada, room.id);
    await here.time.pass(3_000);
    void conversation.loadOlder();
    await here.time.until(() => ada.state.rooms[room.id]!.older === null);
    await ada.close();
    here.server.send(room, 'bob', null, 'while away');
    // What carries no number is read anew; a conversation is not opened again.
    const snapshots = () => ['getSettings', 'listPins', 'getMe'].map((name) => here.server.calls.get(name));
    const before = snapshots();

    Object.assign(here.server.faults, { request: 1, refused: 1 });
    const again = here.client('ada', { storage });
    const connecting = again.connect();
    await here.time.pass(5_000);
    expect(again.state.rooms[room.id]!.messages).toHaveLength(70);
    expect(again.conversations.list()).toMatchObject([{ id: room.id, unreadCount: 70 }]);
    Object.assign(here.server.faults, NO_FAULTS);
    await here.time.pass(60_000);
    await connecting;
    expect(again.state.rooms[room.id]!.messages).toEqual([...room.messages.values()]);
    expect(again.conversations.list()).toMatchObject([{ unreadCount: 71 }]);
    expect(snapshots()).toEqual(before);
  });

  it('is always a moment that was: whenever the power goes, the next start misses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), async (seed) => {
        const here = aWorld(seed);
        const { server, time, random } = here;
        const rooms = ['a', 'b', 'c'].map((letter) => server.room(cnv(letter), ['ada', 'bob']));
        const device = new Device();
        let ada = await here.connected(here.client('ada', { storage: device }));
        await here.opened(ada, rooms[0]!.id);
        Object.assign(server.faults, { lost: 0.3, late: 0.3 });
        for (let start = 0; start < 4; start++) {
          for (let step = 0; step < 10; step++) {
            const room = rooms[Math.floor(random() * 3)]!;
            if (random() < 0.8) server.send(room, 'bob', null, `${start} ${step}`);
            else server.hole(room);
            if (random() < 0.1) server.cut();
            await time.pass(random() * 600);
          }
          device.hasPower = false;
          await ada.close();
          device.hasPower = true;
          const left = rooms[2]!;
          if (start === 2 && left.members.has('ada')) server.leave(left, 'ada');
          ada = await here.connected(here.client('ada', { storage: device }));
        }
        Object.assign(server.faults, NO_FAULTS);
        await time.pass(15 * 60_000);
        expect(ada.state.rooms[rooms[0]!.id]!.messages).toEqual([...rooms[0]!.messages.values()]);
        for (const room of rooms.slice(0, 2))
          expect(ada.state.conversations[room.id]).toMatchObject({
            seq: room.log.length,
            unreadCount: server.unread(room, 'ada'),
          });
        expect(ada.state.conversations[rooms[2]!.id]).toBeUndefined();
        await here.close();
      }),
      { numRuns: 25 },
    );
  });
});
