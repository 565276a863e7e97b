import type { Item } from '#table/entity.ts';
import { sizeOfItem } from './item-size.ts';

/**
 * What requests cost in capacity units, from the sizes of the items they touch. Source: Amazon DynamoDB Developer Guide,
 * "DynamoDB read and write operations", "Using global secondary indexes" (throughput of writes) and "Condition expressions".
 */

/** The keys of a global secondary index, and which attributes it holds besides; all when not said. */
export interface Index {
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly projected?: readonly string[];
}

const KB = 1024;
const inUnitsOf = (bytes: number, unit: number): number => Math.max(1, Math.ceil(bytes / unit));

/** Write units of one write: the larger of the item before and after it, in started KB; at least 1. */
export const writeUnits = (before: Item | undefined, after: Item | undefined): number =>
  inUnitsOf(Math.max(before ? sizeOfItem(before) : 0, after ? sizeOfItem(after) : 0), KB);

/** What an index holds of an item. */
const entryOf = (index: Index, item: Item | undefined): Item | undefined => {
  if (!item || !index.projected) return item;
  const held = ['pk', 'sk', index.partitionKey, index.sortKey, ...index.projected];
  return Object.fromEntries(Object.entries(item).filter(([name]) => held.includes(name)));
};

const placeIn = ({ partitionKey, sortKey }: Index, item: Item | undefined): string | undefined =>
  item?.[partitionKey] === undefined || item[sortKey] === undefined
    ? undefined
    : JSON.stringify([item[partitionKey], item[sortKey]]);

/**
 * Write units of an index for one write to its table: one entry put or deleted, both when its key moves, none when nothing
 * of it changed. Indexes follow a transaction by ordinary replication, so they are not doubled there; AWS documents no
 * figure for that.
 */
export function indexUnits(index: Index, whole: Item | undefined, wholeAfter: Item | undefined): number {
  const [before, after] = [entryOf(index, whole), entryOf(index, wholeAfter)];
  const [from, to] = [placeIn(index, before), placeIn(index, after)];
  if (from === undefined && to === undefined) return 0;
  if (from !== to)
    return (
      (from === undefined ? 0 : writeUnits(before, undefined)) + (to === undefined ? 0 : writeUnits(after, undefined))
    );
  return JSON.stringify(sorted(before)) === JSON.stringify(sorted(after)) ? 0 : writeUnits(before, after);
}

const sorted = (item: Item | undefined) => Object.entries(item ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

/** Read units for so many bytes: started 4 KB, at least one; half when eventually consistent. */
export const readUnits = (bytes: number, consistent: boolean): number =>
  inUnitsOf(bytes, 4 * KB) * (consistent ? 1 : 0.5);

/** Read units of items read by key: each is rounded by itself, and one that is not there costs as much as a small one. */
export const readUnitsOfKeys = (items: readonly Item[], missing: number, consistent: boolean): number =>
  items.reduce((units, item) => units + readUnits(sizeOfItem(item), consistent), 0) +
  missing * readUnits(0, consistent);

/** Read units of one page of a query: the items it went through are added up before they are rounded. */
export const readUnitsOfQuery = (items: readonly Item[], consistent: boolean): number =>
  readUnits(
    items.reduce((bytes, item) => bytes + sizeOfItem(item), 0),
    consistent,
  );
