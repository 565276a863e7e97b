import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kindOf } from '#domain/media.ts';
import type { ObjectVersion, Upload } from '#gateways/quarantine.ts';
import { tenantIdOf } from '#table/entity.ts';
import { cleanKeyOf } from '#table/media-keys.ts';
import { rejected } from './lead.ts';
import type { Work } from './on-verdict.ts';
import { type MadeRendition, makeRecording } from './recording.ts';

type Stored = Pick<MadeRendition, 'contentType' | 'bytes' | 'sha256'>;

/** The two buckets, as work on a recording sees them. */
export interface RecordingStores {
  /** Undefined when exactly this version is no longer there. */
  readonly open: (object: ObjectVersion) => Promise<Upload | undefined>;
  readonly download: (upload: Upload, file: string) => Promise<void>;
  readonly put: (key: string, rendition: Stored & { readonly data: Uint8Array }) => Promise<void>;
  readonly putFile: (key: string, rendition: Stored & { readonly file: string }) => Promise<void>;
  /** Copies exactly this version; its SHA-256 (hex), or undefined when it is no longer there. */
  readonly keep: (object: ObjectVersion, key: string) => Promise<string | undefined>;
}

/**
 * What is done to video and sound: fetched to the function's disk once, made into renditions there, and stored when all of
 * them are made. Its disk is left as it was found.
 */
export const recordingWork = ({ open, download, put, putFile, keep }: RecordingStores): Work => ({
  // What it contains is found out in the next step, where it is fetched: it may be 5 GB.
  inspect: async () => ({ to: 'processing' }),
  make: async ({ mediaId, contentType }, { tenant, object, objectVersion }) => {
    const upload = await open(object);
    if (!upload) return rejected('replaced');
    const kind = kindOf(contentType);
    if (kind !== 'video' && kind !== 'audio') throw new Error(`${contentType} is no recording`);
    const folder = await mkdtemp(join(tmpdir(), 'parley-recording-'));
    try {
      const path = join(folder, 'upload');
      await download(upload, path);
      const made = await makeRecording({ path, bytes: upload.bytes, kind, contentType, folder });
      if (typeof made === 'string') return rejected(made);
      const keyOf = (name: MadeRendition['name'] | 'original') =>
        cleanKeyOf(tenantIdOf(tenant), mediaId, objectVersion, name);
      for (const { content, name, ...stored } of made.renditions)
        if ('file' in content) await putFile(keyOf(name), { ...stored, ...content });
        else await put(keyOf(name), { ...stored, data: content });
      const renditions = made.renditions.map(({ content: _, ...stored }) => stored);
      if (!made.original) return { to: 'ready', ...made.facts, renditions };
      const sha256 = await keep(object, keyOf('original'));
      if (sha256 === undefined) return rejected('replaced');
      const original = {
        name: 'original' as const,
        contentType: 'application/octet-stream',
        width: null,
        height: null,
        bytes: upload.bytes,
        sha256,
      };
      return { to: 'ready', ...made.facts, renditions: [...renditions, original] };
    } finally {
      upload.discard();
      await rm(folder, { recursive: true, force: true });
    }
  },
});
