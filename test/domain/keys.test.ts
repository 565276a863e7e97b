/** I9: every key begins with the tenant, and two things never share one, whoever names them. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ClientId, ConversationId, ImportId, MediaId, TenantId, UserId } from '#contract/ids.ts';
import { type Key, scope, type TenantKey, tenantIdOf } from '#table/entity.ts';
import {
  connectionId,
  conversationId,
  deviceId,
  emoji,
  hostile,
  importId,
  invitationId,
  mediaId,
  passing,
  reportId,
  scheduledId,
  seq,
  tenantId,
  token,
  userId,
} from './some-ids.ts';

const record = fc.record;
const RUNS = { numRuns: 1_000 };
const FOLDER = join(import.meta.dirname, '../../functions/table');

interface Keyed {
  readonly type: string;
  readonly key: (tenant: TenantKey, id: unknown) => Key;
}
const isEntity = (value: unknown): value is Keyed =>
  typeof value === 'object' && value !== null && 'type' in value && 'key' in value && 'toItem' in value;

/** Every entity that any file of the table exports, by its type. */
const entities = new Map<string, Keyed>();
beforeAll(async () => {
  for (const file of globSync('**/*.ts', { cwd: FOLDER })) {
    const exported = (await import(/* @vite-ignore */ join(FOLDER, file))) as Record<string, unknown>;
    for (const value of Object.values(exported)) if (isEntity(value)) entities.set(value.type, value);
  }
});

/** The ids by which things of each type are named. */
const IDS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  conversation: conversationId,
  settings: conversationId,
  'search-use': fc.constant(undefined),
  reindex: token.map((end) => `rix_${end}`),
  'search-reconcile': fc.constant(undefined),
  'search-agreed': conversationId,
  count: conversationId,
  'settings-version': record({ conversationId, version: seq }),
  'last-sent': record({ conversationId, userId }),
  member: record({ conversationId, userId }),
  standing: record({ conversationId, userId }),
  'ownership-offer': record({ conversationId, to: userId }),
  message: record({ conversationId, seq }),
  change: record({ conversationId, seq }),
  hidden: record({ conversationId, userId, seq }),
  'thread-member': record({ conversationId, root: seq, userId }),
  reply: record({ conversationId, root: seq, seq }),
  'archive-part': record({ conversationId, last: seq }),
  'archive-plan': record({ conversationId, last: seq }),
  invitation: invitationId,
  'received-invitation': record({ userId, conversationId }),
  pins: conversationId,
  bookmark: record({ userId, conversationId, seq }),
  'bookmark-place': record({ userId, conversationId, seq, at: seq }),
  draft: record({ userId, conversationId, thread: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }) }),
  scheduled: record({ userId, id: scheduledId }),
  device: record({ userId, deviceId }),
  'own-count': record({ userId, of: fc.constantFrom('bookmarks', 'drafts', 'scheduled') }),
  'invitation-allowed': invitationId,
  mention: record({ conversationId, seq }),
  reaction: record({ conversationId, seq, emoji, userId }),
  media: mediaId,
  'media-counter': fc.option(userId, { nil: undefined }),
  bandwidth: record({
    userId: fc.option(userId, { nil: undefined }),
    day: fc.constantFrom('2026-11-20', '2026-11-21'),
  }),
  address: record({ userId, mediaId, rendition: fc.constantFrom('display', 'original') }),
  download: record({ mediaId, at: seq, id: token }),
  'download-total': mediaId,
  'media-link': record({
    mediaId,
    conversationId,
    carrier: fc.oneof(seq, fc.constantFrom('always', 'emoji', 'user#ada', undefined)),
  }),
  'registered-media': mediaId,
  'cleanup-report': record({ startedAt: seq, kind: fc.constantFrom('cleanup', 'reconcile') }),
  'reconcile-run': fc.constant(undefined),
  gallery: record({ conversationId, kind: fc.constantFrom('image', 'video', 'audio', 'file'), seq, mediaId }),
  'cdn-log-part': record({ object: fc.constantFrom('logs/E1.gz', 'logs/E2.gz'), part: seq }),
  import: importId,
  'import-batch': record({ importId, batch: seq }),
  user: userId,
  block: record({ userId, blockedId: userId }),
  connections: userId,
  watch: record({ userId, connectionId }),
  watching: record({ userId, connectionId }),
  'rate-bucket': record({ userId, counted: fc.constantFrom('messages', 'reactions') }),
  'tenant-settings': fc.constant(undefined),
  'tenant-change': seq,
  'report-case': reportId,
  report: record({ reportId, userId }),
  'report-snapshot': record({ reportId, version: seq }),
  'report-queued': record({ queue: fc.constantFrom('unresolved', 'resolved'), id: reportId, at: seq }),
  'legal-hold': fc.option(conversationId, { nil: undefined }),
  registered: conversationId,
  purge: conversationId,
  'retention-run': fc.constant(undefined),
  'retention-report': seq,
  'retention-report-of': record({ startedAt: seq, conversationId }),
  webhook: token.map((end) => `whk_${end}`),
  'webhook-count': fc.constant(undefined),
  'webhook-event': record({ at: seq, end: token }).map(({ at, end }) => `${String(at).padStart(15, '0')}_${end}`),
  'webhook-delivery': record({ webhookId: token.map((end) => `whk_${end}`), at: seq, end: token }).map(
    ({ webhookId, at, end }) => ({ webhookId, position: `${String(at).padStart(15, '0')}_${end}` }),
  ),
  'recent-search': record({ userId, place: fc.integer({ min: 0, max: 49 }) }),
  'search-stats': record({
    day: fc.constantFrom('2026-11-21', '2026-11-22'),
    place: fc.constantFrom('B#001', 'B#011', 'OTHER', 'CLICKS#1'),
  }),
  'search-clicks': token,
  audit: record({
    at: seq,
    id: passing(
      ClientId,
      token.map((end) => `${end.slice(0, 21)}A`),
    ),
  }),
};

describe('a key', () => {
  it('is known of every entity', () => {
    const unknown = [...entities.keys()].filter((type) => !(type in IDS));
    expect(unknown, 'declare in IDS by which ids these are named').toEqual([]);
    expect(Object.keys(IDS).filter((type) => !entities.has(type))).toEqual([]);
  });

  const named = fc
    .record({ tenantId, type: fc.constantFrom(...Object.keys(IDS)) })
    .chain(({ tenantId: tenant, type }) => IDS[type]!.map((id) => ({ tenant, type, id })));
  const keyOf = ({ tenant, type, id }: { tenant: string; type: string; id: unknown }): Key =>
    entities.get(type)!.key(scope(tenant), id);

  it('begins with exactly its tenant', () => {
    fc.assert(
      fc.property(named, (thing) => {
        const { pk } = keyOf(thing);
        expect(pk.split('#').slice(0, 2)).toEqual(['T', thing.tenant]);
        expect(pk.startsWith(`${scope(thing.tenant)}#`)).toBe(true);
        expect(tenantIdOf(scope(thing.tenant))).toBe(thing.tenant);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is of one thing alone', () => {
    const seen = new Map<string, string>();
    let again = 0;
    fc.assert(
      fc.property(named, (thing) => {
        const { pk, sk } = keyOf(thing);
        const name = JSON.stringify([thing.tenant, thing.type, thing.id]);
        const place = `${pk}\n${sk}`;
        if (seen.has(place)) again += 1;
        expect(seen.get(place) ?? name).toBe(name);
        seen.set(place, name);
      }),
      { numRuns: 20_000 },
    );
    // The ids are drawn from few, so that whatever could meet has met.
    expect(again).toBeGreaterThan(1_000);
  });

  it.each(Object.keys(IDS))('of a %s is never another tenant’s', (type) => {
    fc.assert(
      fc.property(tenantId, tenantId, IDS[type]!, IDS[type]!, (one, other, mine, theirs) => {
        fc.pre(one !== other);
        expect(keyOf({ tenant: one, type, id: mine }).pk).not.toBe(keyOf({ tenant: other, type, id: theirs }).pk);
      }),
      RUNS,
    );
  });
});

describe('an id that somebody gives', () => {
  it.each(Object.entries({ TenantId, UserId, ConversationId, MediaId, ImportId, ClientId }))(
    '%s holds nothing that keys are made of',
    (_, schema) => {
      fc.assert(
        fc.property(hostile, (text) => {
          if (schema.safeParse(text).success) expect(text).toMatch(/^[A-Za-z0-9_.@-]+$/);
        }),
        { numRuns: 2_000 },
      );
    },
  );
});
