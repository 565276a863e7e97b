import { openRoom, say, textOf } from '../actors.ts';
import type { Context } from '../context.ts';
import type { Row } from '../row.ts';

const TEXT_BYTES = 120;

/** What the wire carries for a message besides what was said: the frame less the message's body. */
export async function frameRows({ world }: Context): Promise<Row[]> {
  const { recorder } = await world();
  const room = await openRoom(10);
  const text = textOf(TEXT_BYTES);
  await say(room, text);
  recorder.take();
  await say(room, text);
  const frame = recorder.take().find(({ name }) => name === 'post');
  if (!frame) throw new Error('the message was pushed to nobody');
  const body = Buffer.byteLength(JSON.stringify({ type: 'text', text }));
  return [
    {
      name: 'A message’s frame besides its body',
      measured: frame.requestBytes - body,
      unit: 'bytes',
      budget: 200,
      note: `a text of ${TEXT_BYTES} bytes, its body ${body} bytes of JSON, alone in its frame of ${frame.requestBytes}`,
    },
  ];
}
