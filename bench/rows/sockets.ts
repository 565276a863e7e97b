import { randomBytes } from 'node:crypto';
import { createConversation } from '#contract/conversations.ts';
import { handler as conversations } from '../../functions/api/conversations/conversations.lambda.ts';
import { handler as connect } from '../../functions/realtime/connect.lambda.ts';
import { handler as disconnect } from '../../functions/realtime/disconnect.lambda.ts';
import type { SocketEvent } from '../../functions/realtime/socket-event.ts';
import { act, memberOf, someTenant } from '../actors.ts';
import type { Context } from '../context.ts';
import { type Usage, usageOf } from '../meter.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** Opens and closes a socket of a user who is in so many conversations. */
async function cycle({ meter }: World, count: number): Promise<Usage> {
  const actor = { tenantId: someTenant(), userId: 'ada' };
  for (let index = 0; index < count; index++)
    await act(conversations, createConversation, { type: 'direct', participants: [memberOf(index)] }, actor);
  const context = {
    ...actor,
    roles: 'user',
    nonce: random(16),
    ticketExpiresAt: String(Math.ceil(Date.now() / 1_000) + 30),
  };
  const connectionId = `${random(11)}=`;
  const event = (eventType: 'CONNECT' | 'DISCONNECT'): SocketEvent => ({
    requestContext: { eventType, connectionId, requestId: 'bench', authorizer: context },
  });
  meter.take();
  const opened = await connect(event('CONNECT'));
  const closed = await disconnect(event('DISCONNECT'));
  if (opened.statusCode !== 200 || closed.statusCode !== 200) throw new Error('the socket was not opened and closed');
  return usageOf(meter.take());
}

/** What a socket costs from its ticket to its end. */
export async function socketRows({ world }: Context): Promise<Row[]> {
  const here = await world();
  const rows: Row[] = [];
  for (const count of [1, 50]) {
    const { writes, reads } = await cycle(here, count);
    rows.push({
      name: `Connect and disconnect, user in ${count} conversation${count === 1 ? '' : 's'}`,
      measured: writes,
      unit: 'write units',
      budget: 2,
      note: `and ${reads} read units`,
    });
  }
  return rows;
}
