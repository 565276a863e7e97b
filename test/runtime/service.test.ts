import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { route } from '#contract/route.ts';
import { Refusal } from '#domain/refusal.ts';
import { type Request, service } from '#runtime/service.ts';
import { call, restEvent } from '../support/call.ts';

const note = route({
  method: 'POST',
  path: '/notes/{noteId}',
  aliases: [{ method: 'PUT', path: '/notes' }],
  summary: 'Take a note',
  permission: 'message:send',
  uses: [],
  input: z.strictObject({ noteId: z.string(), text: z.string().max(5) }),
  output: z.strictObject({ noteId: z.string() }),
  refuses: ['service.contended'],
  status: 201,
});
const open = route({
  method: 'GET',
  path: '/open',
  summary: 'For everybody',
  permission: 'health:read',
  uses: [],
  input: z.strictObject({}),
  output: z.strictObject({ user: z.string() }),
  refuses: [],
  status: 200,
});
const INPUT = { noteId: 'n1', text: 'hello' };

const takeNote = vi.fn(async ({ noteId }: { noteId: string; text: string }, _: Request) => ({ body: { noteId } }));
const answerAll = vi.fn(async (_: object, __: Request) => ({ body: { user: 'nobody' } }));
const handler = service({ note, open }, { note: takeNote, open: answerAll });
const written = vi.spyOn(process.stdout, 'write');
const lines = () => written.mock.calls.map(([text]) => JSON.parse(String(text)) as Record<string, unknown>);

beforeEach(() => {
  takeNote.mockReset();
  takeNote.mockImplementation(async ({ noteId }) => ({ body: { noteId } }));
  written.mockReset();
  written.mockReturnValue(true);
});

describe('a service', () => {
  it('answers a first success with the declared status, a replay with 200 and a header', async () => {
    const first = await call(handler, note, INPUT);
    expect(first).toMatchObject({ status: 201, body: { noteId: 'n1' }, headers: { 'x-request-id': 'request-1' } });
    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    takeNote.mockResolvedValue({ body: { noteId: 'n1' }, replayed: true } as { body: { noteId: string } });
    expect(await call(handler, note, INPUT)).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
  });

  it('answers an alias like the path itself', async () => {
    expect(await call(handler, note.aliases[0], INPUT)).toMatchObject({ status: 201 });
    expect(takeNote.mock.calls[0]?.[0]).toEqual(INPUT);
  });

  it('knows no other operation', async () => {
    const missing = { method: 'DELETE', path: '/notes/{noteId}' } as const;
    expect(await call(handler, missing, INPUT)).toMatchObject({ status: 404, body: { code: 'route.not_found' } });
  });

  it('asks for the role before it looks at the input', async () => {
    const reply = await call(handler, note, { ...INPUT, text: 'far too long' }, { roles: [] });
    expect(reply).toMatchObject({ status: 403, body: { code: 'caller.forbidden' } });
    expect(takeNote).not.toHaveBeenCalled();
  });

  it('names what is wrong with the input', async () => {
    const reply = await call(handler, note, { ...INPUT, text: 'far too long' });
    expect(reply).toMatchObject({ status: 400, body: { code: 'request.invalid', issues: [{ path: 'text' }] } });
    expect(takeNote).not.toHaveBeenCalled();
  });

  it('gives a public operation no caller, even if somebody sent one', async () => {
    await call(handler, open, {});
    expect(() => answerAll.mock.calls[0]?.[1].caller.tenant).toThrow('no caller');
  });

  it('turns a refusal into a problem document with its details', async () => {
    takeNote.mockRejectedValue(new Refusal('conversation.archived', { archivedAt: 'yesterday' }));
    const reply = await call(handler, note, INPUT);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply).toMatchObject({
      status: 409,
      body: {
        type: 'urn:parley:problem:conversation.archived',
        code: 'conversation.archived',
        status: 409,
        archivedAt: 'yesterday',
        requestId: 'request-1',
      },
    });
  });

  it('lets no detail stand in for the code, the status or the request id', async () => {
    takeNote.mockRejectedValue(new Refusal('conversation.full', { code: 'x', status: 200, requestId: 'y' }));
    expect(await call(handler, note, INPUT)).toMatchObject({
      status: 409,
      body: { code: 'conversation.full', status: 409, requestId: 'request-1' },
    });
  });

  it('says when to come back', async () => {
    takeNote.mockRejectedValue(new Refusal('service.contended'));
    expect(await call(handler, note, INPUT)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });

  it('tells the log what went wrong, and the caller nothing', async () => {
    takeNote.mockRejectedValue(new Error('the table is at arn:secret'));
    const reply = await call(handler, note, INPUT);
    expect(reply).toMatchObject({ status: 500, body: { code: 'service.failed' } });
    expect(JSON.stringify(reply)).not.toContain('arn:secret');
    expect(lines()).toContainEqual(expect.objectContaining({ event: 'request.failed', requestId: 'request-1' }));
    expect(JSON.stringify(lines())).toContain('arn:secret');
  });

  it('logs one line a request, without what was said', async () => {
    await call(handler, note, { noteId: 'n1', text: 'psst' }, { headers: { authorization: 'Bearer abc' } });
    expect(lines()).toEqual([
      expect.objectContaining({ event: 'request', route: 'note', status: 201, tenant: 'T#acme', user: 'ada' }),
    ]);
    expect(JSON.stringify(lines())).not.toMatch(/psst|Bearer/);
  });

  it('passes an Idempotency-Key on, whatever the header’s case, and refuses an unusable one', async () => {
    await call(handler, note, INPUT, { headers: { 'IDEMPOTENCY-KEY': 'k-1' } });
    expect(takeNote.mock.calls[0]?.[1].idempotencyKey).toBe('k-1');
    for (const key of ['', 'a b', 'ü', 'x'.repeat(129)])
      expect(await call(handler, note, INPUT, { headers: { 'Idempotency-Key': key } })).toMatchObject({
        status: 400,
        body: { code: 'request.invalid', issues: [{ path: 'idempotency-key' }] },
      });
  });

  it('never throws, whatever the event lacks', async () => {
    const event = restEvent(note, INPUT);
    for (const missing of ['headers', 'pathParameters', 'multiValueQueryStringParameters', 'body'] as const) {
      const reply = await handler({ ...event, [missing]: null });
      expect(reply.statusCode, missing).toBeLessThan(500);
    }
  });
});
