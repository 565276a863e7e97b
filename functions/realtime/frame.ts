import { Command, CommandId } from '#contract/commands.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { Event } from '#contract/events.ts';
import { MAX_FRAME_BYTES } from '#contract/realtime.ts';
import { packFrames } from '#domain/delivery.ts';
import { Refusal } from '#domain/refusal.ts';
import { closeSocket, postFrame } from '#gateways/sockets.ts';
import { callerOf } from '#runtime/caller.ts';
import { parseObject } from '#runtime/json.ts';
import { log } from '#runtime/log.ts';
import { countedSince } from '#runtime/metrics.ts';
import { issuesOf } from '#runtime/problem.ts';
import { tenantIdOf } from '#table/entity.ts';
import type { HandleCommand, Session } from './commands/command.ts';
import { errorEvent } from './error-event.ts';
import type { SocketEvent, SocketResult } from './socket-event.ts';
import { timesOf } from './socket-times.ts';

/** What a function does with commands; others are unknown to it. */
export type Handlers = { readonly [A in Command['action']]?: HandleCommand<A> };

const ACTIONS = new Set<unknown>(Command.options.map(({ shape }) => shape.action.value));

/** What a frame holds. Raises `frame.too_large` and `frame.malformed`. */
const objectIn = ({ body, isBase64Encoded }: SocketEvent): Record<string, unknown> => {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_FRAME_BYTES) throw new Refusal('frame.too_large', { maxBytes: MAX_FRAME_BYTES });
  try {
    return parseObject(bytes);
  } catch (cause) {
    throw new Refusal('frame.malformed', {}, { cause });
  }
};

/** What the client calls its command, also where the rest of it is wrong. */
const idIn = ({ id }: Record<string, unknown>): string | null => CommandId.safeParse(id).data ?? null;

/** The command in a frame. Raises `frame.unknown_action` and `frame.invalid`. */
const commandIn = (frame: Record<string, unknown>): Command => {
  if ('action' in frame && !ACTIONS.has(frame['action'])) throw new Refusal('frame.unknown_action');
  const parsed = Command.safeParse(frame);
  if (!parsed.success) throw new Refusal('frame.invalid', { issues: issuesOf(parsed.error.issues) });
  return parsed.data;
};

const run = async <A extends Command['action']>(
  handlers: Handlers,
  command: Extract<Command, { action: A }>,
  session: Session,
): Promise<readonly Event[]> => {
  const handle = handlers[command.action as A] as HandleCommand<A> | undefined;
  if (!handle) throw new Refusal('frame.unknown_action');
  return handle(command, session);
};

/** Posts events to the socket that spoke. False when it did not take them: it is closed, or finds out at its next ping. */
const say = async (connectionId: string, events: readonly Event[], requestId: string): Promise<boolean> => {
  try {
    for (const { data } of packFrames(events))
      if ((await postFrame(connectionId, data)).outcome !== 'delivered') return false;
    return true;
  } catch (error) {
    log.error('frame.not_answered', error, { requestId });
    return false;
  }
};

/** Closes a socket whose user has to show who they are again. It is asked again with its next frame where that fails. */
const end = async (connectionId: string, requestId: string): Promise<void> => {
  try {
    await closeSocket(connectionId);
  } catch (error) {
    log.error('socket.not_closed', error, { requestId });
  }
};

/**
 * Answers a frame with events over the socket, never with the route's own body. A bad frame gets a `sync:error` and the
 * socket stays open, unless the token it was opened with has expired; whatever goes wrong, the gateway has nothing of its own to say.
 */
export const answerWith =
  (handlers: Handlers) =>
  async (event: SocketEvent): Promise<SocketResult> => {
    const started = Date.now();
    const { connectionId, requestId, authorizer } = event.requestContext;
    let action: string | undefined;
    let id: string | null = null;
    let code: ErrorCode | undefined;
    let who: { readonly tenant?: string; readonly user?: string } = {};
    let events: readonly Event[];
    let spent = false;
    try {
      const caller = callerOf(authorizer);
      const { reconnectAt, endsAt, isSpent } = timesOf(authorizer, caller, started);
      spent = isSpent;
      who = { tenant: tenantIdOf(caller.tenant), user: caller.userId };
      const frame = objectIn(event);
      id = idIn(frame);
      const command = commandIn(frame);
      action = command.action;
      if (spent) throw new Refusal('token.expired');
      events = await run(handlers, command, { caller, connectionId, requestId, at: started, reconnectAt });
      if (started >= reconnectAt) events = [...events, { type: 'sync:reconnect', by: new Date(endsAt).toISOString() }];
    } catch (error) {
      code = error instanceof Refusal ? error.code : 'service.failed';
      if (!(error instanceof Refusal)) log.error('frame.failed', error, { requestId });
      events = [errorEvent(id, error)];
    }
    const delivered = await say(connectionId, events, requestId);
    if (spent) await end(connectionId, requestId);
    const line = { requestId, action, code, delivered, ms: Date.now() - started, ...who };
    log.info('frame', line, countedSince({ refused: code !== undefined }));
    return { statusCode: 200 };
  };
