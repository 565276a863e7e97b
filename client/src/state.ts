import type {
  Bookmark,
  ConversationDetails,
  Event,
  Message,
  MyConversation,
  MyThread,
  Operations,
  Participant,
  Pins,
} from './contract.ts';
import type { Problem } from './errors.ts';

type Told<T extends Event['type']> = Extract<Event, { readonly type: T }>;

/** What is kept about a conversation besides what its line in the list says. */
export type Details = Pick<ConversationDetails, 'description' | 'metadata' | 'conversationSettings' | 'version'>;

/** A conversation that is open on this device: its newest messages without a gap, and what goes with them. */
export interface Room {
  readonly details: Details;
  /** By number; from the oldest that was loaded to the newest. */
  readonly messages: readonly Message[];
  /** Where older messages go on; null when the oldest is here. */
  readonly older: string | null;
  /** The first hundred, by user id, with how far each has read and what has reached them. */
  readonly participants: readonly Participant[];
  readonly pins: Pins;
  /** Of threads as far as this user's devices told: by the root's id. */
  readonly threads: Readonly<Record<string, MyThread>>;
  /** Who is writing: until when, by user id. */
  readonly typing: Readonly<Record<string, string>>;
  /** How far a large conversation is, where nobody is named. */
  readonly receipts: Omit<Told<'receipts'>, 'type' | 'conversationId'> | null;
}

/** A message of one's own on its way. */
export interface Outgoing {
  readonly clientId: string;
  readonly conversationId: string;
  readonly draft: MessageContent;
  /** The message that it is a reply to in a thread. */
  readonly parentId: string | null;
  /** `sent`: stored, and shown as soon as those before it are here. `failed`: `error` says why, and it is not tried again. */
  readonly state: 'pending' | 'sent' | 'failed';
  readonly error: Problem | null;
  /** When it was written, by the server's clock. */
  readonly at: string;
}

/** What a message is made of. */
export type MessageContent = Omit<Operations['sendMessage']['input'], 'conversationId' | 'clientId'>;

/**
 * What an event tells of, but not how it is now, or what was missed: it is fetched. `line`: a conversation's line in the
 * list. `hidden`: which of its messages one has hidden. `thread`: how one has it.
 */
export type Need =
  | { readonly of: 'line' | 'participants' | 'pins' | 'hidden'; readonly conversationId: string }
  | { readonly of: 'thread'; readonly conversationId: string; readonly messageId: string }
  | { readonly of: 'draft'; readonly conversationId: string; readonly threadId: string | null };

export type DraftState = Operations['getDraft']['output'];

/** Whether this client hears what happens, and why not. */
export interface ConnectionState {
  readonly phase: 'offline' | 'connecting' | 'online' | 'refused';
  readonly error: Problem | null;
}

/** Everything that a client shows. Parts that did not change stay the same objects. */
export interface State {
  /** Who this is; null until it is known. */
  readonly me: string | null;
  readonly connection: ConnectionState;
  /** Lines of the list that were loaded or heard of, by id. */
  readonly conversations: Readonly<Record<string, MyConversation>>;
  /** Where the list goes on; null at its end, undefined while nothing of it was loaded. */
  readonly listed: string | null | undefined;
  /** The conversations that are open, by id. */
  readonly rooms: Readonly<Record<string, Room>>;
  readonly outbox: readonly Outgoing[];
  readonly presence: Readonly<Record<string, { readonly online: boolean; readonly lastSeenAt: string | null }>>;
  /** As far as devices told, by message id. */
  readonly bookmarks: Readonly<Record<string, Bookmark>>;
  /** By `draftKey`. */
  readonly drafts: Readonly<Record<string, DraftState>>;
  /** Those that wait for an answer, by id. */
  readonly invitations: Readonly<Record<string, Told<'invitation:received'>['invitation']>>;
  readonly scheduled: Readonly<Record<string, Omit<Told<'scheduled:updated'>, 'type'>>>;
  readonly media: Readonly<Record<string, Omit<Told<'media:updated'>, 'type'>>>;
  /** What is to be fetched, by `needKey`. */
  readonly needs: Readonly<Record<string, Need>>;
}

export const EMPTY: State = {
  me: null,
  connection: { phase: 'offline', error: null },
  conversations: {},
  listed: undefined,
  rooms: {},
  outbox: [],
  presence: {},
  bookmarks: {},
  drafts: {},
  invitations: {},
  scheduled: {},
  media: {},
  needs: {},
};

export const needKey = (need: Need): string =>
  `${need.of} ${need.conversationId} ${'threadId' in need ? need.threadId : 'messageId' in need ? need.messageId : ''}`;

export const draftKey = (conversationId: string, threadId: string | null | undefined): string =>
  threadId ? `${conversationId} ${threadId}` : conversationId;

/** A record with one entry put or, with undefined, taken away. */
export function put<T>(
  record: Readonly<Record<string, T>>,
  key: string,
  value: T | undefined,
): Readonly<Record<string, T>> {
  if (value === record[key]) return record;
  if (value !== undefined) return { ...record, [key]: value };
  const { [key]: _, ...rest } = record;
  return rest;
}
