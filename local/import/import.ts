/**
 * `npm run import -- FILE [--tenant demo] [--instance dev] [--as admin]`: brings a chat in through the public API.
 * `--url https://… --token …` imports into any deployment; the token may come from PARLEY_TOKEN instead.
 */
import { parseArgs } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import { instanceNamed, loadStack } from '../instance.ts';
import { mintToken } from '../issuer/tokens.ts';
import { main, Problem } from '../problem.ts';
import { type Access, sender } from './api-client.ts';
import { readChatFile } from './chat-file.ts';
import { importRoom } from './import-room.ts';
import { roomsOf } from './rooms.ts';

const count = (value: number): string => value.toLocaleString('en');

interface Options {
  readonly tenant: string;
  readonly instance: string;
  readonly as: string;
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

function accessOf({ tenant, instance: name, as: user, url, token }: Options): Access {
  if (url !== undefined) {
    if (!URL.canParse(url)) throw new Problem(`--url ${url} is not a URL.`);
    if (!token) throw new Problem('--url needs a token with the role admin: --token, or PARLEY_TOKEN.');
    return { url: url.replace(/\/+$/, ''), token: () => Promise.resolve(token) };
  }
  const instance = instanceNamed(name);
  const { restUrl } = loadStack(instance);
  if (!restUrl) throw new Problem(`The app is not deployed as "${name}" yet: start it with npm start.`);
  return {
    url: restUrl.replace(/\/+$/, ''),
    token: () => mintToken(instance, { tenant, user, roles: ['admin'] }),
  };
}

async function importFile(file: string, options: Options): Promise<void> {
  const chat = await readChatFile(file);
  const send = sender(accessOf(options));
  const rooms = roomsOf(chat);
  const bar = new SingleBar(
    {
      format: '{bar} {percentage} %  {value} of {total} messages  {speed} messages/s  {room}',
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 5_000,
      emptyOnZero: true,
    },
    Presets.shades_classic,
  );
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  let before = 0;
  let done = 0;
  const results: string[] = [];
  let added = 0;
  bar.start(chat.lines.length, 0, { speed: '0', room: '' });
  try {
    for (const room of rooms) {
      const { name, type } = room.start.conversation;
      let first: number | undefined;
      const imported = await importRoom(send, room, (stored) => {
        if (first === undefined) before += first = stored;
        const speed = count(Math.round((done + stored - before) / Math.max(seconds(), 0.001)));
        bar.update(done + stored, { speed, room: name });
      });
      done += room.messages.length;
      added += imported.added;
      const came = imported.added === 0 ? 'nothing to add' : `${count(imported.added)} messages added`;
      results.push(`${name} (${type}, ${imported.conversationId}): ${came}, ${count(room.messages.length)} in all`);
    }
  } finally {
    bar.stop();
  }
  for (const line of results) console.log(line);
  if (added === 0) console.log(`Nothing to add: all ${count(chat.lines.length)} messages are there already.`);
  else
    console.log(
      `${count(added)} messages in ${seconds().toFixed(1)} s, ${count(Math.round(added / seconds()))} a second.`,
    );
}

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tenant: { type: 'string', default: 'demo' },
      instance: { type: 'string', default: 'dev' },
      as: { type: 'string', default: 'admin' },
      url: { type: 'string' },
      token: { type: 'string', default: process.env.PARLEY_TOKEN },
    },
  });
  const [file, ...others] = positionals;
  if (!file || others.length > 0) throw new Problem('Name one file: npm run import -- chat.jsonl.gz');
  await importFile(file, values);
  return 0;
});
