import { judgeHeader, judgeType } from '#domain/media.ts';
import type { ObjectVersion, Upload } from '#gateways/quarantine.ts';
import { tenantIdOf } from '#table/entity.ts';
import { cleanKeyOf } from '#table/media-keys.ts';
import { rejected } from './lead.ts';
import type { Work } from './on-verdict.ts';
import { type Picture, readHeader, render } from './picture.ts';
import { sniff } from './sniff.ts';

/** The two buckets, as work on pictures sees them. */
export interface Stores {
  /** Undefined when exactly this version is no longer there. */
  readonly open: (object: ObjectVersion) => Promise<Upload | undefined>;
  readonly put: (key: string, picture: Picture) => Promise<void>;
}

/** What is done to one picture: read once, looked at, decoded once, stored as renditions. */
export const pictureWork = ({ open, put }: Stores): Work => {
  let reading: Promise<Uint8Array | undefined> | undefined;
  const read = (object: ObjectVersion): Promise<Uint8Array | undefined> => {
    reading ??= open(object).then((upload) => upload?.read());
    return reading;
  };
  return {
    inspect: async (media, { object }) => {
      const data = await read(object);
      if (!data) return rejected('replaced');
      const found = await sniff(data);
      const wrongType = judgeType(media.contentType, found);
      if (wrongType) return { ...rejected(wrongType), ...(found ? { found } : {}) };
      const header = await readHeader(data);
      if (!header) return rejected('unreadable');
      const wrongHeader = judgeHeader(media.contentType, header);
      return wrongHeader ? rejected(wrongHeader) : { to: 'processing', found };
    },
    make: async ({ mediaId, jpeg }, { tenant, object, objectVersion }) => {
      const data = await read(object);
      if (!data) return rejected('replaced');
      const made = await render(data, { jpeg });
      if (typeof made === 'string') return rejected(made);
      const { pictures, ...known } = made;
      const keyOf = (name: Picture['name']) => cleanKeyOf(tenantIdOf(tenant), mediaId, objectVersion, name);
      await Promise.all(pictures.map((picture) => put(keyOf(picture.name), picture)));
      return {
        to: 'ready',
        ...known,
        renditions: pictures.map(({ data: encoded, ...picture }) => ({ ...picture, bytes: encoded.length })),
      };
    },
  };
};
