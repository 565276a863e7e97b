import type { sendMessage } from '#contract/messages.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import type { Handle } from '#runtime/service.ts';
import { send } from '#sending/send.ts';

export const handleSendMessage: Handle<typeof sendMessage> = ({ clientId = mintClientId(), ...rest }, request) =>
  send(request, { ...rest, clientId });
