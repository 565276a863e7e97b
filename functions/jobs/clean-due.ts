import { expireUpload } from '#changing/end-upload.ts';
import { removeRest, removeUnused } from '#changing/remove-media.ts';
import { isFinal } from '#domain/media.ts';
import { goesAt, graceOf, LEAST_GRACE_MS } from '#domain/media-lifecycle.ts';
import { removeUploaded } from '#gateways/stored-objects.ts';
import { log } from '#runtime/log.ts';
import { added, type Counts, NOTHING_DONE, putCleanupReport } from '#table/cleanup-report.ts';
import { DUE_PARTS, type Due, dropDue, listDue, moveDue } from '#table/due.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { findHold } from '#table/legal-hold.ts';
import { findMedia } from '#table/media.ts';
import { mediaPrefixOf } from '#table/media-keys.ts';
import { isLinked } from '#table/media-removal.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** Entries of one part of the list that are seen to at once. */
const AT_ONCE = 8;

/** How one run goes about it. Times in milliseconds. */
export interface Pace {
  readonly now: number;
  /** When it has to stop, by the clock. */
  readonly deadline: number;
  readonly dryRun: boolean;
}

const done = (change: Partial<Counts> = {}): Counts => ({ ...NOTHING_DONE, looked: 1, ...change });

/**
 * Sees to one media whose time may have come. The list only says where to look: what it is and since when nothing shows it
 * says the media itself, and the removal holds only while that is so.
 */
async function one(due: Due, { now, dryRun }: Pace): Promise<Counts> {
  const { tenant, id } = due;
  // As it is stored: what has expired is to be removed, not passed over.
  const stored = () => findMedia(tenant, id, 0);
  const before = await stored();
  if (!before) {
    if (dryRun) return done();
    const bytes = await removeRest(tenant, id);
    await dropDue(due, 'MEDIA');
    return done({ bytes });
  }
  let expired = 0;
  if (!isFinal(before.state)) {
    if (dryRun) return done({ expired: 1 });
    if ((await expireUpload(tenant, id, now)) !== 'expired') return done();
    expired = 1;
  }
  const media = expired > 0 ? await stored() : before;
  if (!media) return done({ expired });
  // What was uploaded is wanted no more once it has been made into what is served; of malware it is the evidence.
  if (!dryRun && media.state !== 'quarantined') await removeUploaded(mediaPrefixOf(tenantIdOf(tenant), id));
  const goes = goesAt(media, graceOf((await rulesOf(tenant, now)).changing));
  // Whatever stops showing it puts it on the list again.
  if (goes === null) {
    if (!dryRun) await dropDue(due, 'MEDIA');
    return done({ expired });
  }
  const kept = goes > now ? goes : await keptUntil(tenant, id, now);
  if (kept !== undefined) {
    if (!dryRun) await moveDue(due, kept, 'MEDIA');
    return done({ expired });
  }
  if (dryRun) return done({ removed: 1, bytes: media.bytes });
  const bytes = await removeUnused(tenant, media);
  if (bytes === undefined) return done({ expired });
  await dropDue(due, 'MEDIA');
  return done({ expired, removed: 1, bytes });
}

/** Until when a media stays whose time has come: under a legal hold of the tenant, and while a link leads to it that nobody counted. */
const keptUntil = async (tenant: TenantKey, mediaId: string, now: number): Promise<number | undefined> =>
  (await findHold(tenant, undefined)) || (await isLinked(tenant, mediaId)) ? now + LEAST_GRACE_MS : undefined;

/**
 * Removes what is due at `now`, of every tenant, the longest due first, and reports it tenant by tenant. One that fails does not
 * hold up the others and is tried again by the next run; answers how many did.
 */
export async function cleanDue(pace: Pace): Promise<{ errors: number; looked: number; removed: number }> {
  const reports = new Map<TenantKey, Counts>();
  let errors = 0;
  const see = async (due: Due): Promise<void> => {
    try {
      const counts = await one(due, pace);
      reports.set(due.tenant, added(reports.get(due.tenant) ?? NOTHING_DONE, counts));
    } catch (error) {
      log.error('media.not_cleaned', error, { tenant: tenantIdOf(due.tenant), mediaId: due.id });
      errors += 1;
    }
  };
  const part = async (number: number): Promise<void> => {
    let after: string | undefined;
    do {
      const { due, next } = await listDue(number, pace.now, { after, limit: AT_ONCE }, 'MEDIA');
      await Promise.all(due.map(see));
      after = next;
    } while (after !== undefined && Date.now() < pace.deadline);
  };
  await Promise.all(Array.from({ length: DUE_PARTS }, (_, number) => part(number)));
  const { now: startedAt, dryRun } = pace;
  await Promise.all(
    [...reports].map(([tenant, counts]) =>
      putCleanupReport(tenant, { ...counts, kind: 'cleanup', startedAt, endedAt: Date.now(), dryRun }),
    ),
  );
  const all = [...reports.values()].reduce(added, NOTHING_DONE);
  return { errors, looked: all.looked, removed: all.removed };
}
