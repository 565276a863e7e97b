import { describe, expect, it } from 'vitest';
import { MAX_CUSTOM_BYTES, MAX_CUSTOM_DEPTH } from '#contract/custom-data.ts';
import { MessageDraft } from '#contract/message-bodies.ts';
import { Attachments, MAX_ATTACHMENTS, MAX_MENTIONED, MentionsDraft } from '#contract/message-parts.ts';

const mediaId = 'med_AZqYt2a0cK6fPpQ1mWk3Zg';
const accepts = (body: unknown) => MessageDraft.safeParse(body).success;
const nested = (depth: number): unknown => (depth === 0 ? 1 : { in: nested(depth - 1) });
const custom = (data: unknown) => ({ type: 'custom', name: 'chess.move', data });

describe('a body', () => {
  it.each([
    { type: 'text', text: 'hello' },
    { type: 'image', mediaId, caption: 'An engine' },
    { type: 'video', mediaId },
    { type: 'audio', mediaId },
    { type: 'file', mediaId, name: 'notes.pdf', caption: 'Notes' },
    { type: 'location', lat: 51.5, lon: -0.12, accuracy: 12, label: 'Home', liveUntil: '2026-11-21T12:00:00.000Z' },
    {
      type: 'contact',
      name: 'Ada Lovelace',
      phones: ['+44 20 7946 0018'],
      emails: ['ada@example.com'],
      organisation: 'Analytical Society',
      note: 'Mornings',
      userId: 'ada',
    },
    { ...custom({ from: 'e2', to: 'e4' }), text: 'e4' },
  ])('of type $type is taken whole, and refused with a field more or one less', (body) => {
    expect(accepts(body)).toBe(true);
    expect(accepts({ ...body, surprise: 1 })).toBe(false);
    const [, required] = Object.keys(body) as [string, keyof typeof body];
    const { [required]: _, ...rest } = body;
    expect(accepts(rest)).toBe(false);
  });

  it.each([
    { type: 'deleted' },
    { type: 'system', kind: 'participant_left', userIds: ['ada'] },
    { type: 'location', lat: 90.1, lon: 0 },
    { type: 'location', lat: 0, lon: -180.1 },
    { type: 'location', lat: 0, lon: 0, accuracy: -1 },
    { type: 'contact', name: ' ' },
    { type: 'contact', name: 'Ada', phones: ['call me'] },
    { type: 'contact', name: 'Ada', phones: Array.from({ length: 11 }, () => '+4420') },
    { type: 'contact', name: 'Ada', emails: ['ada'] },
    { type: 'custom', name: 'Chess', data: {} },
    custom([1]),
    custom('text'),
  ])('is refused: %j', (body) => {
    expect(accepts(body)).toBe(false);
  });

  it('of a tenant’s own type is limited in bytes, depth, keys and numbers', () => {
    const frame = JSON.stringify({ s: '' }).length;
    expect(accepts(custom({ s: 'x'.repeat(MAX_CUSTOM_BYTES - frame) }))).toBe(true);
    expect(accepts(custom({ s: 'x'.repeat(MAX_CUSTOM_BYTES - frame + 1) }))).toBe(false);
    expect(accepts(custom({ s: 'é'.repeat(MAX_CUSTOM_BYTES / 2) }))).toBe(false);
    expect(accepts(custom(nested(MAX_CUSTOM_DEPTH)))).toBe(true);
    expect(accepts(custom(nested(MAX_CUSTOM_DEPTH + 1)))).toBe(false);
    expect(accepts(custom({ list: [[[[[[[1]]]]]]] }))).toBe(true);
    expect(accepts(custom({ list: [[[[[[[[1]]]]]]]] }))).toBe(false);
    expect(accepts(custom({ deep: JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) }))).toBe(false);
    expect(accepts(custom({ '': 1 }))).toBe(false);
    expect(accepts(custom({ n: [0, -1.5, Number.MAX_SAFE_INTEGER] }))).toBe(true);
    expect(accepts(custom({ n: 2 ** 53 }))).toBe(false);
    expect(accepts(custom({ n: 1e-130 }))).toBe(false);
  });
});

describe('what a message carries besides', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `med_${String(index).padStart(22, '0')}`);
  const users = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);

  it('is limited in number, and names nothing twice', () => {
    expect(Attachments.safeParse(ids(MAX_ATTACHMENTS)).success).toBe(true);
    expect(Attachments.safeParse(ids(MAX_ATTACHMENTS + 1)).success).toBe(false);
    expect(Attachments.safeParse([mediaId, mediaId]).success).toBe(false);
    expect(MentionsDraft.safeParse({ userIds: users(MAX_MENTIONED) }).success).toBe(true);
    expect(MentionsDraft.safeParse({ userIds: users(MAX_MENTIONED + 1) }).success).toBe(false);
    expect(MentionsDraft.safeParse({ userIds: ['ada', 'ada'] }).success).toBe(false);
    expect(MentionsDraft.safeParse({ all: true, roles: ['admin'] }).success).toBe(false);
  });
});
