import type { Event, Message } from './contract.ts';
import { messageIdOf } from './ids.ts';
import { usual } from './usual.ts';

type Created = Extract<Event, { readonly type: 'message:created' }>;

/** An event as a frame carries it: of a message it leaves out what the event says already, and what is as usual. */
export type LeanEvent =
  | Exclude<Event, Created>
  | (Omit<Created, 'message'> & {
      readonly message: Pick<Message, 'senderId' | 'body' | 'createdAt'> & Partial<Message>;
    });

/** The event of which a frame carried this; one that is whole stays as it is. */
export function wholeOf(event: LeanEvent): Event {
  if (event.type !== 'message:created') return event;
  const { conversationId, seq, message } = event;
  return { ...event, message: { id: messageIdOf(conversationId, seq), conversationId, seq, ...usual(), ...message } };
}
