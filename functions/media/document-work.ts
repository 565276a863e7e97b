import { judgeFile } from '#domain/document.ts';
import type { ObjectVersion } from '#gateways/quarantine.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { cleanKeyOf } from '#table/media-keys.ts';
import { rejected } from './lead.ts';
import type { Work } from './on-verdict.ts';
import { HEAD_BYTES, typeOf } from './sniff.ts';

/** What work on files does to the world outside. */
export interface Shelves {
  /** The first bytes; undefined when exactly this version is no longer there. */
  readonly peek: (object: ObjectVersion, bytes: number) => Promise<Uint8Array | undefined>;
  /** Copies exactly this version, inside the store; its SHA-256 (hex), or undefined when it is no longer there. */
  readonly keep: (object: ObjectVersion, key: string) => Promise<string | undefined>;
  /** Which types the tenant does not take. */
  readonly denied: (tenant: TenantKey) => Promise<(contentType: string) => boolean>;
}

/**
 * What is done to a file that is given out as it came: its beginning is looked at, and the store copies it. Not a byte of
 * the rest comes here, so a file of any size takes no memory.
 */
export const documentWork = ({ peek, keep, denied }: Shelves): Work => ({
  inspect: async (media, { tenant, object }) => {
    const head = await peek(object, HEAD_BYTES);
    if (!head) return rejected('replaced');
    const found = await typeOf(head);
    const wrong = judgeFile(media.contentType, found, await denied(tenant));
    return wrong ? { ...rejected(wrong), found } : { to: 'processing', found };
  },
  make: async ({ mediaId, bytes }, { tenant, object, objectVersion }) => {
    const sha256 = await keep(object, cleanKeyOf(tenantIdOf(tenant), mediaId, objectVersion, 'original'));
    if (sha256 === undefined) return rejected('replaced');
    const original = { name: 'original', contentType: 'application/octet-stream', width: null, height: null } as const;
    return { to: 'ready', renditions: [{ ...original, bytes, sha256 }] };
  },
});
