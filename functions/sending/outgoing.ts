import type { MessageDraft } from '#contract/message-bodies.ts';
import type { MentionsDraft } from '#contract/message-parts.ts';

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
}
