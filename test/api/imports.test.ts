import { stubService } from '#test/support/aws-stub.ts';
import '#test/support/aws-env.ts';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { getImport, importBatch, MAX_BATCH, startImport } from '#contract/imports.ts';
import { MAX_TEXT } from '#contract/message-bodies.ts';
import { HeadEntity } from '#table/conversation.ts';
import { type Item, scope } from '#table/entity.ts';
import { conversationIdOfImport, ImportEntity, ImportedBatchEntity } from '#table/import.ts';
import { hashOfBatch } from '#table/import-batch.ts';
import { call } from '#test/support/call.ts';
import { IMPORT_ID } from '#test/support/example-ids.ts';
import { EXAMPLES } from '#test/support/examples.ts';
import { TRIES } from '../../functions/api/imports/contend.ts';
import { handler } from '../../functions/api/imports/imports.lambda.ts';

const table = stubService('dynamodb');
const admin = { roles: ['admin'] };
const tenant = scope('acme');
const { messages } = EXAMPLES.imports.importBatch;

const head = {
  type: 'group' as const,
  createdBy: 'ada',
  createdAt: 1,
  seq: 41,
  firstSeq: 1,
  recent: {},
  older: {},
  generation: 0,
  floor: -1,
  lastAt: 1,
};
const standing = (...items: readonly Item[]) => ({ Responses: { parley: [...items] } });
const importItem = (nextBatch: number): Item =>
  ImportEntity.toItem(tenant, IMPORT_ID, {
    conversationId: conversationIdOfImport(tenant, IMPORT_ID),
    hash: 'start',
    nextBatch,
    messages: 0,
    startedBy: 'ada',
    startedAt: 1,
  });
const headItem = (over: object = {}): Item =>
  HeadEntity.toItem(tenant, conversationIdOfImport(tenant, IMPORT_ID), { ...head, ...over });
const ledgerItem = (hash: string): Item =>
  ImportedBatchEntity.toItem(tenant, { importId: IMPORT_ID, batch: 0 }, { hash, firstSeq: 5, lastSeq: 5 });
const cancelled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

beforeEach(() => {
  table.reset();
  process.env[ENV.table] = 'parley';
});

describe('who may import, and what', () => {
  it.each([
    ['startImport', startImport, EXAMPLES.imports.startImport],
    ['getImport', getImport, EXAMPLES.imports.getImport],
    ['importBatch', importBatch, EXAMPLES.imports.importBatch],
  ])('%s is for admins of the tenant, before anything is read', async (_, route, input) => {
    expect(await call(handler, route, input)).toMatchObject({ status: 403, body: { code: 'caller.forbidden' } });
    expect(table.calls()).toHaveLength(0);
  });

  it.each([
    ['more messages than a transaction holds', { messages: Array(MAX_BATCH + 1).fill(messages[0]) }],
    ['no message', { messages: [] }],
    ['a text that is too long', { messages: [{ ...messages[0], text: 'x'.repeat(MAX_TEXT + 1) }] }],
    ['a sender that is no user id', { messages: [{ ...messages[0], senderId: 'a#b' }] }],
    ['a field it does not know', { messages: [{ ...messages[0], seq: 1 }] }],
    ['a batch before the first', { batch: -1 }],
  ])('refuses a batch with %s and stores nothing', async (_, over) => {
    const reply = await call(handler, importBatch, { ...EXAMPLES.imports.importBatch, ...over }, admin);
    expect(reply).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(table.calls()).toHaveLength(0);
  });
});

describe('a batch', () => {
  const send = () => call(handler, importBatch, EXAMPLES.imports.importBatch, admin);

  it('takes the numbers after the head and names no client id in it', async () => {
    table.on(BatchGetCommand).resolves(standing(importItem(0), headItem()));
    table.on(TransactWriteCommand).resolves({});
    expect(await send()).toMatchObject({ status: 201, body: { firstSeq: 42, lastSeq: 42, nextBatch: 1 } });
    const written = table.commandCalls(TransactWriteCommand)[0]!.args[0].input.TransactItems!;
    expect(written).toHaveLength(3 + messages.length);
    expect(written[0]!.Update!.UpdateExpression).not.toContain('recent');
  });

  it('is tried again after a head that has moved and after a conflict, from the head as it is then', async () => {
    table
      .on(BatchGetCommand)
      .resolvesOnce(standing(importItem(0), headItem()))
      .resolvesOnce(standing(importItem(0), headItem({ seq: 42 })))
      .resolves(standing(importItem(0), headItem({ seq: 43 })));
    table
      .on(TransactWriteCommand)
      .rejectsOnce(cancelled('ConditionalCheckFailed', 'None', 'None', 'None'))
      .rejectsOnce(cancelled('TransactionConflict', 'None', 'None', 'None'))
      .resolves({});
    expect(await send()).toMatchObject({ status: 201, body: { firstSeq: 44, lastSeq: 44 } });
  });

  it('gives up after a bounded number of lost races', async () => {
    table.on(BatchGetCommand).resolves(standing(importItem(0), headItem()));
    table.on(TransactWriteCommand).rejects(cancelled('ConditionalCheckFailed', 'None', 'None', 'None'));
    const reply = await send();
    expect(reply).toMatchObject({ status: 503, body: { code: 'service.contended' }, headers: { 'retry-after': '1' } });
    expect(table.commandCalls(TransactWriteCommand)).toHaveLength(TRIES);
  });

  it('does not repeat what another try cannot mend', async () => {
    table.on(BatchGetCommand).resolves(standing(importItem(0), headItem()));
    table.on(TransactWriteCommand).rejects(cancelled('ConditionalCheckFailed', 'ValidationError', 'None', 'None'));
    expect(await send()).toMatchObject({ status: 500, body: { code: 'service.failed' } });
    expect(table.commandCalls(TransactWriteCommand)).toHaveLength(1);
  });

  it('is answered from the ledger when the first look saw the import after and the ledger before its commit', async () => {
    table
      .on(BatchGetCommand)
      .resolvesOnce(standing(importItem(1), headItem()))
      .resolves(standing(importItem(1), headItem(), ledgerItem(hashOfBatch(messages))));
    const reply = await send();
    expect(reply).toMatchObject({ status: 200, body: { firstSeq: 5, lastSeq: 5, nextBatch: 1 } });
    expect(reply.headers['idempotent-replayed']).toBe('true');
    expect(table.commandCalls(TransactWriteCommand)).toHaveLength(0);
  });
});

describe('a start', () => {
  it('answers where the import stands when another start won', async () => {
    const conversation = { ...EXAMPLES.imports.startImport.conversation };
    table.on(GetCommand).resolves({});
    table.on(TransactWriteCommand).rejects(cancelled('ConditionalCheckFailed', 'None', 'None', 'None', 'None'));
    const first = await call(handler, startImport, { importId: IMPORT_ID, conversation }, admin);
    expect(first).toMatchObject({ status: 503, body: { code: 'service.contended' } });
    const started = table.commandCalls(TransactWriteCommand)[0]!.args[0].input.TransactItems![0]!.Put!.Item!;
    table.on(GetCommand).resolvesOnce({}).resolves({ Item: started });
    const second = await call(handler, startImport, { importId: IMPORT_ID, conversation }, admin);
    expect(second).toMatchObject({ status: 200, body: { id: IMPORT_ID, nextBatch: 0, messages: 0 } });
    expect(second.headers['idempotent-replayed']).toBe('true');
  });
});
