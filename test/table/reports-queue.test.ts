import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aReportedRoom } from '#test/support/reports.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

describe('reporting', () => {
  it('is done once for a user and message; the first report is what stands', async () => {
    const room = await aReportedRoom();
    const first = await room.report('dan', { reason: 'spam', note: 'Again!' });
    expect(first).toMatchObject({ status: 201, body: { reason: 'spam', note: 'Again!', version: 1 } });
    const again = await room.report('dan', { reason: 'hate' });
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(await room.list()).toMatchObject([{ messageId: room.messageId, reports: 1, state: 'open' }]);
  });

  it('counts each user once however many report at once, in one case', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('ada', 'bob', 'dan', 'eve'), { minLength: 1, maxLength: 8 }),
        async (by) => {
          const room = await aReportedRoom();
          const replies = await Promise.all(by.map((userId) => room.report(userId)));
          expect(replies.filter(({ status }) => status > 201)).toEqual([]);
          expect(await room.list()).toMatchObject([{ reports: new Set(by).size }]);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('keeps the message as it was, in each version, through edits and deletion', async () => {
    const room = await aReportedRoom();
    await room.report('dan');
    await room.edit('Buy engines.', 1);
    await room.report('eve', { reason: 'other' });
    await room.report('bob');
    await room.remove();
    expect((await room.report('ada')).body['code']).toBe('message.deleted');
    expect((await room.report('dan')).status).toBe(200);
    const { body } = await room.moderate('getReport');
    expect(body).toMatchObject({ reports: 3, senderId: 'cleo', state: 'open', conversationId: room.conversationId });
    expect(body['snapshots']).toMatchObject([
      { version: 1, senderId: 'cleo', body: { text: 'Buy looms.' } },
      { version: 2, senderId: 'cleo', body: { text: 'Buy engines.' } },
    ]);
    expect(body['reportedBy']).toMatchObject([
      { userId: 'dan', version: 1, reason: 'spam' },
      { userId: 'eve', version: 2, reason: 'other' },
      { userId: 'bob', version: 2 },
    ]);
  });

  it('is refused for what one cannot read, one’s own, and what the service says', async () => {
    const room = await aReportedRoom();
    const code = async (userId: string, messageId = room.messageId) =>
      (await room.as(userId, 'reportMessage', { messageId, reason: 'spam' })).body['code'];
    expect(await code('zoe')).toBe('message.not_found');
    expect(await code('cleo')).toBe('report.not_reportable');
    expect(await code('dan', room.messageId.replace(/_\d+$/, '_1'))).toBe('report.not_reportable');
    expect(await code('dan', room.messageId.replace(/_\d+$/, '_99'))).toBe('message.not_found');
    expect(await room.list()).toEqual([]);
  });

  it('is counted against a rate', async () => {
    const room = await aReportedRoom();
    const ids = [];
    for (let index = 0; index < 21; index++) ids.push(await room.send());
    const replies = await Promise.all(
      ids.map((messageId) => room.as('dan', 'reportMessage', { messageId, reason: 'spam' })),
    );
    expect(replies.filter(({ status }) => status !== 201).map(({ body }) => body['code'])).toEqual([
      'report.rate_limited',
    ]);
  });
});

describe('the queue', () => {
  it('is for admins of the tenant only, oldest first, page by page, by state', async () => {
    const room = await aReportedRoom();
    const ids = [room.messageId, await room.send(), await room.send()];
    for (const messageId of ids) await room.as('dan', 'reportMessage', { messageId, reason: 'spam' });
    for (const userId of ['ada', 'dan'])
      expect((await room.as(userId, 'listReports', {})).body['code']).toBe('caller.forbidden');
    expect((await room.list()).map(({ messageId }) => messageId)).toEqual(ids);
    const first = await room.as('mia', 'listReports', { limit: 2 }, 'admin');
    const cursor = first.body['nextCursor'];
    const second = await room.as('mia', 'listReports', { limit: 2, cursor }, 'admin');
    expect([first, second].map(({ body }) => (body['items'] as unknown[]).length)).toEqual([2, 1]);
    const other = await room.as('mia', 'listReports', { limit: 2, cursor, state: 'resolved' }, 'admin');
    expect(other.body['code']).toBe('request.cursor_invalid');
    await room.moderate('claimReport', 'mia', {}, ids[1]);
    expect((await room.list()).map(({ messageId }) => messageId)).toEqual([ids[0], ids[2]]);
    expect((await room.list('claimed')).map(({ messageId }) => messageId)).toEqual([ids[1]]);
  });
});
