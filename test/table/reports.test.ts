import { describe, expect, it, vi } from 'vitest';
import { documents } from '#aws/documents.ts';
import type { Event } from '#contract/events.ts';
import type * as announcing from '#delivery/announce.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { CaseEntity } from '#table/report.ts';
import { tableName } from '#table/table-name.ts';
import { denseLog } from '#test/support/conversations.ts';
import { aReportedRoom } from '#test/support/reports.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const told: { to: readonly string[]; event: Event }[] = [];
/** When set, the next event of that type cannot be announced: what comes after it does not happen. */
let failing: string | undefined;
vi.mock('#delivery/announce.ts', async (original) => {
  const real = (await original()) as typeof announcing;
  return {
    ...real,
    announce: async (...args: Parameters<typeof announcing.announce>) => {
      const [, audience, , events] = args;
      const to = await audience;
      for (const event of events) {
        told.push({ to: Array.isArray(to) ? to : [], event });
        if (event.type === failing) {
          failing = undefined;
          throw new Error('no reply');
        }
      }
      return real.announce(...args);
    },
  };
});

type Room = Awaited<ReturnType<typeof aReportedRoom>>;
/** Lets time pass over a claim. */
const expire = ({ tenant, reportId }: Room) =>
  documents.update({
    TableName: tableName(),
    Key: CaseEntity.key(tenant, reportId),
    UpdateExpression: 'SET #claim.#until = :past',
    ExpressionAttributeNames: { '#claim': 'claim', '#until': 'until' },
    ExpressionAttributeValues: { ':past': Date.now() - 1 },
  });

describe('a claim', () => {
  it('is held by exactly one of those who want it at once', async () => {
    for (let round = 0; round < 8; round++) {
      const room = await aReportedRoom();
      await room.report('dan');
      const replies = await Promise.all(['mia', 'noa', 'olaf'].map((userId) => room.moderate('claimReport', userId)));
      const holders = replies.filter(({ status }) => status === 200);
      expect(holders).toHaveLength(1);
      const by = (holders[0]!.body['claim'] as { by: string }).by;
      for (const { body, status } of replies)
        if (status !== 200) expect(body).toMatchObject({ status: 409, code: 'report.claimed', claim: { by } });
      expect((await room.audit()).map(({ action, actorId }) => [action, actorId])).toEqual([['report.claimed', by]]);
    }
  });

  it('is renewed by its holder, given back by nobody else, and ends by itself', async () => {
    const room = await aReportedRoom();
    expect((await room.moderate('claimReport')).body['code']).toBe('report.not_found');
    await room.report('dan');
    expect((await room.moderate('releaseReport')).body['code']).toBe('report.not_claimed');
    await room.moderate('claimReport', 'mia');
    expect((await room.moderate('claimReport', 'mia')).status).toBe(200);
    expect((await room.moderate('releaseReport', 'noa')).body['code']).toBe('report.not_claimed');
    expect((await room.moderate('releaseReport', 'mia')).body).toMatchObject({ state: 'open', claim: null });
    await room.moderate('claimReport', 'noa');
    await expire(room);
    expect(await room.list()).toHaveLength(1);
    expect((await room.moderate('resolveReport', 'noa', { outcome: 'dismissed' })).body['code']).toBe(
      'report.not_claimed',
    );
    expect((await room.moderate('claimReport', 'mia')).status).toBe(200);
    const actions = (await room.audit()).map(({ action, actorId }) => `${action} ${actorId}`);
    expect(actions.slice(-2)).toEqual(['report.claimed noa', 'report.claimed mia']);
  });
});

describe('a resolution', () => {
  const resolve = async (room: Room, outcome: string, userId = 'mia') => {
    await room.moderate('claimReport', userId);
    return room.moderate('resolveReport', userId, { outcome, note: 'Seen.' });
  };

  it.each([
    ['dismissed', false, false],
    ['message_deleted', true, false],
    ['member_banned', false, true],
    ['both', true, true],
  ] as const)(
    '%s does just that, is audited, and told to whoever reported, not to the sender',
    async (outcome, deleted, banned) => {
      const room = await aReportedRoom();
      await room.report('dan');
      await room.report('eve');
      const from = told.length;
      const reply = await resolve(room, outcome);
      expect(reply).toMatchObject({
        status: 200,
        body: { state: 'resolved', resolution: { by: 'mia', outcome, note: 'Seen.' } },
      });
      expect((await room.read())['body']).toMatchObject({ type: deleted ? 'deleted' : 'text' });
      const standing = await room.standingOf('cleo');
      expect([standing.in, standing.banned?.byRole]).toEqual([!banned, banned ? 'owner' : undefined]);
      expect((await room.audit()).map(({ action }) => action)).toEqual([
        'report.claimed',
        ...(deleted ? ['message.deleted'] : []),
        ...(banned ? ['participant.banned'] : []),
        'report.resolved',
      ]);
      const events = told.slice(from);
      expect(events.map(({ event }) => event.type)).toEqual([
        ...(deleted ? ['message:deleted'] : []),
        ...(banned ? ['participant:removed'] : []),
        'report:resolved',
      ]);
      expect(events.at(-1)).toMatchObject({ to: ['dan', 'eve'], event: { actedOn: outcome !== 'dismissed' } });
      expect([(await room.list()).length, (await room.list('resolved')).length]).toEqual([0, 1]);
      const { body } = await room.moderate('getReport');
      expect(body['snapshots']).toMatchObject([{ body: { text: 'Buy looms.' } }]);
      await denseLog(logOf(room.tenant, room.conversationId));
    },
  );

  it('is made once: repeated it is the same, with another outcome or by another it is refused', async () => {
    const room = await aReportedRoom();
    await room.report('dan');
    const first = await resolve(room, 'dismissed');
    const again = await room.moderate('resolveReport', 'mia', { outcome: 'dismissed', note: 'Seen.' });
    expect(again).toMatchObject({ status: 200, body: first.body });
    for (const [operation, userId, input] of [
      ['resolveReport', 'mia', { outcome: 'both', note: 'Seen.' }],
      ['resolveReport', 'noa', { outcome: 'dismissed', note: 'Seen.' }],
      ['claimReport', 'noa', {}],
      ['releaseReport', 'mia', {}],
    ] as const)
      expect((await room.moderate(operation, userId, input)).body['code']).toBe('report.resolved');
    expect((await room.standingOf('cleo')).in).toBe(true);
  });

  it.each(['message:deleted', 'participant:removed'])(
    'that fails after %s is finished by the same call, and nothing done twice',
    async (at) => {
      const room = await aReportedRoom();
      await room.report('dan');
      await room.moderate('claimReport');
      failing = at;
      const input = { outcome: 'both' };
      expect((await room.moderate('resolveReport', 'mia', input)).status).toBe(500);
      expect((await room.list('claimed')).length).toBe(1);
      expect((await room.moderate('resolveReport', 'mia', input)).body).toMatchObject({ state: 'resolved' });
      const entries = await denseLog(logOf(room.tenant, room.conversationId));
      const seen = JSON.stringify(entries);
      expect(seen.split('participant_banned').length - 1).toBe(1);
      expect(seen.split('"kind":"message_deleted"').length - 1).toBe(1);
      expect((await room.standingOf('cleo')).banned?.by).toBe('mia');
    },
  );

  it('bans nobody where that cannot be, and then deletes nothing either', async () => {
    const room = await aReportedRoom({ cleo: 'owner', dan: 'member' });
    await room.report('dan');
    const reply = await resolve(room, 'both');
    expect(reply.body['code']).toBe('participant.last_owner');
    expect((await room.read('dan'))['body']).toMatchObject({ type: 'text' });
    expect((await room.moderate('resolveReport', 'mia', { outcome: 'message_deleted' })).status).toBe(200);
  });

  it('needs a claim that is still held', async () => {
    const room = await aReportedRoom();
    await room.report('dan');
    expect((await room.moderate('resolveReport', 'mia', { outcome: 'both' })).body['code']).toBe('report.not_claimed');
    await room.moderate('claimReport', 'noa');
    expect((await room.moderate('resolveReport', 'mia', { outcome: 'both' })).body['code']).toBe('report.not_claimed');
    expect((await room.read())['body']).toMatchObject({ type: 'text' });
  });

  it('is opened again by the next report, in its place in the queue', async () => {
    const room = await aReportedRoom();
    await room.report('dan');
    await resolve(room, 'dismissed');
    await Promise.all([room.report('eve'), room.report('bob')]);
    expect(await room.list('resolved')).toEqual([]);
    expect(await room.list()).toMatchObject([{ reports: 3, state: 'open', resolution: null }]);
    expect((await resolve(room, 'message_deleted', 'noa')).status).toBe(200);
  });

  it('takes an owner out where there is another', async () => {
    const room = await aReportedRoom({ ada: 'owner', cleo: 'owner', dan: 'member' });
    await room.report('dan');
    expect((await resolve(room, 'member_banned')).status).toBe(200);
    expect(await room.now()).toMatchObject({ members: 2, owners: 1 });
  });
});
