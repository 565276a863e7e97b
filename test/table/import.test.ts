import { randomBytes } from 'node:crypto';
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getImport, importBatch, MAX_BATCH, MAX_IMPORT_PARTICIPANTS, startImport } from '#contract/imports.ts';
import { documents, tableName } from '#table/client.ts';
import { conversationPartition, findHead, HeadEntity } from '#table/conversation.ts';
import { type Item, scope } from '#table/entity.ts';
import { conversationIdOfImport, findImport } from '#table/import.ts';
import { findStanding, hashOfBatch, storeBatch } from '#table/import-batch.ts';
import { conversationIdsOf, findMember, listMembers } from '#table/member.ts';
import { logPartition, MessageEntity, seqOf } from '#table/message.ts';
import { call } from '#test/support/call.ts';
import { useTable } from '#test/support/table.ts';
import { handler } from '../../functions/api/imports/imports.lambda.ts';

useTable();

const tenant = scope('acme');
const newImportId = () => `imp_${randomBytes(16).toString('base64url')}`;
const conversation = (participants: readonly string[] = ['bob', 'cleo']) => ({
  type: 'group',
  name: 'Lab',
  participants,
});
const text = (value: string | number) => ({ senderId: 'bob', text: String(value), sentAt: '2018-11-05T19:30:43.000Z' });
const texts = (from: number, count: number) => Array.from({ length: count }, (_, index) => text(from + index));

const start = (importId: string, over: object = {}, options: object = {}) =>
  call(
    handler,
    startImport,
    { importId, conversation: { ...conversation(), ...over } },
    { roles: ['admin'], ...options },
  );
const send = (importId: string, batch: number, messages: readonly object[], options: object = {}) =>
  call(handler, importBatch, { importId, batch, messages }, { roles: ['admin'], ...options });
const look = (importId: string, options: object = {}) =>
  call(handler, getImport, { importId }, { roles: ['admin'], ...options });

const logOf = async (importId: string, of = tenant): Promise<Item[]> => {
  const items: Item[] = [];
  for (let next: Item | undefined, first = true; first || next; first = false) {
    const { Items = [], LastEvaluatedKey } = await documents.send(
      new QueryCommand({
        TableName: tableName(),
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': logPartition(of, conversationIdOfImport(of, importId)) },
        ConsistentRead: true,
        ...(next ? { ExclusiveStartKey: next } : {}),
      }),
    );
    items.push(...Items);
    next = LastEvaluatedKey;
  }
  return items;
};
const textOf = (item: Item): string => {
  const { b } = MessageEntity.fromItem(item);
  return b.type === 'text' ? b.text : '';
};
const textsOf = async (importId: string) => (await logOf(importId)).map(textOf);
const headOf = async (importId: string) => (await findHead(tenant, conversationIdOfImport(tenant, importId)))!;

/** The first half of a live send: one update of the head takes the number. */
const takeLive = async (importId: string): Promise<number> => {
  const { Attributes } = await documents.send(
    new UpdateCommand({
      TableName: tableName(),
      Key: HeadEntity.key(tenant, conversationIdOfImport(tenant, importId)),
      UpdateExpression: 'SET seq = seq + :one',
      ExpressionAttributeValues: { ':one': 1 },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return HeadEntity.fromItem(Attributes!).seq;
};

/** A live send as the log does it: when the number is taken, one write-once put stores the message. */
const sendLive = async (importId: string, value: string): Promise<void> => {
  const id = { conversationId: conversationIdOfImport(tenant, importId), seq: await takeLive(importId) };
  await documents.send(
    new PutCommand({
      TableName: tableName(),
      Item: MessageEntity.toItem(tenant, id, { u: 'cleo', b: { type: 'text', text: value }, a: 1, v: 1 }),
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );
};

describe('starting an import', () => {
  it('makes an empty conversation with its members, their count and the import', async () => {
    const importId = newImportId();
    const reply = await start(importId);
    const conversationId = conversationIdOfImport(tenant, importId);
    expect(reply).toMatchObject({ status: 201, body: { id: importId, conversationId, nextBatch: 0, messages: 0 } });
    expect(await headOf(importId)).toMatchObject({
      type: 'group',
      name: 'Lab',
      createdBy: 'ada',
      seq: 0,
      firstSeq: 1,
      floor: -1,
    });
    const { members } = await listMembers(tenant, conversationId, { after: undefined, limit: 100 });
    expect(members.map(({ userId, role }) => [userId, role])).toEqual([
      ['ada', 'owner'],
      ['bob', 'member'],
      ['cleo', 'member'],
    ]);
    expect(await conversationIdsOf(tenant, 'bob')).toContain(conversationId);
    const { Item } = await documents.send(
      new GetCommand({
        TableName: tableName(),
        Key: { pk: conversationPartition(tenant, conversationId), sk: 'COUNT' },
      }),
    );
    expect(Item).toMatchObject({ ty: 'count', members: 3, owners: 1 });
    expect(await logOf(importId)).toEqual([]);
  });

  it('counts whoever imports once, also as a participant, and takes as many participants as it says', async () => {
    const importId = newImportId();
    const participants = ['ada', ...Array.from({ length: MAX_IMPORT_PARTICIPANTS - 1 }, (_, index) => `u${index}`)];
    expect((await start(importId, { participants })).status).toBe(201);
    const conversationId = conversationIdOfImport(tenant, importId);
    expect((await findMember(tenant, conversationId, 'ada'))?.role).toBe('owner');
    const other = newImportId();
    expect((await start(other, { participants }, { userId: 'root' })).status).toBe(201);
    const { members } = await listMembers(tenant, conversationIdOfImport(tenant, other), {
      after: undefined,
      limit: 100,
    });
    expect(members).toHaveLength(MAX_IMPORT_PARTICIPANTS + 1);
  });

  it('happens once, however many start it at once', async () => {
    const importId = newImportId();
    const replies = await Promise.all(Array.from({ length: 8 }, () => start(importId)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(new Set(replies.map(({ body }) => body.conversationId)).size).toBe(1);
  });

  it('is answered with where it stands later, and refused with another conversation', async () => {
    const importId = newImportId();
    await start(importId);
    await send(importId, 0, texts(1, 5));
    expect(await start(importId, { participants: ['cleo', 'bob'] })).toMatchObject({
      status: 200,
      body: { nextBatch: 1, messages: 5 },
    });
    for (const over of [{ name: 'Hall' }, { type: 'channel' }, { participants: ['bob'] }])
      expect(await start(importId, over)).toMatchObject({ status: 409, body: { code: 'import.conflict' } });
  });

  it('is another import in another tenant', async () => {
    const importId = newImportId();
    await start(importId);
    expect(await look(importId, { tenantId: 'globex' })).toMatchObject({
      status: 404,
      body: { code: 'import.not_found' },
    });
    expect(await send(importId, 0, texts(1, 1), { tenantId: 'globex' })).toMatchObject({
      status: 404,
      body: { code: 'import.not_found' },
    });
    const theirs = await start(importId, {}, { tenantId: 'globex' });
    expect(theirs.status).toBe(201);
    expect(theirs.body.conversationId).not.toBe(conversationIdOfImport(tenant, importId));
    await send(importId, 0, texts(1, 1), { tenantId: 'globex' });
    expect(await look(importId)).toMatchObject({ status: 200, body: { messages: 0 } });
    expect(await logOf(importId)).toEqual([]);
    expect(await logOf(importId, scope('globex'))).toHaveLength(1);
  });
});

describe('batches', () => {
  it('give message k of the file the number k, with both times', async () => {
    const importId = newImportId();
    await start(importId);
    expect(await send(importId, 0, texts(1, MAX_BATCH))).toMatchObject({
      status: 201,
      body: { firstSeq: 1, lastSeq: 97, nextBatch: 1 },
    });
    expect(await send(importId, 1, texts(98, 3))).toMatchObject({
      status: 201,
      body: { firstSeq: 98, lastSeq: 100, nextBatch: 2 },
    });
    const log = await logOf(importId);
    expect(log.map(({ sk }) => seqOf(sk))).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(log.map(textOf)).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)));
    const stored = MessageEntity.fromItem(log[0]!);
    expect(stored).toMatchObject({ u: 'bob', s: Date.parse('2018-11-05T19:30:43.000Z'), v: 1 });
    expect(stored.a).toBeGreaterThan(Date.parse('2026-01-01'));
    expect(await headOf(importId)).toMatchObject({
      seq: 100,
      lastSeq: 100,
      last: { by: 'bob', type: 'text', text: '100' },
      recent: {},
    });
    expect(await look(importId)).toMatchObject({ status: 200, body: { nextBatch: 2, messages: 100 } });
  });

  it('keep the head below 1 KB whatever the texts are', async () => {
    const importId = newImportId();
    await start(importId);
    await send(importId, 0, [text('語'.repeat(20_000))]);
    const { Item } = await documents.send(
      new GetCommand({ TableName: tableName(), Key: HeadEntity.key(tenant, conversationIdOfImport(tenant, importId)) }),
    );
    expect(Buffer.byteLength(JSON.stringify(Item))).toBeLessThan(900);
  });

  it('never take the time of the last activity back', async () => {
    const importId = newImportId();
    await start(importId);
    const ahead = Date.now() + 60_000;
    await documents.send(
      new UpdateCommand({
        TableName: tableName(),
        Key: HeadEntity.key(tenant, conversationIdOfImport(tenant, importId)),
        UpdateExpression: 'SET lastAt = :ahead',
        ExpressionAttributeValues: { ':ahead': ahead },
      }),
    );
    await send(importId, 0, texts(1, 1));
    expect((await headOf(importId)).lastAt).toBe(ahead);
  });

  it('are stored once, repeated later or sent many times at once, with one answer', async () => {
    const importId = newImportId();
    await start(importId);
    const atOnce = await Promise.all(Array.from({ length: 6 }, () => send(importId, 0, texts(1, 10))));
    expect(atOnce.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    await send(importId, 1, texts(11, 10));
    const later = await send(importId, 0, texts(1, 10));
    expect(later.status).toBe(200);
    expect(later.headers['idempotent-replayed']).toBe('true');
    for (const { body } of [...atOnce, later]) expect(body).toEqual({ firstSeq: 1, lastSeq: 10, nextBatch: 1 });
    expect(await textsOf(importId)).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 1)));
    expect(await look(importId)).toMatchObject({ body: { messages: 20, nextBatch: 2 } });
  });

  it('are refused with other content under a number that is taken, whichever field differs', async () => {
    const importId = newImportId();
    await start(importId);
    await send(importId, 0, [text('one')]);
    const others = [
      [text('two')],
      [{ ...text('one'), senderId: 'cleo' }],
      [{ ...text('one'), sentAt: '2018-11-05T19:30:44.000Z' }],
      [text('one'), text('one')],
    ];
    for (const messages of others) {
      const { status, body } = await send(importId, 0, messages);
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'import.conflict' });
      expect([body.storedHash, body.givenHash]).toEqual([hashOfBatch([text('one')]), hashOfBatch(messages)]);
    }
    expect(await textsOf(importId)).toEqual(['one']);
  });

  it('are refused ahead of their turn, and the answer names the next one', async () => {
    const importId = newImportId();
    await start(importId);
    await send(importId, 0, texts(1, 1));
    expect(await send(importId, 2, texts(2, 1))).toMatchObject({
      status: 409,
      body: { code: 'import.out_of_order', nextBatch: 1 },
    });
    expect(await textsOf(importId)).toEqual(['1']);
  });

  it('of other content racing for one number: one is stored, the other refused', async () => {
    const importId = newImportId();
    await start(importId);
    const [left, right] = await Promise.all([send(importId, 0, [text('left')]), send(importId, 0, [text('right')])]);
    expect([left.status, right.status].sort()).toEqual([201, 409]);
    expect(await textsOf(importId)).toEqual([left.status === 201 ? 'left' : 'right']);
  });

  it('do not go into an archived conversation, nor into one archived between the look and the write', async () => {
    const importId = newImportId();
    await start(importId);
    await send(importId, 0, texts(1, 1));
    const before = await headOf(importId);
    await documents.send(
      new UpdateCommand({
        TableName: tableName(),
        Key: HeadEntity.key(tenant, conversationIdOfImport(tenant, importId)),
        UpdateExpression: 'SET archivedAt = :at',
        ExpressionAttributeValues: { ':at': 1 },
      }),
    );
    expect(await send(importId, 1, texts(2, 1))).toMatchObject({
      status: 409,
      body: { code: 'conversation.archived' },
    });
    const raced = await storeBatch(
      tenant,
      { importId, batch: 1 },
      { head: before, messages: texts(2, 1), hash: 'h', at: 1 },
    );
    expect(raced).toBeUndefined();
    expect((await send(importId, 0, texts(1, 1))).status).toBe(200);
    expect(await textsOf(importId)).toEqual(['1']);
  });
});

describe('all of a batch or nothing', () => {
  const store = async (importId: string, batch: number, over: { seq?: number } = {}) =>
    storeBatch(
      tenant,
      { importId, batch },
      { head: { ...(await headOf(importId)), ...over }, messages: texts(1, 3), hash: 'h', at: 5 },
    );

  /** Everything an import has in the table. */
  const all = async (importId: string) => ({
    log: await logOf(importId),
    head: await headOf(importId),
    import: await findImport(tenant, importId),
    ledger: (await findStanding(tenant, { importId, batch: 0 })).stored,
  });

  it('leaves everything as it was when the head has moved, though nothing lies at the number taken yet', async () => {
    const importId = newImportId();
    await start(importId);
    await takeLive(importId);
    const before = await all(importId);
    expect(await store(importId, 0, { seq: 0 })).toBeUndefined();
    expect(await all(importId)).toEqual(before);
  });

  it('leaves everything as it was when a message lies at one of its numbers', async () => {
    const importId = newImportId();
    await start(importId);
    const conversationId = conversationIdOfImport(tenant, importId);
    const stray = MessageEntity.toItem(
      tenant,
      { conversationId, seq: 3 },
      { u: 'cleo', b: { type: 'text', text: 'stray' }, a: 1, v: 1 },
    );
    await documents.send(new PutCommand({ TableName: tableName(), Item: stray }));
    const before = await all(importId);
    expect(await store(importId, 0)).toBeUndefined();
    expect(await all(importId)).toEqual(before);
  });

  it('leaves everything as it was when the import is at another batch, or the ledger has this one', async () => {
    const importId = newImportId();
    await start(importId);
    const before = await all(importId);
    expect(await store(importId, 1)).toBeUndefined();
    expect(await all(importId)).toEqual(before);
    expect(await store(importId, 0)).toEqual({ hash: 'h', firstSeq: 1, lastSeq: 3 });
    await documents.send(
      new UpdateCommand({
        TableName: tableName(),
        Key: { pk: `${tenant}#I#${importId}`, sk: 'IMPORT' },
        UpdateExpression: 'SET nextBatch = :zero',
        ExpressionAttributeValues: { ':zero': 0 },
      }),
    );
    const after = await all(importId);
    expect(await store(importId, 0)).toBeUndefined();
    expect(await all(importId)).toEqual(after);
  });
});

describe('live sends meanwhile', () => {
  it('share the numbers: dense, none used twice, the file in its order, every live message there', async () => {
    const plan = fc.record({
      batches: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
      writers: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
      importers: fc.integer({ min: 1, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ batches, writers, importers }) => {
        const importId = newImportId();
        await start(importId);
        const sizes = batches.map((size, index) => ({
          size,
          from: batches.slice(0, index).reduce((sum, more) => sum + more, 0),
        }));
        const bring = async () => {
          for (const [batch, { size, from }] of sizes.entries()) {
            let reply = await send(importId, batch, texts(from, size));
            while (reply.status === 503) reply = await send(importId, batch, texts(from, size));
            expect([200, 201]).toContain(reply.status);
          }
        };
        const talk = async (count: number, writer: number) => {
          for (let index = 0; index < count; index++) await sendLive(importId, `live ${writer}.${index}`);
        };
        await Promise.all([...Array.from({ length: importers }, bring), ...writers.map(talk)]);

        const log = await logOf(importId);
        const { seq } = await headOf(importId);
        expect(log.map(({ sk }) => seqOf(sk))).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
        const found = log.map(textOf);
        const imported = batches.reduce((sum, size) => sum + size, 0);
        expect(found.filter((value) => !value.startsWith('live'))).toEqual(
          Array.from({ length: imported }, (_, index) => String(index)),
        );
        expect(new Set(found).size).toBe(found.length);
        expect(found.length - imported).toBe(writers.reduce((sum, count) => sum + count, 0));
        expect((await look(importId)).body).toMatchObject({ nextBatch: batches.length, messages: imported });
      }),
      { numRuns: 15 },
    );
  });
});
