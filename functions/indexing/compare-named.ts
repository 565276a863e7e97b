import { differences } from '#domain/search/digest.ts';
import { refreshIndex } from '#gateways/search/indices.ts';
import { conversationsHeld, conversationsNamed, type Held, usersHeld } from '#gateways/search/sums.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { registeredOf } from '#table/retention-registry.ts';
import type { Generation } from '#table/search-index.ts';
import { findUser } from '#table/user.ts';
import { userPage } from '#table/walk.ts';
import { type Beat, compareMessages, NOTHING_WRONG, type Repairs, repair, sumOf } from './compare.ts';
import { conversationWrites } from './conversation-writes.ts';
import { userGone, userWrite } from './user-writes.ts';
import type { IndexWrite } from './write-documents.ts';

/** Users, or conversations, looked at together. */
const PAGE = 500;

const sumsOf = <K>(held: readonly Held<K>[]) => new Map(held.map(({ key, sum }) => [key, sum]));
const isSound = ({ missing, stale, ghosts }: ReturnType<typeof differences>): boolean =>
  missing.length + stale.length + ghosts.length === 0;
const counted = ({ missing, stale, ghosts }: ReturnType<typeof differences>): Repairs => ({
  missing: missing.length,
  stale: stale.length,
  ghosts: ghosts.length,
});

/** Compares the users that an index holds of a tenant with the table, and puts right what differs. */
export async function compareUsers(tenant: TenantKey, index: Generation, beat: Beat): Promise<Repairs> {
  const tenantId = tenantIdOf(tenant);
  let repairs = NOTHING_WRONG;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { users, next }: Awaited<ReturnType<typeof userPage>> = await userPage(tenant, { after, limit: PAGE });
    const writes = new Map(users.map((user) => [user.userId, userWrite(tenant, user)]));
    const wanted = new Map([...writes].map(([id, { document }]) => [id, 'sum' in document ? document.sum : 0]));
    const place = { after, upTo: next };
    const look = async () => differences(wanted, sumsOf(await usersHeld(index, tenantId, place)));
    let found = await look();
    if (!isSound(found)) {
      await refreshIndex(index.name);
      found = await look();
    }
    const ghosts: IndexWrite[] = [];
    for (const userId of found.ghosts) {
      // Whoever came after the page was read is no ghost.
      const user = await findUser(tenant, userId);
      ghosts.push(user ? userWrite(tenant, user) : userGone(tenant, userId, Date.now()));
    }
    await repair([...[...found.missing, ...found.stale].map((id) => writes.get(id)!), ...ghosts], [index]);
    repairs = sumOf(repairs, counted(found));
    after = next;
    await beat();
  }
  return repairs;
}

/** Compares what an index holds of some conversations themselves with the table, and puts right what differs. */
export async function compareConversations(
  tenant: TenantKey,
  index: Generation,
  conversationIds: readonly string[],
): Promise<Repairs> {
  const tenantId = tenantIdOf(tenant);
  const look = async () => {
    const held = sumsOf(await conversationsNamed(index, tenantId, conversationIds));
    const writes = await conversationWrites(tenant, conversationIds, Date.now());
    const byId = new Map(writes.map((write) => [write.conversation!, write]));
    const wanted = new Map(
      [...byId].flatMap(([id, { document }]) =>
        document.kind === 'conversation' ? [[id, document.sum] as const] : [],
      ),
    );
    return { byId, found: differences(wanted, held) };
  };
  let { byId, found } = await look();
  if (isSound(found)) return NOTHING_WRONG;
  await refreshIndex(index.name);
  ({ byId, found } = await look());
  await repair(
    [...found.missing, ...found.stale, ...found.ghosts].map((id) => byId.get(id)!),
    [index],
  );
  return counted(found);
}

/** Takes out of an index what it holds of conversations that a tenant no longer has. */
export async function removeStrays(tenant: TenantKey, index: Generation, beat: Beat): Promise<Repairs> {
  const tenantId = tenantIdOf(tenant);
  let repairs = NOTHING_WRONG;
  for (let after = ''; ; ) {
    const ids = await conversationsHeld(index, tenantId, { after, size: PAGE });
    const registered = await registeredOf(tenant, ids);
    const strays = ids.filter((id) => !registered.has(id));
    if (strays.length > 0) {
      const expected = strays.map((conversationId) => ({ conversationId, digests: new Map() }));
      for (const each of (await compareMessages(tenant, index, expected, beat)).values())
        repairs = sumOf(repairs, each);
      repairs = sumOf(repairs, await compareConversations(tenant, index, strays));
    }
    await beat();
    const last = ids.at(-1);
    if (last === undefined || ids.length < PAGE) return repairs;
    after = last;
  }
}
