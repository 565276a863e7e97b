import { sendMessage } from '#contract/messages.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import { send } from '#sending/send.ts';
import { likeHttps } from './like-https.ts';

/** Sends a message. */
export const messageSend = likeHttps('message.send', sendMessage, ({ clientId = mintClientId(), ...rest }, request) =>
  send(request, { ...rest, clientId }),
);
