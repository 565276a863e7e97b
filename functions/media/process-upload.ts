import { isFinal, judgeHeader, judgeSize, judgeType } from '#domain/media.ts';
import type { ObjectVersion, Upload } from '#gateways/quarantine.ts';
import { log } from '#runtime/log.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import type { Edge, StoredMedia } from '#table/media.ts';
import type { Arrival } from './object-key.ts';
import { type Picture, readHeader, render, sniff } from './picture.ts';

/** What processing does to the world outside; the function's own in `process-upload.lambda.ts`. */
export interface World {
  readonly find: (tenant: TenantKey, mediaId: string) => Promise<StoredMedia | undefined>;
  readonly move: (
    tenant: TenantKey,
    media: StoredMedia,
    objectVersion: string,
    edge: Edge,
  ) => Promise<StoredMedia | undefined>;
  readonly open: (object: ObjectVersion) => Promise<Upload | undefined>;
  readonly put: (key: string, picture: Picture) => Promise<void>;
  readonly announce: (tenant: TenantKey, media: StoredMedia) => Promise<void>;
}

/** The edge that leads out of a state. Throws when the world fails; a bad file is an edge to `rejected`. */
type Step = (media: StoredMedia, arrival: Arrival, world: World) => Promise<Edge>;

const rejected = (reason: NonNullable<Edge['reason']>): Edge => ({ to: 'rejected', reason });

const bind: Step = async () => ({ to: 'uploaded' });

const inspect: Step = async (media, { object }, world) => {
  const upload = await world.open(object);
  if (!upload) return rejected('replaced');
  const wrongSize = judgeSize(media.bytes, upload.bytes);
  if (wrongSize) {
    upload.discard();
    return rejected(wrongSize);
  }
  const data = await upload.read();
  const wrongType = judgeType(media.contentType, await sniff(data));
  if (wrongType) return rejected(wrongType);
  const header = await readHeader(data);
  if (!header) return rejected('unreadable');
  const wrongHeader = judgeHeader(media.contentType, header);
  return wrongHeader ? rejected(wrongHeader) : { to: 'processing' };
};

const makeRenditions: Step = async (_media, { object }, world) => {
  const upload = await world.open(object);
  if (!upload) return rejected('replaced');
  const pictures = await render(await upload.read());
  if (!pictures) return rejected('unreadable');
  await Promise.all(pictures.map((picture) => world.put(`${object.key}/${picture.name}`, picture)));
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
};

/**
 * What is done in each state. `scanning` has no step: the malware scan will take its own edge out of `uploaded`, between
 * the sniff and the decode, and its verdict the one to `processing`.
 */
const STEPS: Partial<Record<StoredMedia['state'], Step>> = {
  requested: bind,
  uploaded: inspect,
  processing: makeRenditions,
};

/**
 * Leads an upload from where it stands to its end. Events come twice, late and at once: every edge is conditional on the
 * state it leaves and on the object version bound by the first event, so whatever runs, the result is the same. Returns
 * the media, or undefined for an object that nobody asked for. Throws when table, store or sockets fail: run it again.
 */
export async function processUpload(arrival: Arrival, world: World): Promise<StoredMedia | undefined> {
  const { tenant, mediaId, objectVersion } = arrival;
  const line = { tenant: tenantIdOf(tenant), mediaId };
  let media = await world.find(tenant, mediaId);
  // A run that died between an edge and its event: what is true now is told again.
  if (media?.objectVersion === objectVersion) await world.announce(tenant, media);
  while (media) {
    if (media.objectVersion !== undefined && media.objectVersion !== objectVersion) {
      log.warn('upload.superseded', line);
      return media;
    }
    const step = STEPS[media.state];
    if (isFinal(media.state) || !step) return media;
    const edge: Edge = await step(media, arrival, world);
    const moved: StoredMedia | undefined = await world.move(tenant, media, objectVersion, edge);
    if (moved) {
      log.info('upload.moved', { ...line, state: moved.state, reason: moved.reason });
      await world.announce(tenant, moved);
    }
    media = moved ?? (await world.find(tenant, mediaId));
  }
  // Never requested, or so long ago that it expired: the bucket's lifecycle removes the object.
  log.warn('upload.unknown', line);
  return undefined;
}
