import type { MessageDraft } from '#contract/message-bodies.ts';
import type { MentionsDraft } from '#contract/message-parts.ts';
import type { Origin } from '#domain/forward.ts';
import type { Refusal } from '#domain/refusal.ts';

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
}
