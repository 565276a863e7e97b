import { createHmac, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { eachOf, type OnText, type Peer, type Room } from './peer.ts';

/** How many users are made and let in side by side. */
const LANES = 4;

/** Milliseconds a sync waits for something new. */
const WAIT = 30_000;

const NOTHING = { not_types: ['*'] };

/** Messages and nothing else: what this client wants to hear. */
const FILTER = JSON.stringify({
  presence: NOTHING,
  account_data: NOTHING,
  room: {
    state: NOTHING,
    ephemeral: NOTHING,
    account_data: NOTHING,
    timeline: { types: ['m.room.message'], limit: 100 },
  },
});

const Nonce = z.object({ nonce: z.string() });
const Registered = z.object({ access_token: z.string(), user_id: z.string() });
const Created = z.object({ room_id: z.string() });
const Event = z.object({ type: z.string(), content: z.looseObject({ body: z.string().optional() }) });
const Sync = z.object({
  next_batch: z.string(),
  rooms: z
    .object({
      join: z
        .record(
          z.string(),
          z.object({ timeline: z.object({ events: z.array(Event), limited: z.boolean().optional() }) }),
        )
        .optional(),
    })
    .optional(),
});

/** The texts that an answer to a sync brings, in order, and where the next one begins. Raises when it left some out. */
export function textsIn(answer: unknown): { readonly next: string; readonly texts: string[] } {
  const { next_batch: next, rooms } = Sync.parse(answer);
  const timelines = Object.values(rooms?.join ?? {}).map(({ timeline }) => timeline);
  if (timelines.some(({ limited }) => limited === true)) throw new Error('the sync left messages out: it was too slow');
  const events = timelines.flatMap((timeline) => timeline.events);
  return {
    next,
    texts: events.flatMap(({ type, content }) => (type === 'm.room.message' ? [content.body ?? ''] : [])),
  };
}

/** The proof that whoever registers a user knows the server's secret. */
export const registrationMac = (secret: string, nonce: string, user: string, password: string): string =>
  createHmac('sha1', secret).update([nonce, user, password, 'notadmin'].join('\0')).digest('hex');

class Account {
  private readonly url: string;
  readonly token: string | undefined;

  constructor(url: string, token?: string) {
    this.url = url;
    this.token = token;
  }

  async call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as unknown;
  }
}

const CLIENT = '/_matrix/client/v3';
const REGISTER = '/_synapse/admin/v1/register';

async function register(url: string, secret: string): Promise<Account> {
  const nobody = new Account(url);
  const { nonce } = Nonce.parse(await nobody.call('GET', REGISTER));
  const username = `u${randomBytes(8).toString('hex')}`;
  const password = randomBytes(8).toString('hex');
  const mac = registrationMac(secret, nonce, username, password);
  const answer = await nobody.call('POST', REGISTER, { nonce, username, password, admin: false, mac });
  return new Account(url, Registered.parse(answer).access_token);
}

const syncPath = (wait: number, since?: string): string =>
  `${CLIENT}/sync?${new URLSearchParams({ filter: FILTER, timeout: String(wait), ...(since ? { since } : {}) })}`;

/** Asks for what is new, again and again, until it is told to end. */
async function listen(
  account: Account,
  since: string,
  onText: (text: string) => void,
  end: AbortSignal,
): Promise<void> {
  for (let next = since; !end.aborted; ) {
    const answer = textsIn(await account.call('GET', syncPath(WAIT, next), undefined, end));
    for (const text of answer.texts) onText(text);
    next = answer.next;
  }
}

/** Matrix: sends by PUT, hears by long polling, as its clients do. */
export const synapse = ({ url, secret }: { readonly url: string; readonly secret: string }): Peer => ({
  async openRoom(size: number, onText: OnText): Promise<Room> {
    const accounts = await eachOf(Array.from({ length: size }), LANES, () => register(url, secret));
    const owner = accounts[0]!;
    const { room_id: roomId } = Created.parse(
      await owner.call('POST', `${CLIENT}/createRoom`, { preset: 'public_chat', name: 'Peers' }),
    );
    const room = `${CLIENT}/rooms/${encodeURIComponent(roomId)}`;
    await eachOf(accounts.slice(1), LANES, (account) => account.call('POST', `${room}/join`, {}));
    const end = new AbortController();
    const polls = await eachOf(accounts, LANES, async (account, index) => {
      const { next } = textsIn(await account.call('GET', syncPath(0)));
      return { account, index, next };
    });
    const listening = polls.map(({ account, index, next }) =>
      listen(account, next, (text) => onText(index, text), end.signal).catch((error: unknown) => {
        if (!end.signal.aborted) throw error;
      }),
    );
    let transaction = 0;
    return {
      members: accounts.map((account) => ({
        send: async (body) => {
          const path = `${room}/send/m.room.message/${++transaction}`;
          await account.call('PUT', path, { msgtype: 'm.text', body });
        },
      })),
      repeated: () => 0,
      close: async () => {
        end.abort();
        await Promise.all(listening);
      },
    };
  },
});
