import { randomBytes } from 'node:crypto';
import { createConversation } from '#contract/conversations.ts';
import { sendMessage } from '#contract/messages.ts';
import { addParticipants } from '#contract/participants.ts';
import type { Route } from '#contract/route.ts';
import { MAX_RATE } from '#contract/tenant.ts';
import { openConnection } from '#table/connection.ts';
import { scope } from '#table/entity.ts';
import { findSettings, storeSettings } from '#table/tenant-settings.ts';
import { call, type RestHandler } from '#test/support/call.ts';
import { handler as conversations } from '../functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '../functions/api/messages/messages.lambda.ts';

/** The formula of the design takes half of the members to be online, with 1.2 devices each. */
const isOnline = (index: number): boolean => index % 2 === 1;
const devicesOf = (index: number): number => (index % 10 === 9 ? 2 : 1);

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** Who acts, in which tenant. */
export interface Actor {
  readonly tenantId: string;
  readonly userId: string;
}

/** Calls an operation as an actor and expects it to succeed. */
export async function act(
  handler: RestHandler,
  route: Route,
  input: Readonly<Record<string, unknown>>,
  actor: Actor,
  roles: readonly string[] = ['user'],
): Promise<Readonly<Record<string, unknown>>> {
  const { status, body } = await call(handler, route, input, { ...actor, roles });
  if (status >= 300) throw new Error(`${route.method} ${route.path} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** A tenant that nothing else uses; of so many characters if that matters. */
export const someTenant = (length = 11): string =>
  `b${random(length)
    .replaceAll(/[^A-Za-z0-9]/g, 'x')
    .slice(0, length - 1)}`;

/** The name of a member. */
export const memberOf = (index: number, length = 8): string => `user${String(index).padStart(length - 4, '0')}`;

/** Lets the users of a tenant send as often as any tenant may: a figure is of the service, not of its limits. */
async function openGates(tenantId: string): Promise<void> {
  const tenant = scope(tenantId);
  const { rules, version } = await findSettings(tenant);
  const limits = { ...rules.limits, messagesPerMinute: MAX_RATE, messageBurst: MAX_RATE };
  if (rules.limits.messageBurst < MAX_RATE)
    await storeSettings(tenant, { version, before: rules, after: { ...rules, limits }, by: 'bench', at: Date.now() });
}

/** A conversation for figures: as large, and named as long, as asked. */
export interface Room extends Actor {
  readonly conversationId: string;
  readonly members: readonly string[];
  /** Open sockets of all members. */
  readonly sockets: number;
}

/** How a room differs from one of short names. */
export interface RoomOptions {
  readonly tenantId?: string;
  readonly name?: string;
  /** Characters of a user id. */
  readonly userIdLength?: number;
  /** Who has open sockets: by default half of the members, some of them two. */
  readonly online?: 'half' | 'all';
}

const FIRST = 91;
const MORE = 50;

/** Makes a group of so many members, half of them with open sockets, through the API's own handlers. */
export async function openRoom(size: number, options: RoomOptions = {}): Promise<Room> {
  const { tenantId = someTenant(), name = 'Engines', userIdLength, online = 'half' } = options;
  const members = Array.from({ length: size }, (_, index) => memberOf(index, userIdLength));
  const actor = { tenantId, userId: members[0]! };
  const { id } = await act(
    conversations,
    createConversation,
    { type: 'group', name, participants: members.slice(1, FIRST) },
    actor,
  );
  const conversationId = String(id);
  await openGates(tenantId);
  for (let from = FIRST; from < size; from += MORE)
    await act(conversations, addParticipants, { conversationId, userIds: members.slice(from, from + MORE) }, actor);
  return { ...actor, conversationId, members, sockets: await openSockets(tenantId, members, online) };
}

async function openSockets(tenantId: string, members: readonly string[], online: 'half' | 'all'): Promise<number> {
  // Old enough not to be young any more.
  const at = Date.now() - 60_000;
  let opened = 0;
  for (const [index, userId] of members.entries()) {
    const devices = online === 'all' ? 1 : isOnline(index) ? devicesOf(index) : 0;
    for (let device = 0; device < devices; device++, opened++)
      await openConnection(scope(tenantId), userId, {
        connectionId: `${random(11)}=`,
        nonce: random(16),
        ticketExpiresAt: Math.ceil(at / 1_000) + 30,
        at,
      });
  }
  return opened;
}

/** Sends a text as the room's owner, or as another member. */
export const say = (room: Pick<Room, 'tenantId' | 'userId' | 'conversationId'>, text: string, userId = room.userId) =>
  act(
    messages,
    sendMessage,
    { conversationId: room.conversationId, body: { type: 'text', text } },
    { ...room, userId },
  );

/** A text of so many bytes. */
export const textOf = (bytes: number): string =>
  'The quick brown fox jumps over the lazy dog. '.repeat(1 + bytes / 45).slice(0, bytes);
