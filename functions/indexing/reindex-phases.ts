import { anotherRound } from '#domain/search/reindex.ts';
import { createIndex, SEARCH_ALIAS, swapAlias } from '#gateways/search/indices.ts';
import { MAPPING_VERSION } from '#gateways/search/mapping.ts';
import { SearchUnavailable } from '#gateways/search/request.ts';
import { batchGet } from '#table/batch-get.ts';
import { HeadEntity } from '#table/conversation.ts';
import type { Place, Reindex } from '#table/reindex.ts';
import { changeIndexState, type Generation, type IndexState, indexState } from '#table/search-index.ts';
import { type Beat, compareMessages, digestsOf, type Expected, type Repairs } from './compare.ts';
import { compareConversations, compareUsers, removeStrays } from './compare-named.ts';
import { piecesOf } from './pieces.ts';
import { beatOf, isOver, Lost, note, type Session } from './reindex-session.ts';
import { type Group, groupsOf } from './walk.ts';
import { type IndexWrite, writeDocuments } from './write-documents.ts';

/** Documents written at a time, and pieces of the walk after which its place is noted in any case. */
const [WRITES, PIECES] = [400, 200];
/** Conversations compared at a time. */
const COMPARED = 50;
/** How much is kept of what could not be read. */
const SAID = 20;

/** Whether a phase is at its end, or goes on another time. */
type Outcome = 'done' | 'more';

/** Milliseconds for counting: what is found until then is said, and nothing hangs on it. */
const COUNTING_MS = 60_000;

/** Counts what there is to be done, by what the heads of conversations say. */
export async function countPhase(session: Session): Promise<Outcome> {
  const beat = beatOf(session);
  const started = session.now();
  let [conversations, messages] = [0, 0];
  for await (const { tenant, conversationIds } of groupsOf(session.run, undefined, 100)) {
    const heads = await batchGet(
      conversationIds.map((id) => HeadEntity.key(tenant, id)),
      { consistent: true },
    );
    conversations += conversationIds.length;
    for (const item of heads) messages += Number(item.n ?? item.seq);
    await beat();
    if (isOver(session) || session.now() - started >= COUNTING_MS) break;
  }
  await note(session, { known: { conversations, messages } });
  return 'done';
}

/** Indices that nobody is to use any more, with one more of them. */
export const goneWith = (
  { gone = [] }: IndexState,
  names: readonly (string | undefined)[],
  at: number,
): NonNullable<IndexState['gone']> => [
  ...gone,
  ...names.filter((name) => name !== undefined).map((name) => ({ name, at })),
];

/** Makes the index that is to be filled; from then on what changes is written to it too. What was kept for a rollback goes. */
export async function makePhase(session: Session): Promise<Outcome> {
  let generation = session.run.generation;
  if (!generation) {
    const { last, live } = await changeIndexState((state) => ({ ...state, last: state.last + 1 }));
    const partitions = { ...live.partitions, ...session.run.partitions };
    generation = { name: `search-v${MAPPING_VERSION}-${last}`, mapping: MAPPING_VERSION, partitions };
    // Noted before it is made: whoever takes over knows of it.
    await note(session, { generation });
  }
  await createIndex(generation.name);
  const made = generation;
  const state = await changeIndexState((state) => {
    const { kept, keptAt: _, ...rest } = state;
    // Somebody else took over, and may have cancelled meanwhile: what is gone does not come back.
    if (state.building || state.gone?.some(({ name }) => name === made.name)) return undefined;
    return { ...rest, building: made, gone: goneWith(state, [kept?.name], session.now()) };
  });
  if (state.building?.name !== made.name) throw new Lost('another index is being built');
  return 'done';
}

/** Where a reindex writes: what is being built, or all that there is. */
const targetsOf = ({ live, building, kept }: IndexState, { generation }: Reindex): Generation[] =>
  generation ? [generation] : [live, building, kept].filter((each) => each !== undefined);

async function write(writes: readonly IndexWrite[], session: Session): Promise<string[]> {
  const { run } = session;
  const results = await writeDocuments(writes, {
    again: run.scope !== 'everything',
    ...(run.generation ? { into: [run.generation] } : {}),
  });
  const failed = results.find((result) => typeof result !== 'string' && 'failed' in result);
  if (failed) throw new SearchUnavailable(`documents were not taken: ${JSON.stringify(failed)}`);
  return results.flatMap((result, place) =>
    typeof result !== 'string' && 'rejected' in result ? [`${writes[place]!.id}: ${result.rejected}`] : [],
  );
}

/** Writes everything as the table has it. */
export async function writePhase(session: Session): Promise<Outcome> {
  let writes: IndexWrite[] = [];
  let unread: string[] = [];
  let [pieces, conversations, messages] = [0, 0, 0];
  let place: Place | undefined;
  const flush = async (): Promise<void> => {
    if (!place) return;
    unread.push(...(await write(writes, session)));
    const { done, errors, said } = session.run;
    await note(session, {
      place,
      done: { conversations: done.conversations + conversations, messages: done.messages + messages },
      errors: errors + unread.length,
      said: [...said, ...unread].slice(0, SAID),
    });
    [writes, unread, pieces, conversations, messages] = [[], [], 0, 0, 0];
  };
  for await (const piece of piecesOf(session.run, session.run.place)) {
    writes.push(...piece.writes);
    unread.push(...piece.unread);
    pieces += 1;
    conversations += piece.conversations;
    messages += piece.messages;
    place = piece.place;
    if (writes.length < WRITES && pieces < PIECES && session.now() < session.until) continue;
    await flush();
    if (isOver(session)) return 'more';
  }
  await flush();
  return 'done';
}

const amount = ({ missing, stale, ghosts }: Repairs): number => missing + stale + ghosts;

/** Compares some conversations with an index, and puts right what differs. */
async function compareGroup(
  { tenant, users, conversationIds, end }: Group,
  indices: readonly Generation[],
  beat: Beat,
): Promise<number> {
  let repaired = 0;
  const expected: Expected[] = [];
  for (const conversationId of conversationIds)
    expected.push({ conversationId, ...(await digestsOf(tenant, conversationId, beat)) });
  for (const index of indices) {
    if (users) repaired += amount(await compareUsers(tenant, index, beat));
    for (const repairs of (await compareMessages(tenant, index, expected, beat)).values()) repaired += amount(repairs);
    if (conversationIds.length > 0) repaired += amount(await compareConversations(tenant, index, conversationIds));
    if (end) repaired += amount(await removeStrays(tenant, index, beat));
  }
  return repaired;
}

/** Compares everything with the table and puts right what differs, until nothing does, or often enough. */
export async function checkPhase(session: Session): Promise<Outcome> {
  const beat = beatOf(session);
  for (;;) {
    for await (const group of groupsOf(session.run, session.run.place, COMPARED)) {
      const repaired = await compareGroup(group, targetsOf(await indexState(), session.run), beat);
      const { run } = session;
      await note(session, {
        place: group.place,
        repairedNow: run.repairedNow + repaired,
        repaired: run.repaired + repaired,
      });
      if (isOver(session)) return 'more';
    }
    const { round, repairedNow } = session.run;
    if (!anotherRound(round, repairedNow)) return 'done';
    await note(session, { round: round + 1, repairedNow: 0, place: undefined });
  }
}

/** Lets the new index take the place of the live one, which is kept. Both are written before and after, so that nothing falls between. */
export async function swapPhase(session: Session): Promise<Outcome> {
  const generation = session.run.generation!;
  const before = await indexState();
  if (before.live.name === generation.name) return 'done';
  if (before.building?.name !== generation.name) throw new Lost('another index is being built');
  await swapAlias(SEARCH_ALIAS, generation.name);
  const state = await changeIndexState(({ building, heldMapping: _, ...rest }) =>
    building?.name === generation.name
      ? { ...rest, live: generation, kept: rest.live, keptAt: session.now() }
      : undefined,
  );
  if (state.live.name !== generation.name) throw new Lost('another index is being built');
  return 'done';
}
