import { threadsApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleGetThread } from './get-thread.ts';
import { handleListReplies } from './list-replies.ts';
import { handleListThreadParticipants } from './list-thread-participants.ts';
import { handleListThreads } from './list-threads.ts';
import { handleMarkThreadRead } from './mark-thread-read.ts';
import { handleReplyToMessage } from './reply-to-message.ts';
import { handleSubscribeToThread } from './subscribe-to-thread.ts';

export const handler = service(threadsApi, {
  replyToMessage: handleReplyToMessage,
  listReplies: handleListReplies,
  getThread: handleGetThread,
  listThreadParticipants: handleListThreadParticipants,
  subscribeToThread: handleSubscribeToThread,
  markThreadRead: handleMarkThreadRead,
  listThreads: handleListThreads,
});
