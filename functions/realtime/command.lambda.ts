import { messageSend } from './commands/message-send.ts';
import { pause } from './commands/pause.ts';
import { ping } from './commands/ping.ts';
import { presenceWatch } from './commands/presence-watch.ts';
import { react, unreact } from './commands/reactions.ts';
import { delivered, read } from './commands/receipts.ts';
import { resume } from './commands/resume.ts';
import { typing } from './commands/typing.ts';
import { answerWith, type Handlers } from './frame.ts';

/** `$default`: every frame of a client, whatever its action says. Each command is a file in `commands/`. */
export const handler = answerWith({
  ping,
  resume,
  pause,
  'message.send': messageSend,
  read,
  delivered,
  react,
  unreact,
  typing,
  'presence.watch': presenceWatch,
} satisfies Required<Handlers>);
