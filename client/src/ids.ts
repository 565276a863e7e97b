/** The conversation and the number that a message id carries. */
export const partsOfMessageId = (messageId: string): { readonly conversationId: string; readonly seq: number } => ({
  conversationId: `cnv_${messageId.slice(4, 26)}`,
  seq: Number(messageId.slice(27)),
});

/** The id of message number `seq` of a conversation. */
export const messageIdOf = (conversationId: string, seq: number): string => `msg_${conversationId.slice(4)}_${seq}`;
