import * as z from 'zod';
import { ConversationId, UserId } from './ids.ts';

/** Number of the log entry that a change wrote. */
export const ChangeSeq = z.int();
export const Place = z.strictObject({ conversationId: ConversationId });
export const OneUser = z.strictObject({ conversationId: ConversationId, userId: UserId });
