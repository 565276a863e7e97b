import { v7 as uuidv7 } from 'uuid';
import { sendMessage } from '#contract/messages.ts';
import { handler as messages } from '../../functions/api/messages/messages.lambda.ts';
import { act, openRoom, say, textOf } from '../actors.ts';
import type { Context } from '../context.ts';
import type { Row } from '../row.ts';

const TEXT_BYTES = 120;
const ENVELOPE = '{"events":[]}'.length;

const someClientId = (): string => uuidv7({}, Buffer.alloc(16)).toString('base64url');

/** What the wire carries for a message besides what was said: its event in a frame less the message's body. */
export async function frameRows({ world }: Context): Promise<Row[]> {
  const { recorder } = await world();
  const rows: Row[] = [];
  const body = { type: 'text', text: textOf(TEXT_BYTES) };
  const said = Buffer.byteLength(JSON.stringify(body));
  for (const userIdLength of [8, 36]) {
    const room = await openRoom(10, { userIdLength });
    await say(room, body.text);
    recorder.take();
    const clientId = someClientId();
    await act(messages, sendMessage, { conversationId: room.conversationId, clientId, body }, room);
    const frame = recorder.take().find(({ name }) => name === 'post');
    if (!frame) throw new Error('the message was pushed to nobody');
    rows.push({
      name: `A message’s event besides its body, user ids of ${userIdLength} characters`,
      measured: frame.requestBytes - ENVELOPE - said,
      unit: 'bytes',
      // The budget is for short names: a longer one is no overhead of the wire's making.
      ...(userIdLength === 8 ? { budget: 200 } : {}),
      note: `with its client id; a text of ${TEXT_BYTES} bytes, its body ${said} bytes of JSON, alone in its frame of ${frame.requestBytes}`,
    });
  }
  return rows;
}
