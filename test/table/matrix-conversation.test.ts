/**
 * Every operation that names a conversation, before everybody who may ask: what each gets follows from the operation's
 * `within`. An operation without one fails here.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { everyRoute, type Service } from '#contract/api.ts';
import { COMMON_REFUSALS } from '#contract/errors.ts';
import type { Route } from '#contract/route.ts';
import { type Item, scope } from '#table/entity.ts';
import { RateBucketEntity } from '#table/rate-bucket.ts';
import { tableName } from '#table/table-name.ts';
import { emulatorEndpoint } from '#test/support/aws-env.ts';
import { call } from '#test/support/call.ts';
import { someConversationId } from '#test/support/conversations.ts';
import { MESSAGE_ID } from '#test/support/example-ids.ts';
import { EXAMPLES } from '#test/support/examples.ts';
import { handlerOf } from '#test/support/handlers.ts';
import {
  ACTORS,
  type Actor,
  conversationNamed,
  expected,
  isAsExpected,
  outcomeOf,
  PAST,
  place,
  SITUATIONS,
  type Situation,
  statusOf,
  tokenRoles,
  withoutPast,
  worldOf,
} from '#test/support/matrix.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

type Input = Readonly<Record<string, unknown>>;

const rows = everyRoute().flatMap(({ service, name, route }) => {
  const input = (EXAMPLES[service] as Record<string, Input>)[name]!;
  const conversationId = conversationNamed(input);
  // Legal holds are the tenant's admins' to place, in the conversation or not: membership says nothing about them.
  const apart = conversationId === undefined || route.permission === 'retention:manage';
  return apart ? [] : [{ service, name, route, input, conversationId }];
});

let tenants = 0;
const someTenant = (): string => `matrix-${tenants++}`;

/** Worlds in which nobody was let in to anything, by conversation, actor and situation. */
const untouched = new Map<string, { readonly tenantId: string; readonly items: Item[] }>();

/** A world's tenant id; one in which something may be done is used once. */
async function tenantWith(conversationId: string, actor: Actor, situation: Situation, changes: boolean) {
  const key = `${conversationId} ${actor} ${situation}`;
  const known = untouched.get(key);
  if (known && !changes) return known.tenantId;
  const tenantId = someTenant();
  const items = worldOf(tenantId, conversationId, actor, situation);
  await place(items);
  if (!changes) untouched.set(key, { tenantId, items });
  return tenantId;
}

const ask = async (
  { service, route }: { service: Service; route: Route },
  input: Input,
  tenantId: string,
  actor: Actor,
) => call(await handlerOf(service), route, input, { tenantId, roles: tokenRoles(actor) });

/** The same request for something that is not there. */
const missing = ({ input }: { input: Input }): Input => {
  const nowhere = someConversationId();
  return {
    ...input,
    ...('conversationId' in input ? { conversationId: nowhere } : {}),
    ...('messageId' in input ? { messageId: `msg_${nowhere.slice(4)}_1` } : {}),
  };
};

describe.each(rows)('$name', (row) => {
  const { route, input, conversationId } = row;
  const { within } = route;

  it('says who may inside a conversation', () => {
    expect(within, `${row.name} names a conversation: declare \`within\` (contract/within.ts) beside it`).toBeDefined();
  });
  if (!within) return;

  it.each(SITUATIONS)('%s', async (situation) => {
    const got: Record<string, string> = {};
    for (const actor of ACTORS) {
      const wanted = expected(route, within, actor, situation);
      const tenantId = await tenantWith(conversationId, actor, situation, wanted === 'done');
      const asking = situation === 'other tenant' ? someTenant() : tenantId;
      const reply = await ask(row, input, asking, actor);
      const outcome = outcomeOf(reply);
      if (outcome !== 'done') expect([...COMMON_REFUSALS, ...route.refuses]).toContain(outcome);
      got[actor] = isAsExpected(within, wanted, outcome, situation) ? wanted : outcome;
      if (outcome !== wanted) continue;
      expect(reply.status).toBeOneOf(wanted === 'done' ? [route.status, 200] : [statusOf(route, wanted)]);
      if (wanted === 'done') expect(route.output.safeParse(reply.body)).toMatchObject({ success: true });
      // Foreign, missing and not for you are one answer, to the letter.
      else if (reply.status === 404 && situation !== 'inside' && situation !== 'archived')
        expect(reply.body).toEqual((await ask(row, missing(row), asking, actor)).body);
    }
    expect(got).toEqual(Object.fromEntries(ACTORS.map((actor) => [actor, expected(route, within, actor, situation)])));
  });

  if (route.method === 'GET' || 'messageId' in input)
    it('shows nothing from before a member came, where that is hidden from them', async () => {
      const tenantId = someTenant();
      const past = withoutPast(worldOf(tenantId, conversationId, 'owner', 'inside'), tenantId, conversationId);
      await place(past);
      expect(JSON.stringify(past)).toContain(PAST);
      const reply = await ask(row, input, tenantId, 'owner');
      expect(JSON.stringify(reply.body)).not.toContain(PAST);
      if (!('messageId' in input)) return;
      expect(outcomeOf(reply)).toBe('message.not_found');
      expect(reply.body).toEqual((await ask(row, missing(row), tenantId, 'owner')).body);
    });

  if (within.ofOthers)
    it('to what somebody else wrote', async () => {
      const got: Record<string, string> = {};
      const wanted: Record<string, string> = {};
      for (const actor of ACTORS) {
        const tenantId = someTenant();
        await place(worldOf(tenantId, conversationId, actor, 'inside'));
        const own = expected(route, within, actor, 'inside');
        const may = within.ofOthers?.some((role) => role === actor);
        wanted[actor] = own === 'done' && !may ? 'message.not_yours' : own;
        const outcome = outcomeOf(await ask(row, { ...input, messageId: MESSAGE_ID }, tenantId, actor));
        // Of two reasons either may be named.
        got[actor] = own !== 'done' && outcome === 'message.not_yours' ? own : outcome;
      }
      expect(got).toEqual(wanted);
    });
});

it('whoever is refused has changed nothing', async () => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: emulatorEndpoint() }));
  const stored = new Map<string, Item>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName() }))
    for (const item of Items) stored.set(`${item['pk']} ${item['sk']}`, item);
  expect(untouched.size).toBeGreaterThan(0);
  for (const { tenantId, items } of untouched.values()) {
    const left = [...stored].filter(
      // How often somebody asks is counted whatever becomes of it.
      ([key, item]) => key.startsWith(`${scope(tenantId)}#`) && item['ty'] !== RateBucketEntity.type,
    );
    const placed = items.filter((item) => item['ty'] !== RateBucketEntity.type);
    expect(new Map(left)).toEqual(new Map(placed.map((item) => [`${item['pk']} ${item['sk']}`, item])));
  }
  client.destroy();
});
