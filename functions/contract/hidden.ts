import * as z from 'zod';
import { MessageId } from './ids.ts';
import { route } from './route.ts';
import { READS } from './within.ts';

export const hideMessage = route({
  method: 'PUT',
  path: '/messages/{messageId}/hidden',
  summary: 'Delete a message for yourself alone: you see it nowhere any more, the others as before',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:put', 'table:update', 'sockets:post', 'stragglers:send'],
  input: z.strictObject({ messageId: MessageId }),
  output: z.strictObject({ messageId: MessageId, hidden: z.literal(true) }),
  refuses: ['message.not_found'],
  status: 200,
});
