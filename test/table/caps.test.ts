/** I6: caps of members, uses of an invitation and the last owner are exact under any interleaving, in 1,000 small rooms. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { invitationIdOf } from '#contract/ids.ts';
import { type Item, scope } from '#table/entity.ts';
import { InvitationEntity, type StoredInvitation, usedOnce } from '#table/invitation.ts';
import { Overtaken } from '#table/log/append-in-order.ts';
import { type Member, MemberEntity } from '#table/member.ts';
import { MemberCountEntity } from '#table/member-count.ts';
import { comes, commitMembership, counted, goes, type Part } from '#table/participants-commit.ts';
import { tableName } from '#table/table-name.ts';
import { someClientId, someConversationId } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const tenant = scope('acme');
/** The numbers that the changes of one room have taken; the room itself took those before. */
const FIRST = 100;

const life = fc.record({
  present: fc.integer({ min: 1, max: 4 }),
  owners: fc.integer({ min: 1, max: 2 }),
  room: fc.integer({ min: 0, max: 2 }),
  uses: fc.integer({ min: 1, max: 3 }),
  acts: fc.array(fc.constantFrom('come', 'come', 'redeem', 'redeem', 'leave'), { minLength: 2, maxLength: 5 }),
});

it('are never passed, and what is counted is what is there', async () => {
  let [stored, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(life, async ({ present, owners: wanted, room, uses, acts }) => {
      const conversationId = someConversationId();
      const [owners, cap] = [Math.min(wanted, present), present + room];
      const member = (userId: string, role: Member['role'], joinedSeq: number): Member => ({
        ...{ userId, conversationId, role, joinedAt: 1, joinedSeq, addedBy: 'u0' },
      });
      const there = Array.from({ length: present }, (_, n) => member(`u${n}`, n < owners ? 'owner' : 'member', n + 1));
      const invitation: StoredInvitation = {
        ...{ id: invitationIdOf(conversationId, someClientId()), conversationId, role: 'member', createdBy: 'u0' },
        ...{ createdAt: 1, expiresAt: Date.now() + 1e6, maxUses: uses, uses: 0, numbers: [], pages: 0, hash: 'x' },
      };
      const puts: Item[] = [
        MemberCountEntity.toItem(tenant, conversationId, { members: present, owners }),
        InvitationEntity.toItem(tenant, invitation),
        ...there.map((one) => MemberEntity.toItem(tenant, one, 1)),
      ];
      await documents.transactWrite(puts.map((Item) => ({ Put: { TableName: tableName(), Item } })));

      const partsOf = (act: string, index: number): Part[] => {
        const seq = FIRST + index;
        const place = { conversationId, seq };
        if (act === 'leave') {
          const leaver = there[index % present]!;
          const owner = leaver.role === 'owner' ? -1 : 0;
          return [counted(tenant, place, {}, { members: -1, owners: owner }), goes(tenant, leaver, seq)];
        }
        const comer = member(`new${index}`, 'member', seq);
        return [
          counted(tenant, place, {}, { members: 1, cap }),
          comes(tenant, comer, present),
          ...(act === 'redeem' ? [usedOnce(tenant, invitation, seq)] : []),
        ];
      };
      const entry = { u: 'u0', b: { type: 'system', kind: 'participants_added', userIds: [] }, a: 1, v: 1 } as const;
      const results = await Promise.all(
        acts.map((act, index) =>
          commitMembership(
            tenant,
            { conversationId, seq: FIRST + index },
            { ...entry, b: { ...entry.b, userIds: [] } },
            partsOf(act, index),
          ).catch((error: unknown) => {
            if (error instanceof Overtaken) return 'overtaken';
            throw error;
          }),
        ),
      );
      const done = acts.filter((_, index) => results[index] === 'stored');
      stored += done.length;
      refused += acts.length - done.length;

      const key = MemberEntity.key(tenant, { conversationId, userId: '' });
      const { Items } = await documents.query({
        TableName: tableName(),
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': key.pk },
        ConsistentRead: true,
      });
      const of = (type: string) => Items.filter(({ ty }) => ty === type);
      const members = of(MemberEntity.type).map(MemberEntity.fromItem);
      const count = MemberCountEntity.fromItem(of(MemberCountEntity.type)[0]!);
      expect(count).toMatchObject({
        members: members.length,
        owners: members.filter(({ role }) => role === 'owner').length,
      });
      expect(members.length).toBeLessThanOrEqual(cap);
      expect(count.owners).toBeGreaterThanOrEqual(1);
      const used = InvitationEntity.fromItem(of(InvitationEntity.type)[0]!);
      expect(used.uses).toBe(done.filter((act) => act === 'redeem').length);
      expect(used.numbers).toHaveLength(used.uses);
      expect(used.uses).toBeLessThanOrEqual(uses);
    }),
    { numRuns: 1_000 },
  );
  expect(stored).toBeGreaterThan(500);
  expect(refused).toBeGreaterThan(500);
}, 300_000);
