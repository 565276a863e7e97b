import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { join, type Key, SYSTEM } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** One index, as it was built: its name, the version of its mapping, and over how many routings each large tenant is spread in it. */
export const Generation = z.object({
  name: z.string(),
  mapping: z.number(),
  partitions: z.record(z.string(), z.number()),
});
export type Generation = z.output<typeof Generation>;

const State = z.object({
  /** What searches read. */
  live: Generation,
  /** What a reindex is filling. Written like the live one, and read by nobody. */
  building: Generation.optional(),
  /** What was live before the last swap: written still, so that it can be live again. */
  kept: Generation.optional(),
  /** When it became that (ms). */
  keptAt: z.number().optional(),
  /** Indices that nobody is to use any more, and since when (ms): they are deleted once nobody can think otherwise. */
  gone: z.array(z.object({ name: z.string(), at: z.number() })).optional(),
  /** The version of the mapping that was rolled back: a reindex for it is begun by people, no longer by itself. */
  heldMapping: z.number().optional(),
  /** Counts the generations that there ever were. */
  last: z.number(),
  /** Counts changes of this state. */
  rev: z.number(),
});

/** Which indices there are and what for. An index exists before it stands here, and is deleted after it has left. */
export type IndexState = z.output<typeof State>;

const KEY: Key = { pk: join(SYSTEM, 'SEARCH'), sk: 'STATE' };

/** What holds before anything was written. */
const FIRST: IndexState = {
  live: { name: 'search-v2-1', mapping: 2, partitions: {} },
  last: 1,
  rev: 0,
};

/** For how long (ms) a reader may go by what it has read. */
const FRESH_MS = 5_000;

let known: { readonly table: string; readonly at: number; readonly state: IndexState } | undefined;

/**
 * AP-640 Which indices there are. Without a time: consistently, as whoever writes has to ask, after it has what it writes.
 * With the time (ms): as whoever reads may ask; up to five seconds old, which costs nothing.
 */
export async function indexState(at?: number): Promise<IndexState> {
  const table = tableName();
  if (at !== undefined && known?.table === table && at - known.at < FRESH_MS && at >= known.at) return known.state;
  const { Item } = await documents.get({
    TableName: table,
    Key: { ...KEY },
    ConsistentRead: at === undefined,
  });
  const state = Item ? State.parse(Item) : FIRST;
  if (at !== undefined) known = { table, at, state };
  return state;
}

/** Changes that nobody else made meanwhile; more often than this, something is wrong. */
const TRIES = 20;

/**
 * AP-641 Change the state as `change` says, which gets it as it is now; undefined from it changes nothing. Answers what holds
 * then. Whoever else changes it at the same moment comes before or after.
 */
export async function changeIndexState(
  change: (state: IndexState) => Omit<IndexState, 'rev'> | undefined,
): Promise<IndexState> {
  for (let attempt = 1; ; attempt++) {
    const before = await indexState();
    const after = change(before);
    if (!after) return before;
    const state = { ...after, rev: before.rev + 1 };
    try {
      await documents.put({
        TableName: tableName(),
        Item: { ...state, ...KEY, [TABLE.entity]: 'search-index' },
        ConditionExpression: 'attribute_not_exists(pk) OR rev = :rev',
        ExpressionAttributeValues: { ':rev': before.rev },
      });
      return state;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || attempt === TRIES) throw error;
    }
  }
}
