import { isFinal, judgeSize, kindOf } from '#domain/media.ts';
import type { ObjectVersion } from '#gateways/quarantine.ts';
import { log } from '#runtime/log.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import type { Edge, StoredMedia } from '#table/media.ts';
import type { Arrival } from './object-key.ts';

/** What leading an upload does to the world outside; that of the functions is in `outside.ts`. */
export interface World {
  readonly find: (tenant: TenantKey, mediaId: string) => Promise<StoredMedia | undefined>;
  readonly move: (
    tenant: TenantKey,
    media: StoredMedia,
    objectVersion: string,
    edge: Edge,
  ) => Promise<StoredMedia | undefined>;
  /** The size of exactly this version; undefined when it is gone. */
  readonly measure: (object: ObjectVersion) => Promise<number | undefined>;
  readonly announce: (tenant: TenantKey, media: StoredMedia) => Promise<void>;
}

/** The edge that leads out of a state. Throws when the world fails; a bad file is an edge to `rejected`. */
export type Step = (media: StoredMedia, arrival: Arrival) => Promise<Edge>;

/** What a function can do in which state. Where it can do nothing, the upload waits for another event. */
export type Steps = Partial<Record<StoredMedia['state'], Step>>;

export const rejected = (reason: NonNullable<Edge['reason']>): Edge => ({ to: 'rejected', reason });

const bind: Step = async () => ({ to: 'uploaded' });

/** The first object under the key is the upload, whichever event tells of it first; it must be as large as was announced. */
const arriving = (world: World): Steps => ({
  requested: bind,
  uploading: bind,
  uploaded: async (media, { object, bytes }) => {
    const actual = bytes ?? (await world.measure(object));
    if (actual === undefined) return rejected('replaced');
    const wrong = judgeSize(media.bytes, actual);
    return wrong ? rejected(wrong) : { to: 'scanning' };
  },
});

/**
 * Leads an upload from where it stands as far as the steps go. Events come twice, late, at once and in any order: every
 * edge is conditional on the state it leaves and on the object version bound by the first event, so whatever runs, the
 * result is the same. Returns the media, or undefined for an object that nobody asked for. Throws when table, store or
 * sockets fail: run it again.
 */
export async function lead(arrival: Arrival, steps: Steps, world: World): Promise<StoredMedia | undefined> {
  const { tenant, mediaId, objectVersion } = arrival;
  const line = { tenant: tenantIdOf(tenant), mediaId };
  const all: Steps = { ...arriving(world), ...steps };
  let media = await world.find(tenant, mediaId);
  // A run that died between an edge and its event: what is true now is told again, unless the next edge is told at once.
  if (media?.objectVersion === objectVersion && !all[media.state]) await world.announce(tenant, media);
  while (media && kindOf(media.contentType) === arrival.kind) {
    if (media.objectVersion !== undefined && media.objectVersion !== objectVersion) {
      log.warn('upload.superseded', line);
      return media;
    }
    const step = all[media.state];
    if (isFinal(media.state) || !step) return media;
    const edge: Edge = await step(media, arrival);
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
