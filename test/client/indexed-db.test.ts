import { IDBFactory } from 'fake-indexeddb';
import { expect, it } from 'vitest';
import { type Databases, IndexedDbStorage } from '#client/indexed-db.ts';
import { aWorld, cnv } from './world.ts';

const databases = () => new IDBFactory() as unknown as Databases;

it('keeps what it is given, by user', async () => {
  const all = databases();
  const storage = new IndexedDbStorage('ada', all);
  await storage.save(
    new Map<string, unknown>([
      ['a', { deep: [1, 2] }],
      ['b', 'text'],
      ['c', null],
    ]),
  );
  await storage.save(
    new Map<string, unknown>([
      ['a', { deep: [3] }],
      ['b', undefined],
    ]),
  );
  await storage.close();
  expect(await new IndexedDbStorage('ada', all).load()).toEqual(
    new Map<string, unknown>([
      ['a', { deep: [3] }],
      ['c', null],
    ]),
  );
  expect(await new IndexedDbStorage('bob', all).load()).toEqual(new Map());
});

it('keeps all of a save or nothing', async () => {
  const storage = new IndexedDbStorage('ada', databases());
  await storage.save(new Map([['a', 'before']]));
  const broken = new Map<string, unknown>([
    ['a', 'after'],
    ['b', () => 'no function is kept'],
  ]);
  await expect(storage.save(broken)).rejects.toThrow();
  expect(await storage.load()).toEqual(new Map([['a', 'before']]));
});

it('gives way to a page that deletes the database', async () => {
  const all = new IDBFactory();
  const storage = new IndexedDbStorage('ada', all as unknown as Databases);
  await storage.save(new Map([['a', 1]]));
  await new Promise((resolve, reject) => {
    const asked = all.deleteDatabase('ada');
    asked.onsuccess = resolve;
    asked.onerror = reject;
  });
  expect(await storage.load()).toEqual(new Map());
});

it('says where there is none', () => {
  expect(() => new IndexedDbStorage('ada')).toThrow(/no IndexedDB/);
});

it('is what a client starts again from', async () => {
  const here = aWorld();
  const room = here.server.room(cnv('a'), ['ada', 'bob']);
  const all = databases();
  const ada = await here.connected(here.client('ada', { storage: new IndexedDbStorage('ada', all) }));
  await here.opened(ada, room.id);
  here.server.send(room, 'bob', null, 'before');
  await here.time.pass(5_000);
  await ada.close();
  here.server.send(room, 'bob', null, 'between');
  const again = await here.connected(here.client('ada', { storage: new IndexedDbStorage('ada', all) }));
  await here.time.pass(5_000);
  expect(again.state.rooms[room.id]!.messages).toEqual([...room.messages.values()]);
});
