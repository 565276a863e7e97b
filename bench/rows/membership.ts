import { createConversation } from '#contract/conversations.ts';
import { addParticipants, changeRole, removeParticipant } from '#contract/participants.ts';
import { handler as conversations } from '../../functions/api/conversations/conversations.lambda.ts';
import { handler as participants } from '../../functions/api/participants/participants.lambda.ts';
import { act, memberOf, openRoom, someTenant } from '../actors.ts';
import type { Context } from '../context.ts';
import { usageOf } from '../meter.ts';
import type { Row } from '../row.ts';

/** Changes of a mean: a generation of the head's memory is dropped every twelfth. */
const CHANGES = 24;

/** What a change of membership and a new conversation cost. */
export async function membershipRows({ world }: Context): Promise<Row[]> {
  const { meter } = await world();
  const room = await openRoom(10);
  meter.take();
  for (let index = 0; index < CHANGES; index++)
    await act(
      conversations,
      addParticipants,
      { conversationId: room.conversationId, userIds: [memberOf(500 + index)] },
      room,
    );
  const added = meter.take();
  const usage = usageOf(added);
  const inTransactions = added.filter(({ operation }) => operation === 'TransactWriteItems');
  const index = inTransactions.reduce((sum, { indexWrites }) => sum + indexWrites, 0) / CHANGES;
  const rows: Row[] = [
    {
      name: 'Add a participant',
      measured: usage.writes / CHANGES,
      unit: 'write units',
      budget: 11,
      note: `mean of ${CHANGES}; ${index} of them for the index, counted once (${(usage.writes / CHANGES + index).toFixed(3)} if transactions doubled it)`,
    },
    {
      name: 'Add a participant: reads',
      measured: usage.reads / CHANGES,
      unit: 'read units',
      note: 'the audience of the event included, N = 10 to 34',
    },
  ];
  for (const [name, route, input] of [
    ['Change a role', changeRole, { role: 'admin' }],
    ['Remove a participant', removeParticipant, {}],
  ] as const) {
    for (let index = 0; index < CHANGES; index++)
      await act(
        participants,
        route,
        { conversationId: room.conversationId, userId: memberOf(500 + index), ...input },
        room,
      );
    const { writes, reads } = usageOf(meter.take());
    rows.push(
      { name, measured: writes / CHANGES, unit: 'write units', budget: 11, note: `mean of ${CHANGES}` },
      {
        name: `${name}: reads`,
        measured: reads / CHANGES,
        unit: 'read units',
        note: 'the audience of the event included',
      },
    );
  }
  for (const [what, input] of [
    ['a direct conversation', { type: 'direct', participants: ['bob'] }],
    ['a group of 10', { type: 'group', participants: room.members.slice(1) }],
  ] as const) {
    meter.take();
    await act(conversations, createConversation, input, { tenantId: someTenant(), userId: 'ada' });
    rows.push({ name: `Create ${what}`, measured: usageOf(meter.take()).writes, unit: 'write units' });
  }
  return rows;
}
