import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { MAX_IMPORT_PARTICIPANTS } from '#contract/imports.ts';
import { conversationPartition } from '#table/conversation.ts';
import { scope } from '#table/entity.ts';
import { conversationIdOfImport, createImport } from '#table/import.ts';
import { conversationIdsOf, findMember } from '#table/member.ts';
import { listStates } from '#table/receipts.ts';
import { tableName } from '#table/table-name.ts';
import { headOf, logOf, look, newImportId, send, start, tenant, texts } from '#test/support/imports.ts';
import { useTable } from '#test/support/table.ts';

useTable();

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
    const { states: members } = await listStates(tenant, conversationId, { after: undefined, limit: 100 });
    expect(members.map(({ userId, role }) => [userId, role])).toEqual([
      ['ada', 'owner'],
      ['bob', 'member'],
      ['cleo', 'member'],
    ]);
    expect(await conversationIdsOf(tenant, 'bob')).toContain(conversationId);
    const { Item } = await documents.get({
      TableName: tableName(),
      Key: { pk: conversationPartition(tenant, conversationId), sk: 'COUNT' },
    });
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
    const { states: members } = await listStates(tenant, conversationIdOfImport(tenant, other), {
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

  it('leaves everything as it was when it looked before another start and writes after it', async () => {
    const importId = newImportId();
    await start(importId);
    await send(importId, 0, texts(1, 5));
    const late = { type: 'group' as const, name: 'Lab', participants: ['bob'] };
    expect(await createImport(tenant, importId, late, { by: 'mallory', at: 1 })).toBeUndefined();
    expect(await look(importId)).toMatchObject({ status: 200, body: { nextBatch: 1, messages: 5 } });
    expect(await headOf(importId)).toMatchObject({ seq: 5, createdBy: 'ada' });
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
