import { Command } from '#contract/commands.ts';
import { ERRORS, type ErrorCode } from '#contract/errors.ts';
import type { Event } from '#contract/events.ts';
import { MAX_FRAME_BYTES } from '#contract/realtime.ts';
import { packFrames } from '#domain/delivery.ts';
import { Refusal } from '#domain/refusal.ts';
import { postFrame } from '#gateways/sockets.ts';
import { callerOf } from '#runtime/caller.ts';
import { parseObject } from '#runtime/json.ts';
import { log } from '#runtime/log.ts';
import { type Issue, issuesOf } from '#runtime/problem.ts';
import { tenantIdOf } from '#table/entity.ts';
import type { HandleCommand, Session } from './commands/command.ts';
import { ping } from './commands/ping.ts';
import { presenceWatch } from './commands/presence-watch.ts';
import { typing } from './commands/typing.ts';
import type { SocketEvent, SocketResult } from './socket-event.ts';

type Handlers = { readonly [A in Command['action']]?: HandleCommand<A> };

/**
 * Every command, a file each beside `ping.ts`.
 */
const HANDLERS: Handlers = { ping, typing, 'presence.watch': presenceWatch };

const ACTIONS = new Set<unknown>(Object.keys(HANDLERS));

/** The command in a frame. Raises the `frame.*` refusals. */
const commandIn = ({ body, isBase64Encoded }: SocketEvent): Command => {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_FRAME_BYTES) throw new Refusal('frame.too_large', { maxBytes: MAX_FRAME_BYTES });
  let frame: Record<string, unknown>;
  try {
    frame = parseObject(bytes);
  } catch (cause) {
    throw new Refusal('frame.malformed', {}, { cause });
  }
  if ('action' in frame && !ACTIONS.has(frame['action'])) throw new Refusal('frame.unknown_action');
  const parsed = Command.safeParse(frame);
  if (!parsed.success) throw new Refusal('frame.invalid', { issues: issuesOf(parsed.error.issues) });
  return parsed.data;
};

const run = <A extends Command['action']>(
  command: Extract<Command, { action: A }>,
  session: Session,
): Promise<readonly Event[]> => (HANDLERS[command.action as A] as HandleCommand<A>)(command, session);

const errorEvent = (code: ErrorCode, issues: readonly Issue[] = []): Event => ({
  type: 'sync:error',
  id: null,
  status: ERRORS[code][0],
  details: {},
  code,
  title: ERRORS[code][1],
  issues: [...issues],
});

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

/**
 * Answers a frame with events over the socket, never with the route's own body. A bad frame gets a `sync:error` and the
 * socket stays open; whatever goes wrong, the gateway has nothing of its own to say.
 */
export async function answer(event: SocketEvent): Promise<SocketResult> {
  const started = Date.now();
  const { connectionId, requestId, authorizer } = event.requestContext;
  let action: string | undefined;
  let code: ErrorCode | undefined;
  let who: { readonly tenant?: string; readonly user?: string } = {};
  let events: readonly Event[];
  try {
    const caller = callerOf(authorizer);
    who = { tenant: tenantIdOf(caller.tenant), user: caller.userId };
    const command = commandIn(event);
    action = command.action;
    events = await run(command, { caller, connectionId, at: started });
  } catch (error) {
    code = error instanceof Refusal ? error.code : 'service.failed';
    if (!(error instanceof Refusal)) log.error('frame.failed', error, { requestId });
    const issues = error instanceof Refusal ? (error.details['issues'] as readonly Issue[] | undefined) : undefined;
    events = [errorEvent(code, issues)];
  }
  const delivered = await say(connectionId, events, requestId);
  log.info('frame', { requestId, action, code, delivered, ms: Date.now() - started, ...who });
  return { statusCode: 200 };
}
