import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import * as z from 'zod';
import { MAX_RATE } from '#contract/tenant.ts';
import { memberOf } from '../actors.ts';
import { Answered, type Api, connect, type Person, signIn } from '../client.ts';
import { eachOf, type OnText, type Peer, type Room } from './peer.ts';

const Created = z.object({ id: z.string() });

/** How many sockets are opened side by side. */
const LANES = 4;

/** The first so many participants are named when a conversation is made, the others are added. */
const FIRST = 91;
const MORE = 50;

/** Parley: sends over HTTPS, hears over a WebSocket. */
export const parley = (api: Api): Peer => ({
  async openRoom(size: number, onText: OnText): Promise<Room> {
    const tenant = `peers-${randomBytes(6).toString('hex')}`;
    const people = await Promise.all(Array.from({ length: size }, (_, index) => signIn(api, tenant, memberOf(index))));
    const admin = await signIn(api, tenant, 'admin', ['admin']);
    await admin.patch('/tenant/settings', {
      version: 1,
      limits: { messagesPerMinute: MAX_RATE, messageBurst: MAX_RATE },
    });
    const owner = people[0]!;
    const others = people.slice(1).map(({ userId }) => userId);
    const group = { type: 'group', name: 'Peers', participants: others.slice(0, FIRST) };
    const { id } = Created.parse(await owner.post('/conversations', group));
    for (let from = FIRST; from < others.length; from += MORE)
      await owner.post(`/conversations/${id}/participants`, { userIds: others.slice(from, from + MORE) });
    const sockets = await eachOf(people, LANES, (person, index) =>
      connect(person, (events) => {
        for (const event of events) if (event.type === 'message:created') onText(index, textIn(event));
      }),
    );
    let repeated = 0;
    return {
      members: people.map((person) => ({
        send: async (text) => {
          repeated += await sendText(person, id, text);
        },
      })),
      repeated: () => repeated,
      close: async () => {
        for (const socket of sockets) socket.terminate();
      },
    };
  },
});

/** Times a send is tried, and milliseconds between two. */
const [TRIES, WAIT] = [5, 200];

/** Sends under an id of its own and, as clients do, once more under the same id when the server fails. Returns how often. */
export async function sendText(person: Person, conversationId: string, text: string): Promise<number> {
  const clientId = uuidv7({}, Buffer.alloc(16)).toString('base64url');
  for (let repeated = 0; ; repeated++) {
    try {
      await person.post(`/conversations/${conversationId}/messages`, { clientId, body: { type: 'text', text } });
      return repeated;
    } catch (error) {
      if (!(error instanceof Answered && error.status >= 500) || repeated + 1 >= TRIES) throw error;
      await pause(WAIT);
    }
  }
}

const MessageCreated = z.object({ message: z.object({ body: z.object({ text: z.string() }) }) });

/** The text of a `message:created`; raises when it has none. */
export const textIn = (event: unknown): string => MessageCreated.parse(event).message.body.text;
