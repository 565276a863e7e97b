import { PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, beforeEach, vi } from 'vitest';
import { getMediaUrl, listDownloads, listTenantDownloads } from '#contract/downloads.ts';
import { DEFAULT_RULES, type TenantRules } from '#contract/tenant.ts';
import { handler } from '#functions/api/downloads/downloads.lambda.ts';
import { scope } from '#table/entity.ts';
import type { StoredMedia } from '#table/media.ts';
import { storeSettings } from '#table/tenant-settings.ts';
import { type CallOptions, call } from './call.ts';
import { readyMedia } from './media.ts';
import { buckets, s3, useMediaBuckets } from './media-buckets.ts';
import { useSigningKey } from './signing-key.ts';

const { clean } = buckets;
let tenants = 0;

/** A bucket to download from, and a tenant of its own for each test. */
export function useDownloads(): void {
  useSigningKey();
  useMediaBuckets();
  beforeAll(() => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  beforeEach(() => {
    tenants += 1;
  });
}

/** Of the test that runs. */
export const tenantId = (): string => `downloads-${tenants}`;
export const tenant = () => scope(tenantId());
export const as = (userId = 'ada', options: CallOptions = {}): CallOptions => ({
  ...{ tenantId: tenantId(), userId },
  ...options,
});

type Renditions = NonNullable<StoredMedia['renditions']>;
export const rendition = (name: Renditions[number]['name'], bytes = 1_000, contentType = 'image/webp') => ({
  ...{ name, contentType, bytes },
  ...{ width: 2, height: 1, sha256: 'ab' },
});

/** A picture of `ada`: a thumbnail of 100 bytes, and one to display. */
export const picture = (bytes = 1_000, change: Partial<StoredMedia> = {}): Promise<string> =>
  readyMedia(tenant(), 'image/jpeg', {
    objectVersion: 'v1',
    renditions: [rendition('thumbnail', 100), rendition('display', bytes)],
    ...change,
  });

export const ask = (input: Record<string, unknown>, options = as()) => call(handler, getMediaUrl, input, options);

/** Puts bytes at where an address leads to: stored as what a browser would open, had the address not its own word. */
export const storeAt = ({ pathname }: URL, Body: Buffer) =>
  s3.send(
    new PutObjectCommand({ Bucket: clean, Key: pathname.slice(clean.length + 2), Body, ContentType: 'text/html' }),
  );

/** Sets limits of the test's tenant, which has none yet. */
export const limit = (downloads: Partial<TenantRules['downloads']>) =>
  storeSettings(tenant(), {
    version: 1,
    before: DEFAULT_RULES,
    after: { ...DEFAULT_RULES, downloads: { ...DEFAULT_RULES.downloads, ...downloads } },
    by: 'ada',
    at: Date.now(),
  });

export const downloadsOf = async (mediaId: string, options = as(), input: Record<string, unknown> = {}) =>
  (await call(handler, listDownloads, { mediaId, ...input }, options)).body as unknown as {
    items: { userId: string; rendition: string; bytes: number; at: string }[];
    nextCursor: string | null;
    total: { downloads: number; bytes: number };
  };

export const today = new Date().toISOString().slice(0, 10);

/** What the tenant downloaded today. */
export const totals = async () =>
  (await call(handler, listTenantDownloads, { from: today, to: today }, as('ada', { roles: ['admin'] }))).body['items'];
