import * as z from 'zod';
import { Event } from './events.ts';
import { usual, wholeOf } from './lean.ts';
import { Message } from './messages.ts';

type Usual = keyof ReturnType<typeof usual>;
type Left = { [K in Usual]: z.ZodOptional<(typeof Message.shape)[K]> };

/** The fields that may be left out, with what they are then as their default. */
const left = Object.fromEntries(
  Object.entries(usual()).map(([name, value]) => [
    name,
    Message.shape[name as Usual].optional().meta({ default: value }),
  ]),
) as unknown as Left;

const LeanMessage = Message.omit({ id: true, conversationId: true, seq: true }).extend(left).meta({
  id: 'LeanMessage',
  description:
    'A message in a frame. Its id, conversation and number are those of its event; what is absent is its default.',
});

const [Created, ...others] = Event.options;

/** What the server sends: a batch of events, messages in them lean. */
export const LeanFrame = z.strictObject({
  events: z.array(z.discriminatedUnion('type', [Created.extend({ message: LeanMessage }), ...others])).min(1),
});

/** A frame, read: its events are whole again. */
export const Frame = LeanFrame.transform(({ events }) => ({ events: events.map(wholeOf) }));
export type Frame = z.output<typeof Frame>;
