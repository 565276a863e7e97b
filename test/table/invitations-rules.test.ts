import { beforeAll, describe, expect, it } from 'vitest';
import { keysOfSecret } from '#test/support/invitation-token.ts';
import { anInvitingRoom, as, type redeem } from '#test/support/invitations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const code = async (reply: ReturnType<typeof redeem>) => (await reply).body['code'];
/** Users of one test only: everybody may invite so often. */
let room: Awaited<ReturnType<typeof anInvitingRoom>>;
beforeAll(async () => {
  room = await anInvitingRoom({ ada: 'owner', bob: 'admin', cleo: 'member' });
});

describe('who invites', () => {
  it('must reach the threshold, stay below their own role, and be in', async () => {
    const ask = (userId: string, input = {}) => code(room.create(userId, { kind: 'link', ...input }));
    expect(await ask('cleo')).toBe('participant.forbidden');
    expect(await ask('bob', { role: 'admin' })).toBe('invitation.role_too_high');
    expect(await ask('ada', { role: 'guest' })).toBe('participant.role_unsupported');
    expect(await ask('zoe')).toBe('conversation.not_found');
    expect(await code(room.create('ada', { kind: 'link' }, { tenantId: 'globex' }))).toBe('conversation.not_found');
  });

  it.each([
    { expiresIn: 299 },
    { expiresIn: 90 * 86_400 + 1 },
    { maxUses: 0 },
    { maxUses: 10_001 },
    { role: 'owner' },
    { userIds: [] },
  ])('cannot ask for %o', async (input) => {
    expect(await code(room.create('ada', { kind: 'link', ...input }))).toBe('request.invalid');
  });

  it('sees and withdraws their own; owners and admins all; others none, as if there were none', async () => {
    const place = await anInvitingRoom({ ada: 'owner', bob: 'admin', cleo: 'member', dan: 'member' });
    await place.settings({ version: 1, thresholds: { invite: 'member' } });
    const [ofBob, ofCleo] = [await place.link('bob'), await place.link('cleo')];
    const seenBy = async (userId: string) => (await place.list(userId)).map(({ id }) => id);
    expect(await seenBy('ada')).toEqual([ofCleo.id, ofBob.id]);
    expect(await seenBy('cleo')).toEqual([ofCleo.id]);
    expect(await seenBy('dan')).toEqual([]);
    const { conversationId } = place;
    for (const operation of ['revokeInvitation', 'listUses'] as const) {
      expect(await code(as('dan', operation, { conversationId, invitationId: ofCleo.id }))).toBe(
        'invitation.not_found',
      );
      expect(await code(as('zoe', operation, { conversationId, invitationId: ofCleo.id }))).toBe(
        'conversation.not_found',
      );
    }
    const elsewhere = { conversationId: room.conversationId, invitationId: ofBob.id };
    expect(await code(as('ada', 'revokeInvitation', elsewhere))).toBe('invitation.not_found');
    expect((await place.revoke('cleo', ofCleo.id)).body).toMatchObject({ state: 'revoked', revokedBy: 'cleo' });
    expect((await place.revoke('ada', ofCleo.id)).body).toMatchObject({ state: 'revoked', revokedBy: 'cleo' });
    expect((await place.revoke('ada', ofBob.id)).body).toMatchObject({ state: 'revoked', revokedBy: 'ada' });
  });

  it('may do so sixty times at once, and then hears when to come again', async () => {
    const place = await anInvitingRoom({ olaf: 'owner' });
    const replies = await Promise.all(Array.from({ length: 62 }, () => place.create('olaf', { kind: 'link' })));
    const refused = replies.filter(({ status }) => status !== 201);
    expect(refused.map(({ status, body }) => [status, body['code']])).toEqual([
      [429, 'invitation.rate_limited'],
      [429, 'invitation.rate_limited'],
    ]);
    expect(Number(refused[0]!.headers['retry-after'])).toBeGreaterThan(0);
  });
});

it('lists page by page, newest first, each once', async () => {
  const place = await anInvitingRoom({ pam: 'owner' });
  const { conversationId } = place;
  const made: string[] = [];
  for (let index = 0; index < 5; index++) made.push((await place.link('pam')).id);
  const seen: unknown[] = [];
  let cursor: unknown;
  do {
    const { body } = await as('pam', 'listInvitations', { conversationId, limit: 2, ...(cursor ? { cursor } : {}) });
    seen.push(...(body['items'] as { id: string }[]).map(({ id }) => id));
    cursor = body['nextCursor'];
  } while (cursor);
  expect(seen).toEqual(made.reverse());
});

it('publishes the key by which anybody may verify a token', async () => {
  const reply = await as('', 'getInvitationKeys', {}, { authorized: false });
  const { x, kid } = keysOfSecret();
  expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'public, max-age=3600' } });
  expect(reply.body).toEqual({ keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }] });
  const link = await room.link();
  const { createLocalJWKSet, jwtVerify } = await import('jose');
  const { payload } = await jwtVerify(link.token, createLocalJWKSet(reply.body as never), {
    issuer: 'urn:parley:invitations',
    audience: 'urn:parley:invitations:redeem',
    typ: 'parley-invitation+jwt',
  });
  expect(payload).toMatchObject({ tenant: 'acme', conversation: room.conversationId, jti: link.id });
});
