import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { MAX_BATCH } from '#contract/imports.ts';
import { HeadEntity } from '#table/conversation.ts';
import { conversationIdOfImport } from '#table/import.ts';
import { hashOfBatch, storeBatch } from '#table/import-batch.ts';
import { findThreads } from '#table/import-threads.ts';
import { MessageEntity, seqOf } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';
import {
  headOf,
  logOf,
  look,
  newImportId,
  send,
  start,
  tenant,
  text,
  textOf,
  texts,
  textsOf,
} from '#test/support/imports.ts';
import { useTable } from '#test/support/table.ts';

useTable();

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
    const { Item } = await documents.get({
      TableName: tableName(),
      Key: HeadEntity.key(tenant, conversationIdOfImport(tenant, importId)),
    });
    expect(Buffer.byteLength(JSON.stringify(Item))).toBeLessThan(900);
  });

  it('never take the time of the last activity back', async () => {
    const importId = newImportId();
    await start(importId);
    const ahead = Date.now() + 60_000;
    await documents.update({
      TableName: tableName(),
      Key: HeadEntity.key(tenant, conversationIdOfImport(tenant, importId)),
      UpdateExpression: 'SET lastAt = :ahead',
      ExpressionAttributeValues: { ':ahead': ahead },
    });
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
    await documents.update({
      TableName: tableName(),
      Key: HeadEntity.key(tenant, conversationIdOfImport(tenant, importId)),
      UpdateExpression: 'SET archivedAt = :at',
      ExpressionAttributeValues: { ':at': 1 },
    });
    expect(await send(importId, 1, texts(2, 1))).toMatchObject({
      status: 409,
      body: { code: 'conversation.archived' },
    });
    const given = { messages: texts(2, 1), at: 1 };
    const named = await findThreads(tenant, { importId, batch: 1, firstSeq: before.seq + 1, ...given });
    const raced = await storeBatch(tenant, { importId, batch: 1 }, { head: before, hash: 'h', named, ...given });
    expect(raced).toBeUndefined();
    expect((await send(importId, 0, texts(1, 1))).status).toBe(200);
    expect(await textsOf(importId)).toEqual(['1']);
  });
});
