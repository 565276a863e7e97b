/** Clients whose connections end again and again, in both ways, while real messages flow: each ends with every message, once, in order. */
import '#test/support/aws-env.ts';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { readChatFile } from '#local/import/chat-file.ts';
import { signIn, someTenant, stack, type User } from '#test/support/deployed.ts';
import { type LiveClient, liveClient } from '#test/support/live-client.ts';

const SAMPLES = resolve(import.meta.dirname, '../..', process.env.PARLEY_SAMPLES ?? '../shared/data');
const LONG = process.env.PARLEY_LONG === '1';
const [CLIENTS, MESSAGES, DISCONNECTS] = LONG ? [50, 10_000, 1_000] : [20, 1_000, 200];
/** Messages under way at once. */
const AT_ONCE = 8;

const tenant = someTenant();
let users: User[];
const clients: LiveClient[] = [];
let conversationId: string;

beforeAll(async () => {
  process.env[ENV.table] = stack.tableName;
  process.env[ENV.socketsEndpoint] = stack.outputs?.['SocketsEndpoint'];
  users = await Promise.all(
    Array.from({ length: CLIENTS }, (_, index) => signIn({ tenant, user: `user-${String(index).padStart(2, '0')}` })),
  );
  const participants = users.slice(1).map(({ userId }) => userId);
  conversationId = (await users[0]!.post('/conversations', { type: 'group', participants })).body.id;
});
afterAll(async () => {
  await Promise.all(clients.map(({ client }) => client.close()));
});

/** What people really wrote, line by line. */
const realTexts = async (): Promise<string[]> => {
  const { lines } = await readChatFile(join(SAMPLES, 'project-chat.jsonl.gz'));
  return lines.slice(0, MESSAGES).map(({ text }) => text);
};

/** All messages of the conversation, as the API lists them. */
const history = async () => {
  const items: { seq: number; body: { type: string; text: string } }[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await users[0]!.get(
      `/conversations/${conversationId}/messages?order=oldest&limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    expect(page.status).toBe(200);
    items.push(...page.body.items);
    cursor = page.body.nextCursor;
  }
  return items;
};

it(
  `${DISCONNECTS} forced disconnects over ${CLIENTS} clients while ${MESSAGES} real messages flow lose nothing and repeat nothing`,
  async () => {
    const texts = await realTexts();
    for (let from = 0; from < CLIENTS; from += 5)
      clients.push(...(await Promise.all(users.slice(from, from + 5).map((user) => liveClient(tenant, user)))));
    const rooms = await Promise.all(clients.map(({ client }) => client.conversations.open(conversationId)));

    let disconnects = 0;
    const ended = { cut: 0, dropped: 0 };
    /** Ends a connection that is there, now in one way, now in the other. */
    const disconnect = async (): Promise<void> => {
      const turn = disconnects++;
      for (let tried = 0; ; tried++) {
        const chosen = clients[(turn * 7 + tried) % CLIENTS]!;
        if (tried >= CLIENTS) await chosen.until(({ connection }) => connection.phase === 'online');
        if (turn % 2 === 0 && chosen.cut()) {
          ended.cut += 1;
          return;
        }
        if (turn % 2 === 1 && chosen.client.state.connection.phase === 'online' && (await chosen.drop()) > 0) {
          ended.dropped += 1;
          return;
        }
      }
    };

    let next = 0;
    let sent = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < MESSAGES) {
          const index = next++;
          const { until } = clients[index % CLIENTS]!;
          const { clientId } = rooms[index % CLIENTS]!.send(texts[index]!);
          await until(({ outbox }) => !outbox.some((one) => one.clientId === clientId && one.state === 'pending'));
          sent += 1;
          if (sent % (MESSAGES / DISCONNECTS) === 0) await disconnect();
        }
      }),
    );
    expect(ended).toEqual({ cut: DISCONNECTS / 2, dropped: DISCONNECTS / 2 });

    const stored = await history();
    const last = stored.at(-1)!.seq;
    expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: MESSAGES + 1 }, (_, index) => index + 1));
    expect(
      stored
        .slice(1)
        .map(({ body }) => body.text)
        .sort(),
    ).toEqual([...texts].sort());
    for (const [index, live] of clients.entries()) {
      await live.until(({ rooms: open }) => open[conversationId]?.messages.at(-1)?.seq === last);
      // What was loaded anew shows its newest page first.
      while (await rooms[index]!.loadOlder());
      expect(rooms[index]!.room!.messages).toEqual(stored);
      const told = live.told(conversationId);
      expect(told, `${live.userId} was told twice, or out of order`).toEqual([...new Set(told)].sort((a, b) => a - b));
    }
    expect(clients.reduce((sum, { opened }) => sum + opened(), 0)).toBeGreaterThanOrEqual(CLIENTS + DISCONNECTS / 2);
  },
  LONG ? 7_200_000 : 1_800_000,
);
