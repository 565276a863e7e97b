/**
 * `docs/asyncapi.json` against the running socket, in both directions: each command it shows is said and answered as it
 * says, what it does not admit is refused, and whatever is told is what it describes, by the JSON Schemas in it alone.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { pathParameters, type Route } from '#contract/route.ts';
import { actions, checkerOf, document } from '#test/support/asyncapi.ts';
import { someClientId } from '#test/support/conversations.ts';
import { eventually, type Listener, listen, request, signIn, someTenant, type User } from '#test/support/deployed.ts';

/** Events that this test does not bring about, and why. Every other one of the document has to be told. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'media.updated': 'an upload is worked on first: test/e2e/media.test.ts',
  receipts: 'only in conversations of more than a hundred members',
  'sync.more': 'only after 500 events or 256 KB',
  'sync.required': 'only to a socket that keeps failing',
  'sync.reconnect': 'only after 105 minutes, or when a token is about to expire',
};

const tenant = someTenant();
let ada: User;
let bob: User;
let mia: User;
let conversationId: string;
let messageId: string;
const ears: Listener[] = [];
let ear: Listener;

const frameIsKnown = checkerOf('frame');
type Body = Readonly<Record<string, unknown>>;

/** An operation over HTTPS that has to go well. */
const does = async (user: User, { method, path }: Route, input: Body): Promise<Body> => {
  const inPath = pathParameters(path);
  const address = inPath.reduce(
    (filled, name) => filled.replace(`{${name}}`, encodeURIComponent(String(input[name]))),
    path,
  );
  const body = Object.fromEntries(Object.entries(input).filter(([name]) => !inPath.includes(name)));
  const sends = method !== 'GET' && method !== 'DELETE';
  const reply = await request(method, address, { token: user.token, ...(sends ? { body } : {}) });
  expect(reply.status, `${method} ${address}: ${JSON.stringify(reply.body)}`).toBeLessThan(300);
  return reply.body;
};
const says = (user: User, words: string) =>
  does(user, api.messages.sendMessage, {
    conversationId,
    clientId: someClientId(),
    body: { type: 'text', text: words },
  });

beforeAll(async () => {
  [ada, bob, mia] = await Promise.all([
    signIn({ tenant, user: 'ada' }),
    signIn({ tenant, user: 'bob' }),
    signIn({ tenant, user: 'mia', roles: ['admin'] }),
  ]);
  ears.push(await listen(ada), await listen(bob));
  ear = ears[0]!;
  const group = { type: 'group', name: 'Engines', participants: ['bob'] };
  conversationId = String((await does(ada, api.conversations.createConversation, group))['id']);
  messageId = String((await says(bob, 'Good morning.'))['id']);
});
afterAll(() => Promise.all(ears.map(({ close }) => close())));

/** The command that the document shows for an action, about what there is here. */
const shown = (action: string): Body => {
  const [example] = document.components.messages[action]!.examples;
  const { clientId, operationId, ...rest } = example!.payload;
  return {
    ...rest,
    ...('conversationId' in rest ? { conversationId } : {}),
    ...('messageId' in rest ? { messageId } : {}),
    ...('conversations' in rest ? { conversations: { [conversationId]: 1 } } : {}),
    ...(clientId === undefined ? {} : { clientId: someClientId() }),
    ...(operationId === undefined ? {} : { operationId: someClientId() }),
  };
};

/** Done when everything that was said on a socket before has been answered. */
const answered = async (listener: Listener, id: string): Promise<void> => {
  listener.send({ action: 'ping', id });
  await listener.hear((event) => event.type === 'sync:pong' && event.id === id);
};

describe('a command that the document shows', () => {
  it.each(actions)('%s is admitted by it, and answered as it says', async (action) => {
    const command = shown(action);
    const admits = checkerOf(action);
    expect(admits(command), JSON.stringify(admits.errors)).toBe(true);
    const before = ear.frames.length;
    ear.send(command);
    await answered(ear, `after ${action}`);
    const frames = ear.frames.slice(before).map((text) => JSON.parse(text) as { events: Body[] });
    const answers = frames.filter(({ events }) => events.some(({ id }) => id === command['id']));
    const { oneOf } = (
      document.components.messages[`${action}.answer`]!.payload as {
        properties: { events: { items: { oneOf: unknown[] } } };
      }
    ).properties.events.items;
    // What is answered with nothing but a refusal is not refused here.
    const silent = oneOf.length === 1 || action === 'presence.watch';
    expect(answers.length).toBe(silent ? 0 : 1);
    const isAnswer = checkerOf(`${action}.answer`);
    for (const frame of answers) expect(isAnswer(frame), JSON.stringify(isAnswer.errors)).toBe(true);
    expect(JSON.stringify(answers)).not.toContain('sync:error');
    if (action === 'presence.watch') expect(frames.some((frame) => isAnswer(frame))).toBe(true);
    if (action === 'pause') {
      ear.send({ action: 'resume', id: 'go on' });
      await ear.hear((event) => event.type === 'sync:resumed' && event.id === 'go on');
    }
  });

  it.each(actions)('%s is refused when it is made what the document does not admit', async (action) => {
    const command = shown(action);
    const admits = checkerOf(action);
    const [, field] = Object.keys(command).filter((name) => name !== 'id');
    const spoilt: Body[] = [
      { ...command, unheardOf: true },
      { ...command, action: `${action}!` },
      ...(field === undefined ? [] : [{ ...command, [field]: { wrong: 1 } }]),
    ];
    for (const [index, frame] of spoilt.entries()) {
      expect(admits(frame)).toBe(false);
      const id = `${action} ${index}`;
      ear.send({ ...frame, id });
      const refused = await ear.hear((event) => event.type === 'sync:error' && event.id === id);
      expect(refused).toMatchObject({ code: expect.stringMatching(/^frame\./) });
    }
  });
});

describe('what is told', () => {
  it('is every event of the document, but those that say why not', async () => {
    const own = String((await says(ada, 'The engine weaves.'))['id']);
    await does(ada, api.messages.editMessage, {
      messageId: own,
      version: 1,
      body: { type: 'text', text: 'It weaves.' },
    });
    for (let reply = 0; reply < 2; reply++)
      await does(bob, api.threads.replyToMessage, {
        messageId: own,
        body: { type: 'text', text: 'As the loom does.' },
      });
    await does(ada, api.reactions.addReaction, { messageId, emoji: '🎉' });
    await does(ada, api.reactions.removeReaction, { messageId, emoji: '🎉' });
    for (const id of [messageId, own]) await does(ada, api.pins.pinMessage, { messageId: id });
    const pins = await does(ada, api.pins.listPins, { conversationId });
    await does(ada, api.pins.orderPins, { conversationId, version: pins['version'], messageIds: [messageId] });
    await does(ada, api.pins.unpinMessage, { messageId });
    await does(ada, api.mine.setBookmark, { messageId });
    await does(ada, api.mine.removeBookmark, { messageId });
    await does(ada, api.mine.putDraft, { conversationId, body: { type: 'text', text: 'The engine wea' } });
    await does(ada, api.scheduled.scheduleMessage, {
      ...{ conversationId, clientId: someClientId(), body: { type: 'text', text: 'Good night.' } },
      sendAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    await does(ada, api.receipts.hideMessage, { messageId });
    await does(ada, api.settings.updateConversation, { conversationId, version: 1, description: 'Looms.' });
    await does(ada, api.settings.updateSettings, { conversationId, version: 2, thresholds: { edit: 'owner' } });
    await does(ada, api.conversations.addParticipants, { conversationId, userIds: ['cleo'] });
    await does(ada, api.participants.changeRole, { conversationId, userId: 'cleo', role: 'admin' });
    await does(ada, api.participants.removeParticipant, { conversationId, userId: 'cleo' });
    await does(ada, api.messages.deleteMessage, { messageId: own });
    // Larger than a frame.
    await says(bob, '語'.repeat(15_000));

    const bad = String((await says(bob, 'Buy looms.'))['id']);
    await does(ada, api.moderation.reportMessage, { messageId: bad, reason: 'spam' });
    const report = await eventually(
      async () => ((await does(mia, api.moderation.listReports, {}))['items'] as Body[])[0],
      (found) => found !== undefined,
    );
    await does(mia, api.moderation.claimReport, { reportId: report!['id'] });
    await does(mia, api.moderation.resolveReport, { reportId: report!['id'], outcome: 'dismissed' });

    const other = String(
      (await does(bob, api.conversations.createConversation, { type: 'group', participants: [] }))['id'],
    );
    await does(bob, api.invitations.createInvitation, { kind: 'direct', conversationId: other, userIds: ['ada'] });
    const [invited] = (await does(ada, api.invitations.listReceived, {}))['items'] as Body[];
    await does(ada, api.invitations.declineInvitation, { invitationId: invited!['id'] });

    const [, his] = ears;
    his!.send({ action: 'typing', conversationId });
    his!.send({ action: 'read', conversationId, seq: 3 });
    his!.send({ action: 'delivered', conversationId, seq: 4 });
    await answered(his!, 'said');
    // One number is of another log, the other conversation is not hers; without cursors everything has moved.
    for (const [id, conversations] of Object.entries({ lost: { [conversationId]: 1_000_000, [other]: 1 }, anew: {} })) {
      ear.send({ action: 'resume', id, conversations });
      await ear.hear((event) => event.type === 'sync:resumed' && event.id === id);
    }
    const purged = { type: 'group', participants: ['bob'] };
    const gone = String((await does(ada, api.conversations.createConversation, purged))['id']);
    await does(ada, api.settings.purgeConversation, { conversationId: gone, confirm: gone });
    await Promise.all(ears.map((each, index) => answered(each, `end ${index}`)));

    const told = new Set(ears.flatMap(({ heard }) => heard.map(({ type }) => type.replace(':', '.'))));
    const described = document.components.schemas['Frame'] as {
      properties: { events: { items: { oneOf: { $ref: string }[] } } };
    };
    const every = described.properties.events.items.oneOf.map(({ $ref }) => $ref.slice($ref.lastIndexOf('/') + 1));
    expect(every.filter((type) => !told.has(type)).sort()).toEqual(Object.keys(ELSEWHERE).sort());
  });

  it('is never anything that the document does not describe', () => {
    const frames = ears.flatMap((each) => each.frames);
    expect(frames.length).toBeGreaterThan(50);
    for (const text of frames)
      expect(
        frameIsKnown(JSON.parse(text)),
        `${text.slice(0, 300)}: ${JSON.stringify(frameIsKnown.errors?.slice(0, 5))}`,
      ).toBe(true);
    // An event of which it says nothing would be noticed.
    const [first] = frames;
    expect(frameIsKnown(JSON.parse(first!.replace(/"type":"[^"]+"/, '"type":"sync:news"')))).toBe(false);
  });
});
