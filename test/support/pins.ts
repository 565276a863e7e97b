import { api } from '#contract/api.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler } from '#functions/api/pins/pins.lambda.ts';
import { scope } from '#table/entity.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aGroup } from '#test/support/conversations.ts';

interface Shown {
  readonly version: number;
  readonly items: readonly { readonly message: { readonly id: string } }[];
}

export const pin = (messageId: string, options: CallOptions = {}) =>
  call(handler, api.pins.pinMessage, { messageId }, options);
export const unpin = (messageId: string, options: CallOptions = {}) =>
  call(handler, api.pins.unpinMessage, { messageId }, options);
export const order = (
  conversationId: string,
  version: number,
  messageIds: readonly string[],
  options: CallOptions = {},
) => call(handler, api.pins.orderPins, { conversationId, version, messageIds }, options);
export const pins = async (conversationId: string, options: CallOptions = {}) =>
  (await call(handler, api.pins.listPins, { conversationId }, options)).body as unknown as Shown;

/** A group of ada, who may pin in it, bob and carol. */
export const aPinnable = (members: readonly string[] = ['ada', 'bob', 'carol']) => aGroup(scope('acme'), members);

/** Sends a text and answers the message’s id. */
export async function say(conversationId: string, text: string, userId = 'ada'): Promise<string> {
  const { body } = await call(
    messages,
    api.messages.sendMessage,
    { conversationId, body: { type: 'text', text } },
    { userId },
  );
  return String(body['id']);
}
