import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { conversationIdOfImport, findImport } from '#table/import.ts';
import { findStanding, storeBatch } from '#table/import-batch.ts';
import { findThreads } from '#table/import-threads.ts';
import { MessageEntity, seqOf } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';
import {
  headOf,
  logOf,
  look,
  newImportId,
  send,
  sendLive,
  start,
  takeLive,
  tenant,
  textOf,
  texts,
} from '#test/support/imports.ts';
import { useTable } from '#test/support/table.ts';

useTable();

describe('all of a batch or nothing', () => {
  const store = async (importId: string, batch: number, over: { seq?: number } = {}) => {
    const head = { ...(await headOf(importId)), ...over };
    const given = { messages: texts(1, 3), at: 5 };
    const named = await findThreads(tenant, { importId, batch, firstSeq: head.seq + 1, ...given });
    return storeBatch(tenant, { importId, batch }, { head, hash: 'h', named, ...given });
  };

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
    await documents.put({ TableName: tableName(), Item: stray });
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
    await documents.update({
      TableName: tableName(),
      Key: { pk: `${tenant}#I#${importId}`, sk: 'IMPORT' },
      UpdateExpression: 'SET nextBatch = :zero',
      ExpressionAttributeValues: { ':zero': 0 },
    });
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
