import type { Event } from '#contract/events.ts';
import type { MessageDraft } from '#contract/message-bodies.ts';
import type { MentionsDraft } from '#contract/message-parts.ts';
import type { Origin } from '#domain/forward.ts';
import type { Refusal } from '#domain/refusal.ts';
import type { StoredMedia } from '#table/media.ts';
import type { StoredMessage } from '#table/message.ts';

/** What a user wants to say in a conversation: the same `clientId` any number of times says it once. */
export interface Outgoing {
  readonly conversationId: string;
  readonly clientId: string;
  readonly body: MessageDraft;
  /** Media ids. */
  readonly attachments?: readonly string[] | undefined;
  readonly mentions?: MentionsDraft | undefined;
  /** The id of the message that it answers. */
  readonly replyTo?: string | undefined;
  /** A copy of the message with this id: what it comes from or, where the caller may not have it, why. */
  readonly forward?: { readonly messageId: string; readonly origin?: Origin; readonly refusal?: Refusal } | undefined;
  /** Set for a reply in a thread. */
  readonly within?: Threaded | undefined;
}

/** What a message has to do with a thread, as far as sending it is concerned. */
export interface Threaded {
  /** What it answers: the same `clientId` for another answer is refused. */
  readonly asked: unknown;
  /** Why there can be no such reply; undefined when there can. */
  readonly refusal: Refusal | undefined;
  /** Where it stands; undefined when it is refused. */
  readonly place: StoredMessage['t'];
  /** Stores it, with the links of the media that it carries, in place of a write-once put of it alone. False when something lies at the number. */
  readonly store: (seq: number, stored: StoredMessage, media: readonly StoredMedia[]) => Promise<boolean>;
  /** What is told behind it, once it is stored, now or earlier. */
  readonly events: (seq: number, at: number, replayed: boolean) => Promise<readonly Event[]>;
}
