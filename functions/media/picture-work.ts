import { judgeHeader, judgeType } from '#domain/media.ts';
import type { ObjectVersion, Upload } from '#gateways/quarantine.ts';
import { tenantIdOf } from '#table/entity.ts';
import { cleanKeyOf } from '#table/media-keys.ts';
import { rejected } from './lead.ts';
import type { Work } from './on-verdict.ts';
import { type Picture, readHeader, render, sniff } from './picture.ts';

/** The two buckets, as work on an upload sees them. */
export interface Stores {
  /** Undefined when exactly this version is no longer there. */
  readonly open: (object: ObjectVersion) => Promise<Upload | undefined>;
  readonly put: (key: string, picture: Picture) => Promise<void>;
}

/** What is done to a picture: looked at, decoded once, stored as renditions. */
export const pictureWork = ({ open, put }: Stores): Work => ({
  inspect: async (media, { object }) => {
    const upload = await open(object);
    if (!upload) return rejected('replaced');
    const data = await upload.read();
    const wrongType = judgeType(media.contentType, await sniff(data));
    if (wrongType) return rejected(wrongType);
    const header = await readHeader(data);
    if (!header) return rejected('unreadable');
    const wrongHeader = judgeHeader(media.contentType, header);
    return wrongHeader ? rejected(wrongHeader) : { to: 'processing' };
  },
  make: async ({ mediaId }, { tenant, object, objectVersion }) => {
    const upload = await open(object);
    if (!upload) return rejected('replaced');
    const pictures = await render(await upload.read());
    if (!pictures) return rejected('unreadable');
    const keyOf = (name: Picture['name']) => cleanKeyOf(tenantIdOf(tenant), mediaId, objectVersion, name);
    await Promise.all(pictures.map((picture) => put(keyOf(picture.name), picture)));
    return {
      to: 'ready',
      renditions: pictures.map(({ name, contentType, width, height, data, sha256 }) => ({
        name,
        contentType,
        width,
        height,
        bytes: data.length,
        sha256,
      })),
    };
  },
});
