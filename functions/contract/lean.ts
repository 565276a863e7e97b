import type { Event } from './events.ts';
import { messageIdOf } from './ids.ts';
import type { Message } from './messages.ts';

/** What a message is that was just sent: a frame leaves out what is so. */
export const usual = () =>
  ({
    clientId: null,
    attachments: [],
    mentions: null,
    replyTo: null,
    forwardedFrom: null,
    sentAt: null,
    version: 1,
    editedAt: null,
    pinned: false,
    reactions: [],
    reactionsSeq: 0,
    thread: null,
  }) satisfies Partial<Message>;

type Usual = keyof ReturnType<typeof usual>;
type Created = Extract<Event, { type: 'message:created' }>;

/** A message in a frame: without what its event says already, and without what is as usual. */
export type LeanMessage = Omit<Message, 'id' | 'conversationId' | 'seq' | Usual> & Partial<Pick<Message, Usual>>;

/** An event as a frame carries it: `message:created` with a lean message, all others as they are. */
export type LeanEvent = Exclude<Event, Created> | (Omit<Created, 'message'> & { message: LeanMessage });

const USUAL: Readonly<Record<string, unknown>> = usual();

const isUsual = (name: string, value: unknown): boolean =>
  name in USUAL && (Array.isArray(value) ? value.length === 0 : value === USUAL[name]);

/** What a frame carries of an event. */
export function leanOf(event: Event): LeanEvent {
  if (event.type !== 'message:created') return event;
  const { id: _, conversationId: __, seq: ___, ...said } = event.message;
  const message = Object.fromEntries(Object.entries(said).filter(([name, value]) => !isUsual(name, value)));
  return { ...event, message: message as LeanMessage };
}

/** The event of which a frame carried this. */
export function wholeOf(event: LeanEvent): Event {
  if (event.type !== 'message:created') return event;
  const { conversationId, seq, message } = event;
  return { ...event, message: { id: messageIdOf(conversationId, seq), conversationId, seq, ...usual(), ...message } };
}
