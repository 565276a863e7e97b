import { documents } from '#aws/documents.ts';
import { transport } from '#aws/transport.ts';
import { ENV } from '#contract/environment.ts';
import { searchAll } from '#contract/search-box.ts';
import { suggest } from '#contract/suggestions.ts';
import { refreshIndex } from '#gateways/search/indices.ts';
import { userWrite } from '#indexing/user-writes.ts';
import { writeDocuments } from '#indexing/write-documents.ts';
import { scope } from '#table/entity.ts';
import { indexState } from '#table/search-index.ts';
import { tableName } from '#table/table-name.ts';
import { type StoredUser, UserEntity } from '#table/user.ts';
import { handler } from '../../functions/api/search/search.lambda.ts';
import { act, memberOf, openRoom, someTenant } from '../actors.ts';
import type { Context } from '../context.ts';
import { usageOf } from '../meter.ts';
import { withProgress } from '../progress.ts';
import { percentile, type Row } from '../row.ts';

/** Members of every conversation, each of whom types one word, and conversations they are in. */
const [MEMBERS, ROOMS, PEOPLE] = [40, 20, 500];
const FIRST = ['Ada', 'Bob', 'Cleo', 'José', 'Anna', 'Marta', 'Kim', '山田', 'Nadia', 'Luc'];
const LAST = ['Lovelace', 'Babbage', 'Núñez', 'Weaver', 'Engström', '太郎', 'Carder', 'Spinner', 'Turner', 'Lind'];
const ROOM = ['Engines', 'Looms', 'Cards', 'Planning', 'Release', 'Support', 'Lunch', 'Announcements'];

const somebody = (index: number): StoredUser => ({
  ...{ userId: `person${index}`, custom: {}, createdAt: 1, updatedAt: 1, updatedBy: 'bench', version: 1 },
  privacy: { lastSeen: 'everyone', readReceipts: true },
  displayName: `${FIRST[index % 10]} ${LAST[Math.floor(index / 10) % 10]} ${index}`,
});

async function fill(tenantId: string): Promise<void> {
  const users = Array.from({ length: PEOPLE }, (_, index) => somebody(index));
  const tenant = scope(tenantId);
  for (const user of users)
    await documents.put({ TableName: tableName(), Item: UserEntity.toItem(tenant, user.userId, user) });
  await writeDocuments(users.map((user) => userWrite(tenant, user)));
  await refreshIndex((await indexState()).live.name);
  for (let room = 0; room < ROOMS; room++)
    await openRoom(MEMBERS, { tenantId, name: `${ROOM[room % ROOM.length]} ${room}` });
}

/** What it costs to suggest with every key, and to search for everything at once. Times hold the emulator's, which are no table's. */
export async function suggestionRows({ quick, stack, world }: Context): Promise<Row[]> {
  const { meter } = await world();
  process.env[ENV.searchEndpoint] = stack!.searchUrl!;
  const tenantId = someTenant();
  await fill(tenantId);
  const engine: number[] = [];
  const { send } = transport;
  transport.send = async (url, request) => {
    const began = performance.now();
    const response = await send(url, request);
    if (url.pathname.endsWith('_search')) engine.push(performance.now() - began);
    return response;
  };
  const words = [...FIRST, ...LAST, ...ROOM].slice(0, quick ? 5 : MEMBERS);
  const [keys, boxes]: [number[], number[]] = [[], []];
  meter.take();
  let reads = 0;
  let writes = 0;
  try {
    await withProgress('typing', words.length, async (tick) => {
      for (const [index, word] of words.entries()) {
        const who = { tenantId, userId: memberOf(index) };
        for (let typed = 1; typed <= word.length; typed++) {
          const began = performance.now();
          await act(handler, suggest, { q: word.slice(0, typed) }, who);
          keys.push(performance.now() - began);
        }
        tick();
      }
    });
    const usage = usageOf(meter.take());
    [reads, writes] = [usage.reads, usage.writes];
    const asked = [...engine];
    for (const [index, word] of words.entries()) {
      const began = performance.now();
      await act(handler, searchAll, { q: word }, { tenantId, userId: memberOf(index) });
      boxes.push(performance.now() - began);
    }
    const note = `${keys.length} keys of ${words.length} people, each in ${ROOMS} conversations, among ${PEOPLE} users`;
    return [
      { name: 'Suggestions: engine, p95', measured: percentile(asked, 95), unit: 'ms', note },
      { name: 'Suggestions: p50, emulator included', measured: percentile(keys, 50), unit: 'ms' },
      { name: 'Suggestions: p95, emulator included', measured: percentile(keys, 95), unit: 'ms' },
      {
        name: 'Suggestions: questions to the engine a key',
        measured: asked.length / keys.length,
        unit: 'requests',
        budget: 1,
      },
      { name: 'Suggestions: a key', measured: reads / keys.length, unit: 'read units' },
      { name: 'Suggestions: a key', measured: writes / keys.length, unit: 'write units', budget: 1 },
      { name: 'Search box: p95, emulator included', measured: percentile(boxes, 95), unit: 'ms' },
    ];
  } finally {
    transport.send = send;
  }
}
