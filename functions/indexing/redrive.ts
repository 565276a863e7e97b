import * as z from 'zod';
import { indexSearch } from '#contract/subscriptions.ts';
import { parkedFor, recordsIn, unpark } from '#gateways/parked.ts';
import { log } from '#runtime/log.ts';
import { type Subject, subjectOf, writesNow } from './key-writes.ts';
import { lazily } from './lazy-tenants.ts';
import { type IndexWrite, writeDocuments } from './write-documents.ts';

const Text = z.object({ S: z.string() });
const Identity = z.object({ pk: Text, sk: Text });
/** Where a record says which item it is about: images may be what could not be read. */
const Identified = z.object({
  dynamodb: z.object({
    Keys: Identity.optional().catch(undefined),
    NewImage: Identity.optional().catch(undefined),
    OldImage: Identity.optional().catch(undefined),
  }),
});

/** What a stream record is about; undefined when it is nothing that is indexed. Raises a `ZodError` when it does not say. */
function subjectIn(record: unknown): Subject | undefined {
  const { Keys, NewImage, OldImage } = Identified.parse(record).dynamodb;
  const { pk, sk } = Identity.parse(Keys ?? NewImage ?? OldImage);
  return subjectOf({ pk: pk.S, sk: sk.S });
}

/** The same thing, several times parked, is written once. */
const distinct = (subjects: readonly Subject[]): Subject[] => [
  ...new Map(subjects.map((subject) => [JSON.stringify(subject), subject])).values(),
];

/** Brings what some records are about into the index as the table has it now. False when something of it cannot be. */
async function redrive(records: readonly unknown[], at: number): Promise<boolean> {
  const subjects = distinct(records.flatMap((record) => subjectIn(record) ?? []));
  const wanted = await lazily(new Set(subjects.map(({ tenantId }) => tenantId)));
  const writes: IndexWrite[] = [];
  for (const subject of subjects) if (wanted.has(subject.tenantId)) writes.push(...(await writesNow(subject, at)));
  return (await writeDocuments(writes)).every((result) => typeof result === 'string');
}

/** What became of what was parked: taken out again, and what is still there. */
export interface Redriven {
  readonly redriven: number;
  readonly left: number;
}

/**
 * Deals once more with everything that was parked of the search index, until a time (ms): what the records are about is read from the table now, never
 * taken from the record, whose state may be long over. What works is taken out of the bucket.
 */
export async function redriveParked({
  now,
  until,
}: {
  readonly now: () => number;
  readonly until: number;
}): Promise<Redriven> {
  let [redriven, left] = [0, 0];
  for await (const keys of parkedFor(indexSearch.name))
    for (const key of keys) {
      if (now() >= until) {
        left++;
        continue;
      }
      try {
        const records = await recordsIn(key, indexSearch.name);
        if (!records) continue;
        if (await redrive(records, now())) {
          await unpark(key);
          redriven++;
        } else left++;
      } catch (error) {
        left++;
        log.error('redrive.failed', error, { key });
      }
    }
  return { redriven, left };
}
