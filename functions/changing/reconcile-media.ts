import { LEAST_GRACE_MS } from '#domain/media-lifecycle.ts';
import { listClean, removeObjects, type StoredObject } from '#gateways/stored-objects.ts';
import { batchGet } from '#table/batch-get.ts';
import { added, type Counts, NOTHING_DONE, putCleanupReport, type Report } from '#table/cleanup-report.ts';
import { dueNow } from '#table/due.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { MediaEntity, type StoredMedia } from '#table/media.ts';
import { mediaPrefixOf } from '#table/media-keys.ts';
import { release } from '#table/media-reference.ts';
import { listRegisteredMedia, unregister } from '#table/media-registry.ts';
import { deadLinks, linksOfMedia, recount, setMissing } from '#table/media-repair.ts';
import { noteReconcile, type Run, takeReconcile } from '#table/reconcile-run.ts';

/** Media that are compared in one step. */
const PAGE = 20;

/** Milliseconds after which a link that nothing stands behind is no longer on its way. */
const ON_ITS_WAY_MS = 3_600_000;

/** How a call goes about it. Times in milliseconds. */
export interface Pace {
  readonly now: () => number;
  /** When it has to stop. */
  readonly until: number;
  readonly dryRun: boolean;
  /** Time from one comparison's start to the next one's. */
  readonly pause: number;
}

type Found = Partial<Counts>;
type How = Pick<Pace, 'dryRun'> & { readonly at: number };

/** Whether all that a media is given out as is in the bucket. */
async function isWhole(tenant: TenantKey, media: StoredMedia): Promise<boolean> {
  const { objects } = await listClean(mediaPrefixOf(tenantIdOf(tenant), media.mediaId));
  return (media.renditions ?? []).every(({ name }) => objects.some(({ key }) => key.endsWith(`/${name}`)));
}

/** One media: its links against what they speak of, its count against its links, its renditions against the bucket. */
async function compare(tenant: TenantKey, media: StoredMedia, { dryRun, at }: How): Promise<Found> {
  const { mediaId, refs = 0 } = media;
  let [counted, links] = [0, 0];
  for await (const page of linksOfMedia(tenant, mediaId)) {
    const dead = await deadLinks(tenant, page, at - ON_ITS_WAY_MS);
    if (!dryRun) for (const link of dead) await release(tenant, link, at);
    links += dead.length;
    counted += page.filter(({ carrier }) => carrier !== undefined).length;
  }
  // What was released has been counted; one that was not is found by the next run.
  const wrong = links === 0 && counted !== refs;
  if (wrong && !dryRun && (await recount(tenant, media, counted, at)) && counted === 0)
    await dueNow({ tenant, userId: media.ownerId, id: mediaId, at: at + LEAST_GRACE_MS }, 'MEDIA');
  const missing = media.state === 'ready' && media.removedAt === undefined && !(await isWhole(tenant, media));
  if (missing !== (media.missing ?? false) && !dryRun) await setMissing(tenant, mediaId, missing);
  return { looked: 1, links, counts: wrong ? 1 : 0, missing: missing ? 1 : 0 };
}

/** A page of objects: those that no media knows and that are old enough not to be on their way go. */
async function strays(tenant: TenantKey, objects: readonly StoredObject[], { dryRun, at }: How): Promise<Found> {
  const idOf = ({ key }: StoredObject) => key.split('/')[1] ?? '';
  const items = await batchGet(
    [...new Set(objects.map(idOf))].map((mediaId) => MediaEntity.key(tenant, mediaId)),
    { consistent: true },
  );
  const known = new Set(
    items
      .map(MediaEntity.fromItem)
      .filter(({ removedAt }) => removedAt === undefined)
      .map(({ mediaId }) => mediaId),
  );
  const gone = objects.filter((object) => !known.has(idOf(object)) && object.at < at - LEAST_GRACE_MS);
  if (!dryRun) await removeObjects('cleanBucket', gone);
  return { strays: gone.length, bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** The next step of a run, and what it found. */
async function step(tenant: TenantKey, run: Run, how: How): Promise<{ next: Run; found: Found[] }> {
  if (run.phase === 'media') {
    const { all, next } = await listRegisteredMedia(tenant, { after: run.after, limit: PAGE });
    const found: Found[] = [];
    for (const { mediaId, media } of all)
      if (media) found.push(await compare(tenant, media, how));
      else if (!how.dryRun) await unregister(tenant, mediaId);
    const { after: _, ...rest } = run;
    return { next: next === undefined ? { ...rest, phase: 'objects' } : { ...run, after: next }, found };
  }
  const { objects, more } = await listClean(`${tenantIdOf(tenant)}/`, run.after);
  const last = objects.at(-1)?.key;
  const next: Run = more && last !== undefined ? { ...run, after: last } : { ...run, phase: 'ended' };
  return { next, found: [await strays(tenant, objects, how)] };
}

/**
 * Compares a tenant's media with the buckets and repairs both, in steps, as far as time allows: a call goes on where the last
 * one stopped, and a step that died is made again, which does no harm. Answers the report so far; undefined when somebody
 * else is at it, or nothing is due. A dry run begins anew each time and changes nothing.
 */
export async function reconcileMedia(
  tenant: TenantKey,
  { now, until, dryRun, pause }: Pace,
): Promise<Report | undefined> {
  const leaseUntil = until + 60_000;
  let run: Run | undefined = dryRun
    ? { startedAt: now(), phase: 'media', leaseUntil: 0, counts: { ...NOTHING_DONE } }
    : await takeReconcile(tenant, { at: now(), until: leaseUntil, pause });
  if (!run) return undefined;
  let counts = { ...NOTHING_DONE, ...run.counts } as Counts;
  while (run.phase !== 'ended' && now() < until) {
    const { next, found }: Awaited<ReturnType<typeof step>> = await step(tenant, run, { dryRun, at: now() });
    counts = found.reduce(added, counts);
    run = { ...next, counts };
    if (!dryRun && !(await noteReconcile(tenant, leaseUntil, run))) return undefined;
  }
  const ended = run.phase === 'ended' ? { endedAt: now() } : {};
  const report: Report = { ...counts, kind: 'reconcile', startedAt: run.startedAt, dryRun, ...ended };
  await putCleanupReport(tenant, report);
  if (!dryRun) await noteReconcile(tenant, leaseUntil, { ...run, leaseUntil: 0 });
  return report;
}
