import { ParleyError } from '#client/errors.ts';
import { draftKey, type State } from '#client/state.ts';
import type { Device } from './device.ts';

/**
 * Parts that hold only what this user's devices were told of, so that one that starts later has less: each entry is held
 * against the operation that tells how it is.
 */
type Partial_ = Pick<State, 'bookmarks' | 'drafts' | 'invitations' | 'scheduled' | 'media'>;

/** The same with its keys in order, as text. */
export const canonical = (value: unknown): string =>
  JSON.stringify(
    value,
    (_, inner: unknown) =>
      inner !== null && typeof inner === 'object' && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    1,
  );

const unlessGone = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ParleyError && error.isFinal) return undefined;
    throw error;
  }
};

const entriesOf = async <T>(
  record: Readonly<Record<string, T>>,
  look: (key: string, known: T) => Promise<T | undefined>,
): Promise<Record<string, T>> => {
  const found: Record<string, T> = {};
  for (const [key, known] of Object.entries(record)) {
    const now = await look(key, known);
    if (now !== undefined) found[key] = now;
  }
  return found;
};

/** How those parts are now, for the same entries. */
async function partsNow({ client }: Device, known: State): Promise<Partial_> {
  const { call } = client;
  const bookmarks = Object.keys(known.bookmarks).length > 0 ? (await call('listBookmarks', { limit: 100 })).items : [];
  const invitations =
    Object.keys(known.invitations).length > 0 ? (await call('listReceived', { limit: 100 })).items : [];
  const scheduled = Object.keys(known.scheduled).length > 0 ? (await call('listScheduled', { limit: 100 })).items : [];
  return {
    bookmarks: await entriesOf(known.bookmarks, async (messageId) => {
      const found = bookmarks.find((one) => one.messageId === messageId);
      return found && { messageId, note: found.note, bookmarkedAt: found.bookmarkedAt };
    }),
    invitations: await entriesOf(known.invitations, async (id, { conversation }) => {
      const found = invitations.find((one) => one.id === id);
      // Name and number of members are those of when one was invited: outsiders are not told of later ones.
      return found && { ...found, conversation };
    }),
    scheduled: await entriesOf(known.scheduled, async (id) => {
      const one = scheduled.find((other) => other.id === id);
      if (!one) return undefined;
      const { conversationId, sendAt, state, version, messageId, reason } = one;
      return { scheduledId: id, conversationId, sendAt, state, version, messageId, reason };
    }),
    media: await entriesOf(known.media, async (mediaId) => {
      const { state, reason } = await call('getMedia', { mediaId });
      return { mediaId, state, reason };
    }),
    drafts: await entriesOf(known.drafts, async (_, { conversationId, threadId }) => {
      const draft = await unlessGone(call('getDraft', { conversationId, ...(threadId ? { threadId } : {}) }));
      return draft && draftKey(draft.conversationId, draft.threadId) ? draft : undefined;
    }),
  };
}

/** Everything of a state that is compared. Left out: docs/testing.md says what, and why. */
const shown = ({ outbox, rooms, ...state }: State, receiptsTurned: ReadonlySet<string>) => ({
  ...state,
  rooms: Object.fromEntries(
    Object.entries(rooms).map(([id, room]) => [
      id,
      {
        ...room,
        // Nobody is told that somebody shows, or shows no more, what they have read.
        participants: room.participants.map((one) =>
          receiptsTurned.has(one.userId) && one.userId !== state.me ? { ...one, readSeq: null } : one,
        ),
      },
    ]),
  ),
  // What was refused stays here until its user takes it away: no other device has it.
  outbox: outbox.filter((one) => one.state !== 'failed'),
});

/** What a device shows. */
export async function pictureOf(
  device: Device,
  receiptsTurned: ReadonlySet<string>,
): Promise<ReturnType<typeof shown>> {
  for (const id of device.wanted) while (await (await device.opened(id))?.loadOlder());
  return shown(device.client.state, receiptsTurned);
}

/** What a device that has just started shows of the same. */
export async function freshPictureOf(
  fresh: Device,
  old: Device,
  receiptsTurned: ReadonlySet<string>,
): Promise<ReturnType<typeof shown>> {
  const known = old.client.state;
  for (const id of old.wanted) while (await (await fresh.open(id))?.loadOlder());
  const { client } = fresh;
  const rooms: Record<string, State['rooms'][string]> = {};
  for (const [id, room] of Object.entries(client.state.rooms).filter(([key]) => old.wanted.has(key)))
    rooms[id] = {
      ...room,
      threads: await entriesOf(
        known.rooms[id]?.threads ?? {},
        async (messageId) => (await unlessGone(client.call('getThread', { messageId })))?.mine,
      ),
    };
  const conversations = { ...client.state.conversations };
  for (const id of Object.keys(known.conversations)) {
    // The list leaves out what is archived or hidden.
    const line = conversations[id] ?? (await unlessGone(client.call('getConversation', { conversationId: id })));
    if (line) conversations[id] = line;
  }
  const parts = await partsNow(fresh, known);
  return shown({ ...client.state, ...parts, rooms, conversations }, receiptsTurned);
}
