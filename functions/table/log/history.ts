import { documents } from '#aws/documents.ts';
import type { Message } from '#contract/messages.ts';
import { wholeOf } from '../archive-part.ts';
import { digits, join, type TenantKey } from '../entity.ts';
import { logPartition, MessageEntity, seqOf, toMessage } from '../message.ts';
import { TABLE } from '../schema.ts';
import { tableName } from '../table-name.ts';
import { settle } from './settle.ts';
import type { Entry, LogHead, LogStore } from './store.ts';

/** Greater than any number of a log. */
const END = 999_999_999_999_999;

/** Times a page is looked at again, consistently, because a message that belongs on it was stored meanwhile. */
export const LOOKS = 3;

export interface HistoryPage {
  readonly messages: Message[];
  /** The number after which this page's order goes on; undefined at the end. */
  readonly next: number | undefined;
}

interface Scan {
  readonly seqs: number[];
  readonly messages: Message[];
  /** Numbers of the page whose message, or void, is older than its reader is shown. */
  readonly expired: ReadonlySet<number>;
  readonly more: boolean;
}

/** AP-18 A stretch of a conversation's messages with one query, in either direction from a number (not included). */
async function scan(
  tenant: TenantKey,
  conversationId: string,
  { order, from, limit, reader, consistent }: Place & { readonly limit: number; readonly consistent: boolean },
): Promise<Scan> {
  const newest = order === 'newest';
  const visibleFrom = reader?.from ?? 1;
  const [first, last] = newest ? [visibleFrom, (from ?? END) - 1] : [Math.max(visibleFrom, (from ?? 0) + 1), END];
  if (first > last) return { seqs: [], messages: [], expired: new Set(), more: false };
  const { Items = [], LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    ConsistentRead: consistent,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': logPartition(tenant, conversationId),
      ':first': join('M', digits(first)),
      ':last': join('M', digits(last)),
    },
    ScanIndexForward: !newest,
    Limit: limit,
  });
  const seqs = Items.map(({ sk }) => seqOf(sk));
  const since = reader?.since ?? 0;
  const stored = Items.filter((item) => item[TABLE.entity] === MessageEntity.type && Number(item.a) >= since).map(
    (item) => ({ conversationId, seq: seqOf(item.sk), stored: MessageEntity.fromItem(item) }),
  );
  const whole = await wholeOf(tenant, stored);
  const messages = whole.map((one) => toMessage(conversationId, one.seq, one.stored));
  const expired = new Set(Items.filter(({ a }) => Number(a) < since).map(({ sk }) => seqOf(sk)));
  return { seqs, messages, expired, more: LastEvaluatedKey !== undefined };
}

/** Where a reading of the history stands. `from` is the number last seen; undefined starts at the order's own end. */
export interface Place {
  readonly order: 'newest' | 'oldest';
  readonly from: number | undefined;
  /** What the reader may see; everything when not said. */
  readonly reader?: Reader;
}

/** What somebody may see of a log. `isHidden` tells which numbers between two they have hidden from themselves. */
export interface Reader {
  /** The first number. */
  readonly from: number;
  /** The time (ms) of the oldest message. */
  readonly since: number;
  readonly isHidden: (between: readonly [first: number, last: number]) => Promise<ReadonlySet<number>>;
}

/**
 * A page of history that never shows a number beyond an unsettled one. Only numbers that the head remembers, or that
 * were taken after it was read, can be unsettled: where the page does not show one of those itself, the log is asked;
 * an old hole is given a void on the way, a young one ends the page. `head` may be stale.
 */
export async function historyPage(
  tenant: TenantKey,
  conversationId: string,
  log: LogStore,
  head: LogHead,
  place: Place,
  limit: number,
): Promise<HistoryPage> {
  let { from } = place;
  for (let again = 0; ; ) {
    const page = await scan(tenant, conversationId, { ...place, from, limit, consistent: again > 0 });
    if (page.seqs.length === 0) return { messages: [], next: undefined };
    const settled = await settledAround(log, head, page, { ...place, from });
    // A message was stored between the two looks, or the first saw what was a moment ago: it belongs on this page.
    if (settled.missed !== undefined && again < LOOKS) {
      again += 1;
      continue;
    }
    const cut = Math.min(settled.cut, settled.missed ?? settled.cut);
    const seqs = page.seqs.filter((seq) => seq < cut);
    // Backwards nothing but older things follow; forwards, what is kept begins further on.
    const over = place.order === 'newest' && page.expired.size > 0;
    if (place.order === 'oldest' && page.expired.has(page.seqs.at(-1)!) && page.more) {
      from = (await firstKept(tenant, conversationId, page.seqs.at(-1)!, head.seq, place.reader!.since)) - 1;
      continue;
    }
    const shown = page.messages.filter(({ seq }) => seq < cut && !page.expired.has(seq));
    const hidden = await place.reader?.isHidden([Math.min(...page.seqs), Math.max(...page.seqs)]);
    const messages = hidden?.size ? shown.filter(({ seq }) => !hidden.has(seq)) : shown;
    if (over) return { messages, next: undefined };
    const beyond = seqs.length < page.seqs.length;
    // Forwards, a young hole is waited for where the page stops; backwards, what lies below it is still to come.
    const next =
      place.order === 'oldest'
        ? page.more || beyond
          ? seqs.at(-1)
          : undefined
        : page.more || (beyond && seqs.length === 0)
          ? (seqs.at(-1) ?? cut)
          : undefined;
    if (messages.length > 0 || next === undefined) return { messages, next };
    from = next;
  }
}

/**
 * AP-266 The smallest number above `low` whose message is kept, by bisection: times rise with numbers, but for functions'
 * clocks, so the page that begins there is looked at again. Half a read unit a step.
 */
async function firstKept(
  tenant: TenantKey,
  conversationId: string,
  low: number,
  high: number,
  since: number,
): Promise<number> {
  let [expired, kept] = [low, high + 1];
  while (kept - expired > 1) {
    const middle = Math.floor((expired + kept) / 2);
    const { Items } = await documents.query({
      TableName: tableName(),
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ProjectionExpression: 'sk, a',
      ExpressionAttributeValues: {
        ':pk': logPartition(tenant, conversationId),
        ':first': join('M', digits(middle)),
        ':last': join('M', digits(kept - 1)),
      },
      Limit: 1,
    });
    const [item] = Items;
    if (item && Number(item.a) < since) expired = seqOf(item.sk);
    else kept = middle;
  }
  return kept;
}

/**
 * What is unsettled at or below what a page shows, and the smallest number of a message that belongs on it and is not: the
 * page was read eventually consistently and before the look at what is missing. A page backwards reaches up to where the
 * one before it ended, not only to the highest number that it found.
 */
function settledAround(
  log: LogStore,
  head: LogHead,
  { seqs, messages, more }: Scan,
  { order, from, reader }: Place,
): Promise<Around> {
  const highest = Math.max(...seqs);
  const backwards = order === 'newest';
  const upTo = backwards ? (from ?? highest) : highest;
  // What is unsettled below the highest number shown was taken before its message was stored.
  const highestAt = messages.find(({ seq }) => seq === upTo)?.createdAt;
  const takenBy = highestAt ? Date.parse(highestAt) : undefined;
  const lowest = Math.max(reader?.from ?? 1, backwards ? (more ? Math.min(...seqs) : 1) : (from ?? 0) + 1);
  return lookAround(log, head, { seqs, upTo, takenBy }, ({ seq }) => seq >= lowest);
}

/** What was found around the numbers that a page shows. */
interface Around {
  /** The smallest unsettled number; Infinity when all is settled. */
  readonly cut: number;
  /** The smallest number of a message that belongs on the page and is not there. */
  readonly missed: number | undefined;
}

/**
 * Looks at the numbers below `upTo` that may be unsettled and that a page (`seqs`) does not show. `takenBy`: a time (ms) by
 * which all of them had been taken, where it is known. `belongs`: whether a message belongs on the page: one that was
 * stored after the page was read does, and is missed.
 */
export async function lookAround(
  log: LogStore,
  head: LogHead,
  {
    seqs,
    upTo,
    takenBy,
  }: { readonly seqs: readonly number[]; readonly upTo: number; readonly takenBy?: number | undefined },
  belongs: (entry: Entry & { readonly kind: 'message' }) => boolean,
): Promise<Around> {
  const shown = new Set(seqs);
  const suspects = [...Object.values(head.recent), ...Object.values(head.older)].filter(
    (seq) => seq < upTo && !shown.has(seq),
  );
  for (let seq = head.seq + 1; seq < upTo; seq++) if (!shown.has(seq)) suspects.push(seq);
  if (suspects.length === 0) return { cut: Number.POSITIVE_INFINITY, missed: undefined };
  const settled = await settle(log, suspects, takenBy ?? head.lastAt);
  const missed = suspects.filter((seq) => {
    const entry = settled.get(seq);
    return entry?.kind === 'message' && belongs(entry);
  });
  return {
    cut: Math.min(Number.POSITIVE_INFINITY, ...suspects.filter((seq) => !settled.has(seq))),
    missed: missed.length > 0 ? Math.min(...missed) : undefined,
  };
}
