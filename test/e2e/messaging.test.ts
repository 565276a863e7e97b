import { beforeAll, describe, expect, it } from 'vitest';
import { someClientId } from '#test/support/conversations.ts';
import { request, signIn, someTenant, type User } from '#test/support/deployed.ts';

const tenant = someTenant();
let ada: User;
let bob: User;
let eve: User;
let foreigner: User;

beforeAll(async () => {
  ada = await signIn({ tenant, user: 'ada' });
  bob = await signIn({ tenant, user: 'bob' });
  eve = await signIn({ tenant, user: 'eve' });
  foreigner = await signIn({ tenant: someTenant(), user: 'ada' });
});

const aGroup = async (name = 'Engines'): Promise<string> => {
  const { status, body } = await ada.post('/conversations', { type: 'group', name, participants: ['bob'] });
  expect(status).toBe(201);
  return body.id;
};
const text = (words: string, clientId = someClientId()) => ({ clientId, body: { type: 'text', text: words } });

describe('a conversation over HTTPS', () => {
  it('is created, read and listed by its members, and is not there for anybody else', async () => {
    const id = await aGroup();
    const read = await bob.get(`/conversations/${id}`);
    expect(read).toMatchObject({ status: 200, body: { id, type: 'group', name: 'Engines', myRole: 'member', seq: 1 } });
    expect((await ada.get('/conversations')).body.items.map((item: { id: string }) => item.id)).toContain(id);
    const missing = await eve.get('/conversations/cnv_AAAAAAAAAAAAAAAAAAAAAA');
    expect(missing.status).toBe(404);
    for (const outsider of [eve, foreigner]) {
      const { status, body } = await outsider.get(`/conversations/${id}`);
      expect({ ...body, requestId: null, status }).toEqual({ ...missing.body, requestId: null, status: 404 });
    }
  });

  it('exists once for a pair, however it is asked for', async () => {
    const asked = await Promise.all([
      ada.post('/conversations', { type: 'direct', participants: ['bob'] }),
      bob.post('/conversations', { type: 'direct', participants: ['ada'] }),
      ada.post('/conversations', { type: 'direct', participants: ['bob'] }),
    ]);
    expect(new Set(asked.map(({ body }) => body.id)).size).toBe(1);
    expect(asked.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
  });

  it('takes in whom an owner adds, under either name of the route', async () => {
    const id = await aGroup();
    const added = await ada.post(`/conversations/${id}/members`, { userIds: ['eve'] });
    expect(added).toMatchObject({ status: 200, body: { results: [{ userId: 'eve', status: 'added' }] } });
    const { body } = await eve.get(`/conversations/${id}/participants`);
    expect(body.items.map(({ userId, role }: { userId: string; role: string }) => `${userId} ${role}`)).toEqual([
      'ada owner',
      'bob member',
      'eve member',
    ]);
    expect((await bob.post(`/conversations/${id}/participants`, { userIds: ['joe'] })).status).toBe(403);
  });
});

describe('messages over HTTPS', () => {
  it('are sent, read one by one and paged in both directions', async () => {
    const id = await aGroup();
    const sent: string[] = [];
    for (let index = 0; index < 7; index++)
      sent.push((await ada.post(`/conversations/${id}/messages`, text(`message ${index}`))).body.id);
    expect((await bob.get(`/messages/${sent[3]}`)).body).toMatchObject({ body: { text: 'message 3' }, seq: 5 });

    const seen: number[] = [];
    let page = (await bob.get(`/conversations/${id}/messages?limit=3`)).body;
    for (;;) {
      seen.push(...page.items.map(({ seq }: { seq: number }) => seq));
      if (!page.nextCursor) break;
      page = (await bob.get(`/conversations/${id}/messages?limit=3&cursor=${page.nextCursor}`)).body;
    }
    expect(seen).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    const turned = await bob.get(`/conversations/${id}/messages?limit=3&cursor=${page.previousCursor}`);
    expect(turned.body.items.map(({ seq }: { seq: number }) => seq)).toEqual([3, 4, 5]);
  });

  it('are stored once under one client id, also under the other name of the route', async () => {
    const id = await aGroup();
    const message = text('once');
    const replies = await Promise.all([
      ada.post(`/conversations/${id}/messages`, message),
      ada.post(`/conversations/${id}/messages`, message),
      ada.post('/messages', { conversationId: id, ...message }),
    ]);
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    const other = await ada.post(`/conversations/${id}/messages`, { ...message, body: { type: 'text', text: 'no' } });
    expect(other).toMatchObject({ status: 409, body: { code: 'message.client_id_reused' } });
    expect((await bob.get(`/conversations/${id}/messages`)).body.items).toHaveLength(2);
  });

  it('refuse a cursor that was made for another list, another caller or by hand', async () => {
    const id = await aGroup();
    const other = await aGroup();
    for (const conversation of [id, other]) await ada.post(`/conversations/${conversation}/messages`, text('hello'));
    const { nextCursor } = (await ada.get(`/conversations/${id}/messages?limit=1`)).body;
    const refused = { status: 400, body: { code: 'request.cursor_invalid' } };
    expect(await ada.get(`/conversations/${other}/messages?cursor=${nextCursor}`)).toMatchObject(refused);
    expect(await bob.get(`/conversations/${id}/messages?cursor=${nextCursor}`)).toMatchObject(refused);
    expect(await ada.get(`/conversations/${id}/messages?cursor=${nextCursor}x`)).toMatchObject(refused);
    expect(await ada.get(`/conversations/${id}/messages?cursor=bm90aGluZw.bm90aGluZw`)).toMatchObject(refused);
  });
});

describe('bad input', () => {
  it('gets a coded 4xx and stores nothing', async () => {
    const id = await aGroup();
    const address = `/conversations/${id}/messages`;
    const { token } = ada;
    const post = (body: unknown, headers?: Record<string, string>) =>
      request('POST', address, { token, body, ...(headers ? { headers } : {}) });
    const cases: [string, Promise<{ status: number; body: { code: string } }>, number, string][] = [
      ['unknown field', post({ ...text('x'), colour: 'red' }), 400, 'request.invalid'],
      ['bad JSON', post('{"body":'), 400, 'request.malformed'],
      ['not an object', post('[1]'), 400, 'request.malformed'],
      ['bad UTF-8', post(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])), 400, 'request.malformed'],
      ['lone surrogate', post('{"body":{"type":"text","text":"\\ud800"}}'), 400, 'request.malformed'],
      ['over 256 KB', post(text('x'.repeat(300_000))), 413, 'request.too_large'],
      ['too long', post(text('x'.repeat(20_001))), 400, 'request.invalid'],
      ['empty', post(text('')), 400, 'request.invalid'],
      ['not JSON', post('x', { 'content-type': 'text/plain' }), 415, 'request.unsupported_media_type'],
      ['no client id of ours', post(text('x', 'AAAAAAAAAAAAAAAAAAAAAA')), 400, 'request.invalid'],
      ['an id from the future', post(text('x', someClientId(Date.now() + 60_000))), 400, 'message.client_id_ahead'],
      [
        'a type that is the server’s',
        post({ body: { type: 'system', kind: 'participants_added', userIds: [] } }),
        400,
        'request.invalid',
      ],
      [
        'a foreign media',
        post({ body: { type: 'image', mediaId: 'med_AAAAAAAAAAAAAAAAAAAAAA' } }),
        409,
        'message.media_unusable',
      ],
      ['an id of no form', ada.get('/conversations/nonsense'), 400, 'request.invalid'],
      ['a limit out of range', ada.get(`${address}?limit=0`), 400, 'request.invalid'],
    ];
    for (const [name, asked, status, code] of cases) {
      const { status: answered, body } = await asked;
      expect({ name, status: answered, code: body.code }).toEqual({ name, status, code });
    }
    expect((await ada.get(address)).body.items).toHaveLength(1);
  });
});
