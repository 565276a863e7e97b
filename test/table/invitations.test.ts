import { beforeAll, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { MEMBER_CAP } from '#contract/conversations.ts';
import { scope } from '#table/entity.ts';
import { InvitationEntity } from '#table/invitation.ts';
import { tableName } from '#table/table-name.ts';
import { someClientId } from '#test/support/conversations.ts';
import { claimsOf, keysOfSecret, signToken } from '#test/support/invitation-token.ts';
import { anInvitingRoom, as, preview, redeem } from '#test/support/invitations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
const code = async (reply: ReturnType<typeof redeem>) => (await reply).body['code'];
/** Users of one test only: everybody may invite so often. */
let room: Awaited<ReturnType<typeof anInvitingRoom>>;
beforeAll(async () => {
  room = await anInvitingRoom({ ada: 'owner', bob: 'admin', cleo: 'member' });
});

/** Changes what is stored of an invitation, as time does. */
const set = (id: string, field: string, value: unknown) =>
  documents.update({
    TableName: tableName(),
    Key: InvitationEntity.key(tenant, id),
    UpdateExpression: 'SET #field = :value',
    ExpressionAttributeNames: { '#field': field },
    ExpressionAttributeValues: { ':value': value },
  });

describe('a link', () => {
  it('lets in whoever brings its token, says so in the log, and tells who came by it', async () => {
    const link = await room.link('bob', { maxUses: 3 });
    const reply = await redeem('dan', link);
    expect(reply).toMatchObject({
      status: 200,
      body: { userId: 'dan', role: 'member', conversationId: room.conversationId },
    });
    expect(await room.roleOf('dan')).toBe('member');
    expect(await room.uses(link.id)).toEqual(['dan']);
    const seq = reply.body['seq'];
    const [shown] = await room.list();
    expect(shown).toMatchObject({ id: link.id, kind: 'link', state: 'open', createdBy: 'bob', uses: 1, maxUses: 3 });
    expect((await as('ada', 'listUses', { conversationId: room.conversationId, invitationId: link.id })).body).toEqual({
      items: [{ userId: 'dan', usedAt: expect.any(String), seq }],
      nextCursor: null,
    });
  });

  it('counts nothing for who is in already, however they came, and answers them as before', async () => {
    const link = await room.link('ada', { maxUses: 2 });
    const first = await redeem('eve', link);
    const again = await redeem('eve', link);
    expect(again.body).toEqual(first.body);
    expect((await redeem('cleo', link)).body).toMatchObject({ role: 'member', seq: 1 });
    expect((await room.list())[0]).toMatchObject({ uses: 1 });
    await room.revoke('ada', link.id);
    expect((await redeem('eve', link)).body).toEqual(first.body);
  });

  it('is used once by a repeated key, also when its user has gone since', async () => {
    const link = await room.link();
    const options = { headers: { 'Idempotency-Key': someClientId() } };
    const first = await redeem('fay', link, options);
    await room.by('fay', 'leaveConversation');
    const again = await redeem('fay', link, options);
    expect(again).toMatchObject({ status: 200, body: first.body, headers: { 'idempotent-replayed': 'true' } });
    expect(await room.roleOf('fay')).toBeUndefined();
    expect((await room.list())[0]).toMatchObject({ uses: 1 });
  });

  it('is made once by a repeated key, with one token; with something else asked it is refused', async () => {
    const options = { headers: { 'Idempotency-Key': someClientId() } };
    const first = await room.create('ada', { kind: 'link', maxUses: 1 }, options);
    const again = await room.create('ada', { kind: 'link', maxUses: 1 }, options);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    const other = await room.create('ada', { kind: 'link', maxUses: 2 }, options);
    expect(other).toMatchObject({ status: 409, body: { code: 'invitation.idempotency_conflict' } });
  });

  it('shows what it invites to without letting in', async () => {
    const link = await room.link('bob');
    const { body } = await preview('gus', link);
    expect(body).toMatchObject({
      conversation: { id: room.conversationId, type: 'group', name: 'Engines' },
      role: 'member',
      invitedBy: 'bob',
      alreadyMember: false,
    });
    expect((body['conversation'] as { memberCount: number }).memberCount).toBe((await room.now()).members);
    expect(await room.roleOf('gus')).toBeUndefined();
    expect((await preview('cleo', link)).body).toMatchObject({ alreadyMember: true });
  });
});

describe('nobody comes in', () => {
  it.each(['redeemInvitation', 'previewInvitation'] as const)('by %s and a token that is none', async (operation) => {
    const link = await room.link();
    const { conversationId } = room;
    const good = claimsOf('acme', conversationId, link.id);
    const other = keysOfSecret('another secret, of somebody who would like to sign');
    const [head = '', body = '', signature = ''] = link.token.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const bad = [
      signToken(good, { keys: other }),
      signToken(good, { keys: { ...other, kid: keysOfSecret().kid } }),
      signToken(good, { header: { typ: 'JWT' } }),
      signToken(good, { header: { kid: 'another' } }),
      signToken({ ...good, aud: 'parley' }),
      signToken({ ...good, iss: 'https://issuer.test' }),
      signToken({ ...good, jti: 'inv_x' }),
      `${none}.${body}.`,
      `${head}.${Buffer.from('{}').toString('base64url')}.${signature}`,
      `${head}.${body}.${signature.split('').reverse().join('')}`,
      'not a token, but of the right length',
    ];
    const replies = await Promise.all(bad.map((token) => as('hal', operation, { token })));
    expect(replies.map(({ body: { code: why } }) => why)).toEqual(bad.map(() => 'invitation.invalid'));
    expect((await as('hal', 'previewInvitation', { token: signToken(good) })).status).toBe(200);
  });

  it('from another tenant, and learns nothing there: not even whether it stands', async () => {
    const link = await room.link();
    await room.revoke('ada', link.id);
    const foreign = { tenantId: 'globex' };
    const real = await redeem('hal', link, foreign);
    const unreal = signToken({ ...claimsOf('acme', room.conversationId, link.id.replace(/.{22}$/, someClientId())) });
    expect(real).toMatchObject({ status: 403, body: { code: 'invitation.foreign' } });
    expect(await redeem('hal', { token: unreal }, foreign)).toMatchObject({ body: { ...real.body } });
    expect(await code(preview('hal', link, foreign))).toBe('invitation.foreign');
  });

  it('by one that was withdrawn, has expired, is used up, is for others, or is gone', async () => {
    const revoked = await room.link();
    await room.revoke('bob', revoked.id);
    const expired = await room.link();
    await set(expired.id, 'expiresAt', Date.now());
    const used = await room.link('ada', { maxUses: 1 });
    await redeem('ida', used);
    const others = await room.link('ada', { userIds: ['hal', 'ida'] });
    const gone = { token: signToken(claimsOf('acme', room.conversationId, used.id.replace(/.{22}$/, someClientId()))) };
    const past = signToken({
      ...claimsOf('acme', room.conversationId, used.id.replace(/.{22}$/, someClientId())),
      exp: 1,
    });
    const links = [revoked, expired, used, others, gone, { token: past }];
    for (const ask of [redeem, preview])
      expect(await Promise.all(links.map((link) => code(ask('jim', link))))).toEqual([
        'invitation.revoked',
        'invitation.expired',
        'invitation.used_up',
        'invitation.not_for_you',
        'invitation.not_found',
        'invitation.expired',
      ]);
    expect((await redeem('hal', others)).status).toBe(200);
    expect(await room.roleOf('jim')).toBeUndefined();
    const states = await room.list();
    expect(states.find(({ id }) => id === others.id)).toMatchObject({ userIds: ['hal', 'ida'] });
    expect([revoked, expired, used].map(({ id }) => states.find((shown) => shown['id'] === id)!['state'])).toEqual([
      'revoked',
      'expired',
      'used_up',
    ]);
  });

  it('while they are banned, where it is archived, or when it is full', async () => {
    const place = await anInvitingRoom({ ada: 'owner', bob: 'admin' });
    const link = await place.link('bob');
    await place.by('ada', 'banParticipant', { userId: 'kim' });
    expect(await code(redeem('kim', link))).toBe('participant.banned');
    await place.by('ada', 'unbanParticipant', { userId: 'kim' });
    await place.fill(MEMBER_CAP.group);
    expect(await code(redeem('kim', link))).toBe('conversation.full');
    await place.fill(MEMBER_CAP.group - 1);
    expect((await redeem('kim', link)).status).toBe(200);
    await place.archive();
    expect(await code(redeem('lea', link))).toBe('conversation.archived');
    expect(await code(place.create('ada', { kind: 'link' }))).toBe('conversation.archived');
  });

  it('by somebody who may no longer invite, until they may again', async () => {
    const place = await anInvitingRoom({ ada: 'owner', bob: 'admin' });
    const [link, admins] = [await place.link('bob'), await place.link('ada', { role: 'admin' })];
    await place.by('ada', 'changeRole', { userId: 'bob', role: 'member' });
    expect(await code(redeem('lea', link))).toBe('invitation.lapsed');
    await place.settings({ version: 1, thresholds: { invite: 'member' } });
    expect((await redeem('lea', link)).status).toBe(200);
    await place.settings({ version: 2, thresholds: { invite: 'owner' } });
    expect(await code(redeem('max', link))).toBe('invitation.lapsed');
    expect((await redeem('max', admins)).body).toMatchObject({ role: 'admin' });
    await place.settings({ version: 3, thresholds: { invite: 'member' } });
    await place.by('ada', 'removeParticipant', { userId: 'bob' });
    expect(await code(redeem('ned', link))).toBe('invitation.lapsed');
  });
});
