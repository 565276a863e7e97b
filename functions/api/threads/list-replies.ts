import { messageIdOf } from '#contract/ids.ts';
import type { Message } from '#contract/messages.ts';
import type { Input, Output } from '#contract/route.ts';
import { type listReplies, MOST_BELOW } from '#contract/threads.ts';
import { type TreePage, treePage } from '#domain/thread-page.ts';
import { inSight } from '#domain/visibility.ts';
import { signingKey } from '#gateways/signing-key.ts';
import type { Caller } from '#runtime/caller.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import type { TenantKey } from '#table/entity.ts';
import { hiddenBetween } from '#table/hidden.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { LOOKS, lookAround } from '#table/log/history.ts';
import { messagesAt, toMessage } from '#table/message.ts';
import { type Listed, listReplies as listStored } from '#table/thread.ts';
import { findSeen, type Seen } from './find-thread.ts';

/** Greater than any number of a log. */
const END = 999_999_999_999_999;
/** Replies that a call looks through, and that it looks through at a time. */
const [MOST_READ, STEP] = [1_000, 250];
/** Characters of JSON on a page: a function answers with 6 MB at most. */
const MOST_CHARACTERS = 1_000_000;

type Asked = Pick<Input<typeof listReplies>, 'view' | 'order' | 'limit'>;
type Body = Output<typeof listReplies>;
/** What a page shows, by number. */
type Page = TreePage;

/** Replies below a message on one side of a place, as far as a call looks. */
interface Look {
  readonly replies: readonly Listed[];
  /** The number that was looked to; undefined where there are no more. */
  readonly left: number | undefined;
}

const floorOf = ({ sight, seq }: Seen): number => Math.max(sight.from, seq + 1);

async function look(
  tenant: TenantKey,
  seen: Seen,
  newest: boolean,
  from: number | undefined,
  enough: number,
): Promise<Look> {
  const { conversationId, seq, stored } = seen;
  const thread = { conversationId, root: stored.t?.r ?? seq };
  const floor = floorOf(seen);
  let [first, last] = newest ? [floor, (from ?? END) - 1] : [Math.max(floor, (from ?? 0) + 1), END];
  const replies: Listed[] = [];
  let left: number | undefined;
  for (let read = 0; read < MOST_READ && replies.length < enough; read += STEP) {
    const limit = Math.min(STEP, stored.t ? STEP : enough - replies.length);
    const range = { first, last, newest, limit, below: stored.t ? seq : undefined };
    const stretch = await listStored(tenant, thread, range);
    replies.push(...stretch.replies);
    left = stretch.last;
    if (left === undefined) break;
    if (newest) last = left - 1;
    else first = left + 1;
  }
  return { replies, left };
}

/**
 * The replies that may be shown: none beyond an unsettled number of the log. `held`: that number, where it holds some back.
 * One that was stored after the look, among those that it found, is looked for again.
 */
async function lookSettled(
  tenant: TenantKey,
  seen: Seen,
  newest: boolean,
  from: number | undefined,
  enough: number,
): Promise<Look & { readonly held: number | undefined }> {
  const { conversationId, seq: below, stored, head } = seen;
  for (let again = 0; ; again++) {
    const { replies, left } = await look(tenant, seen, newest, from, enough);
    const seqs = replies.map(({ seq }) => seq);
    const highest = newest ? (from ?? Math.max(0, ...seqs)) : Math.max(0, left ?? 0, ...seqs);
    const lowest = Math.max(floorOf(seen), newest ? (left ?? 0) : (from ?? 0) + 1);
    const around = await lookAround(
      logOf(tenant, conversationId),
      head,
      { seqs, upTo: highest },
      ({ seq, message: { t } }) => seq >= lowest && (stored.t ? (t?.p.includes(below) ?? false) : t?.r === below),
    );
    if (around.missed !== undefined && again < LOOKS) continue;
    const cut = Math.min(around.cut, around.missed ?? around.cut);
    const shown = replies.filter(({ seq }) => seq < cut);
    return { replies: shown, left, held: cut < highest ? cut : undefined };
  }
}

/** Flat: the first `limit` of what was read. `left`: how far was read when there is more. */
function flatPage(shown: readonly Listed[], limit: number, left: number | undefined): Page {
  const order = shown.slice(0, limit).map(({ seq }) => seq);
  return { order, truncated: [], next: shown.length > limit ? order.at(-1) : left };
}

/** The page, made smaller until its messages fit an answer. */
function fitting(pageOf: (share: number) => Page, messages: ReadonlyMap<number, Message>): Page {
  for (let share = 1; ; share /= 2) {
    const page = pageOf(share);
    const characters = page.order.reduce((sum, seq) => sum + JSON.stringify(messages.get(seq) ?? '').length, 0);
    if (characters <= MOST_CHARACTERS || page.order.length <= 1) return page;
  }
}

async function pageBelow(
  { tenant, userId }: Caller,
  seen: Seen,
  { view, order, limit }: Asked,
  from: number | undefined,
) {
  const { conversationId, seq, sight } = seen;
  const [newest, tree] = [order === 'newest' && view === 'flat', view === 'tree'];
  const { replies: shown, left, held } = await lookSettled(tenant, seen, newest, from, tree ? MOST_READ : limit);
  // Forwards, a young hole is waited for where the page stops; backwards, what lies below it is still to come.
  const above = held !== undefined && shown.length === 0 ? held : undefined;
  const more = newest ? (left ?? above) : held === undefined ? left : shown.at(-1)?.seq;
  const pageOf = (share: number): Page => {
    const most = Math.max(1, Math.floor(limit * share));
    const below = Math.floor(MOST_BELOW * share);
    return tree ? treePage(shown, seq, { limit: most, below, more: more !== undefined }) : flatPage(shown, most, more);
  };
  const numbers = pageOf(1).order;
  const [stored, hidden] = await Promise.all([
    messagesAt(tenant, conversationId, numbers),
    hiddenBetween(tenant, { conversationId, userId }, sight, [Math.min(...numbers), Math.max(...numbers)]),
  ]);
  const visible = [...stored].filter(([at, { a }]) => inSight(sight, at, a) && !hidden.has(at));
  const messages = new Map(visible.map(([at, message]) => [at, toMessage(conversationId, at, message)]));
  return { page: fitting(pageOf, messages), messages };
}

/** A page of the replies below a message. Its cursors carry their own order; a tree's go on with the next direct replies. */
export const handleListReplies: Handle<typeof listReplies> = async (
  { messageId, cursor, ...asked },
  request,
): Promise<{ body: Body }> => {
  const { tenant, userId } = request.caller;
  const key = await signingKey('cursor');
  const list = `replies\n${tenant}\n${userId}\n${messageId}\n${asked.view}`;
  const [order, from] = cursor === undefined ? [asked.order] : positionOf(key, list, cursor);
  const seen = await findSeen(request, messageId);
  const place = { ...asked, order: order === 'newest' ? ('newest' as const) : ('oldest' as const) };
  const { page, messages } = await pageBelow(
    request.caller,
    seen,
    place,
    from === undefined ? undefined : Number(from),
  );
  return {
    body: {
      items: page.order.flatMap((seq) => messages.get(seq) ?? []),
      truncated: page.truncated.map((seq) => messageIdOf(seen.conversationId, seq)),
      nextCursor: page.next === undefined ? null : cursorFor(key, list, [place.order, page.next]),
    },
  };
};
