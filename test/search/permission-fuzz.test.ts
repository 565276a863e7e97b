import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { beforeAll, expect, it } from 'vitest';
import { transport } from '#aws/transport.ts';
import { ENV } from '#contract/environment.ts';
import { messageIdOf } from '#contract/ids.ts';
import { searchMessages } from '#contract/search.ts';
import { DEFAULT_RULES } from '#contract/tenant.ts';
import { inParallel } from '#delivery/parallel.ts';
import { writeDocuments } from '#indexing/write-documents.ts';
import { answer } from '#simulation/table/protocol.ts';
import { Table } from '#simulation/table/table.ts';
import { scope } from '#table/entity.ts';
import { TABLE } from '#table/schema.ts';
import { storeSettings } from '#table/tenant-settings.ts';
import { stubService } from '#test/support/aws-stub.ts';
import { call } from '#test/support/call.ts';
import { handler } from '../../functions/api/search/search.lambda.ts';
import { aTenantId } from './engine.ts';
import { put, refresh, remove } from './ground.ts';
import {
  aRoom,
  documentsOf,
  headOf,
  hiddenOf,
  type Indexed,
  idOf,
  mayCount,
  mayRead,
  memberOf,
  messageOf,
  pick,
  type Random,
  type Room,
  SAID,
  WORDS,
  writeOf,
} from './permission-world.ts';

/** Queries, and after how many of them things change. */
const QUERIES = 10_000;
const PHASE = 400;
const AT_ONCE = 10;
/** Hits of a page: more than most queries have. */
const LIMIT = 100;
const USERS = ['ada', 'bob', 'cleo', 'dora', 'eve', 'finn', 'gus', 'hana'];
/** Days that messages are kept in each tenant. */
const TENANTS = [undefined, undefined, 8].map((keptDays) => ({ id: aTenantId(), keptDays }));
const NOW = Date.now();
const SEED = Number(process.env['FUZZ_SEED'] ?? 7);

const secrets = stubService('secretsmanager');
const rooms: Room[] = [];
const index: Indexed[] = [];
let random: Random;

/** The table lies in this process: ten thousand searches read it forty thousand times. That it is like the real one is tested elsewhere. */
function useTableHere(): void {
  const table = new Table({ ...TABLE, index: TABLE.byUser }, { now: () => 0, staleness: () => 0, memory: 0 });
  const tokens = new Set<string>();
  const real = transport.send;
  transport.send = async (url, request) => {
    const [service, operation = ''] = request.headers['x-amz-target']?.split('.') ?? [];
    if (!service?.startsWith('DynamoDB')) return real(url, request);
    const { status, body } = answer(table, operation, JSON.parse(String(request.body)), tokens);
    const text = JSON.stringify(body);
    return { status, text: async () => text, bytes: async () => Buffer.from(text) };
  };
}

const seeded = (seed: number): Random => {
  let state = seed;
  return (below) => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

/** Entries that should not be there: of rooms that nobody is in, under other tenants and conversations, of numbers never taken. */
function lies(): { readonly document: Indexed; readonly id: string }[] {
  return Array.from({ length: 300 }, (_, number) => {
    const [from, to] = [pick(random, rooms), pick(random, rooms)];
    const [document] = documentsOf(from).slice(random(SAID));
    const other = [
      { conversation: to.id },
      { tenant: to.tenantId },
      { tenant: to.tenantId, conversation: to.id },
      { seq: 1_000 + number },
      { text: WORDS.join(' '), seq: 1 + random(SAID) },
      { conversation: `cnv_${'x'.repeat(22)}` },
    ][number % 6]!;
    return { document: { ...document!, ...other }, id: `${from.tenantId}/lie_${number}` };
  });
}

beforeAll(async () => {
  process.env[ENV.signingKey] = 'signing-key';
  process.env[ENV.table] = 'here';
  secrets.on(GetSecretValueCommand).resolves({ SecretString: 'a secret of the test, long enough to sign with' });
  useTableHere();
  random = seeded(SEED);
  for (const { id: tenantId, keptDays } of TENANTS) {
    const limits = { ...DEFAULT_RULES.limits, searchesPerMinute: 6_000 };
    const retention = { ...DEFAULT_RULES.retention, days: keptDays ?? null };
    await storeSettings(scope(tenantId), {
      ...{ version: 1, before: DEFAULT_RULES, by: 'ada', at: NOW },
      after: { ...DEFAULT_RULES, limits, retention },
    });
    for (let number = 0; number < 8; number++) rooms.push(aRoom(random, tenantId, USERS, NOW, `Room ${number}`));
  }
  for (const room of rooms) {
    await put(headOf(room));
    for (const user of room.members.keys()) await put(memberOf(room, user));
    for (const seq of room.said.keys()) await put(messageOf(room, seq));
  }
  const found = [
    ...rooms.flatMap((room) => documentsOf(room).map((document) => ({ document, id: idOf(room, document.seq) }))),
    ...lies(),
  ];
  index.push(...found.map(({ document }) => document));
  await writeDocuments(found.map(({ document, id }) => writeOf(document, id)));
  await refresh();
});

/** Something happens to somebody or something; the search index hears nothing of it. */
async function happen(): Promise<void> {
  const room = pick(random, rooms);
  const [user, seq] = [pick(random, USERS), 1 + random(SAID)];
  const member = room.members.get(user);
  const said = room.said.get(seq)!;
  const isThere = said.state === 'there';
  const what = pick(random, ['leaves', 'is listed still', 'joins', 'hides', 'deletes', 'purges', 'edits', 'removes']);
  if ((what === 'leaves' || what === 'is listed still') && member) {
    const item = memberOf(room, user);
    room.members.delete(user);
    await remove(item);
    if (what === 'leaves') room.listed.delete(user);
    else await put({ ...item, pk: `stale ${room.id}`, sk: user });
  } else if (what === 'joins' && !member) {
    room.members.set(user, { joinedSeq: seq, hidden: new Set() });
    room.listed.set(user, seq);
    await remove({ pk: `stale ${room.id}`, sk: user });
    await put(memberOf(room, user));
  } else if (what === 'hides' && member) {
    member.hidden.add(seq);
    await put(hiddenOf(room, user, seq));
    await put(memberOf(room, user));
  } else if (what === 'deletes' && isThere && random(3) === 0) {
    said.state = 'deleted';
    await put(messageOf(room, seq));
  } else if (what === 'removes' && isThere && random(3) === 0) {
    said.state = 'gone';
    await remove(messageOf(room, seq));
  } else if (what === 'purges' && random(4) === 0) {
    room.firstSeq = Math.max(room.firstSeq, random(10));
    await put(headOf(room));
  } else if (what === 'edits' && isThere) {
    said.text = `edited ${pick(random, WORDS)}`;
    await put(messageOf(room, seq));
  }
}

/** A query, and which texts and rooms it finds. */
function aQuery(): { readonly q: string; readonly finds: (document: Indexed) => boolean } {
  const [one, other, user] = [pick(random, WORDS), pick(random, WORDS), pick(random, USERS)];
  const has = (word: string) => (document: Indexed) => document.text.split(' ').includes(word);
  return pick(random, [
    { q: one, finds: has(one) },
    { q: `${one} ${other}`, finds: (document) => has(one)(document) && has(other)(document) },
    { q: `${one} OR ${other}`, finds: (document) => has(one)(document) || has(other)(document) },
    { q: `${one} -${other}`, finds: (document) => has(one)(document) && !has(other)(document) },
    { q: `"${one} ${other}"`, finds: (document) => document.text.includes(`${one} ${other}`) },
    { q: `${one} from:${user}`, finds: (document) => has(one)(document) && document.sender === user },
  ]);
}

interface Body {
  readonly items: { message: { id: string; body: { text: string } }; highlights: { fragments: string[] }[] }[];
  readonly nextCursor: string | null;
  readonly total: { value: number; exact: boolean };
  readonly facets?: Record<'conversation' | 'sender' | 'month', { value: string; count: number }[]>;
}

const plain = (fragment: string): string => fragment.replaceAll(/<\/?mark>|…/g, '');

async function check(): Promise<void> {
  const { id: tenantId, keptDays } = pick(random, TENANTS);
  const user = pick(random, USERS);
  const { q, finds } = aQuery();
  const withFacets = random(4) === 0;
  const sort = pick(random, ['newest', 'oldest', 'relevance']);
  const input = {
    q,
    sort,
    match: 'exact',
    limit: LIMIT,
    remember: false,
    ...(withFacets && { facets: 'conversation,sender,month' }),
  };
  const reply = await call(handler, searchMessages, input, { tenantId, userId: user });
  expect(reply, q).toMatchObject({ status: 200 });
  const { items, nextCursor, total, facets } = reply.body as unknown as Body;
  const where = `${user} of ${tenantId}: ${q}`;

  const roomOf = new Map(rooms.map((room) => [room.id, room]));
  const counted = index.filter(
    (document) =>
      document.tenant === tenantId && mayCount(roomOf.get(document.conversation), user, document, keptDays, NOW),
  );
  const found = counted.filter(finds);
  // What is counted is what the filter lets through, and nothing beyond.
  expect(total, where).toEqual({ value: found.length, exact: true });
  for (const [facet, values] of [
    ['conversation', found.map(({ conversation }) => conversation)],
    ['sender', found.map(({ sender }) => sender)],
    ['month', found.map(({ at }) => new Date(at).toISOString().slice(0, 7))],
  ] as const) {
    if (!facets) break;
    const counts = new Map(facets[facet].map(({ value, count }) => [value, count]));
    expect(counts, `${where} by ${facet}`).toEqual(
      new Map([...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length])),
    );
  }

  // What is shown is what the caller may read now: all of it that the index found, and not one more.
  const readable = found
    .filter(({ conversation, seq }) => mayRead(roomOf.get(conversation)!, user, seq, keptDays, NOW))
    .map(({ conversation, seq }) => messageIdOf(conversation, seq));
  const shown = items.map(({ message }) => message.id);
  expect(readable, where).toEqual(expect.arrayContaining(shown));
  if (nextCursor === null) expect(shown.sort(), where).toEqual(readable.sort());
  for (const { message, highlights } of items)
    for (const { fragments } of highlights)
      for (const fragment of fragments) expect(message.body.text, where).toContain(plain(fragment));
}

it(`shows nobody what they may not read now, in ${QUERIES} searches of an index full of lies`, async () => {
  for (let done = 0; done < QUERIES; done += PHASE) {
    await inParallel(Array.from({ length: PHASE }), AT_ONCE, check);
    for (let times = 0; times < 12; times++) await happen();
  }
}, 240_000);
