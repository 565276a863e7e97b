import { randomUUID } from 'node:crypto';
import { phaseAfter, type ReindexPhase } from '#domain/search/reindex.ts';
import { SEARCH_ALIAS, swapAlias } from '#gateways/search/indices.ts';
import type { Reindex } from '#table/reindex.ts';
import { endReindex, noteReindex, takeReindex } from '#table/reindex-run.ts';
import { changeIndexState, indexState } from '#table/search-index.ts';
import { checkPhase, countPhase, goneWith, makePhase, swapPhase, writePhase } from './reindex-phases.ts';
import { LEASE_MS, Lost, note, type Pace, type Progress, type Session, withProgress } from './reindex-session.ts';

/** What one call did of a reindex. */
export type Worked = 'ended' | 'more' | 'waits' | 'passed';

/** The last note: it is over. Raises `Lost`. */
async function end(session: Session, progress: Progress): Promise<'ended'> {
  const run = { ...withProgress(session, { ...progress, phase: 'ended', endedAt: session.now() }), leaseUntil: 0 };
  if (!(await endReindex(run))) throw new Lost('somebody else has it');
  return 'ended';
}

/** Gives it back as it is, for another call to go on. */
async function leave(session: Session): Promise<'more'> {
  await noteReindex({ ...withProgress(session, {}), leaseUntil: 0 });
  return 'more';
}

/** Gives it back, to go on when somebody says so. Raises `Lost`. */
async function wait(session: Session, status: 'paused' | 'stuck'): Promise<'waits'> {
  const run = { ...withProgress(session, { status }), leaseUntil: 0 };
  if (!(await noteReindex(run, { met: true }))) throw new Lost('somebody else has it');
  return 'waits';
}

/** Takes back what was begun; what has become the live index already stays. */
async function cancel(session: Session): Promise<'ended'> {
  const { generation } = session.run;
  if (!generation) return end(session, { status: 'cancelled' });
  const { live } = await changeIndexState((state) => {
    const { building, ...rest } = state;
    const used = [state.live.name, state.kept?.name].includes(generation.name);
    if (used || state.gone?.some(({ name }) => name === generation.name)) return undefined;
    if (building && building.name !== generation.name) return undefined;
    return { ...rest, gone: goneWith(state, [generation.name], session.now()) };
  });
  if (live.name === generation.name) return end(session, { status: 'done' });
  await swapAlias(SEARCH_ALIAS, live.name);
  return end(session, { status: 'cancelled' });
}

/** Lets the index before this one be live again, if it is still kept; this one is kept in its place. */
async function rollBack(session: Session): Promise<'ended'> {
  const generation = session.run.generation!;
  const { live, kept } = await indexState();
  if (live.name === generation.name && kept) {
    await swapAlias(SEARCH_ALIAS, kept.name);
    await changeIndexState((state) =>
      state.live.name === generation.name && state.kept?.name === kept.name
        ? { ...state, live: kept, kept: generation, keptAt: session.now(), heldMapping: generation.mapping }
        : undefined,
    );
  }
  const after = await indexState();
  if (after.kept?.name === generation.name) return end(session, { status: 'rolled_back' });
  const said = [...session.run.said, 'there is no older index any more to go back to'];
  return end(session, { status: 'done', said });
}

const PHASES: Readonly<Record<Exclude<ReindexPhase, 'ended'>, (session: Session) => Promise<'done' | 'more'>>> = {
  count: countPhase,
  make: makePhase,
  write: writePhase,
  check: checkPhase,
  swap: swapPhase,
};

async function goOn(session: Session): Promise<Worked> {
  for (;;) {
    const { run } = session;
    if (run.wanted === 'cancel') return cancel(session);
    if (run.wanted === 'rollback') return rollBack(session);
    if (run.wanted === 'pause') return wait(session, 'paused');
    if (run.status !== 'running') {
      await leave(session);
      return 'waits';
    }
    if (session.now() >= session.until) return leave(session);
    if (run.phase === 'ended') return end(session, { status: 'done' });
    // What could not be read is not in the new index: whether that may be is for somebody to say.
    if (run.phase === 'swap' && run.errors > 0 && !run.accepted) return wait(session, 'stuck');
    if ((await PHASES[run.phase](session)) === 'done')
      await note(session, {
        phase: phaseAfter(run.phase, run.scope),
        ...{ place: undefined, round: 1, repairedNow: 0, workedMs: 0 },
      });
  }
}

/**
 * Works on a reindex until it is over, the time is, or somebody wants something else of it. Whatever a call that died has
 * begun is taken up once its lease is over. `passed`: somebody else is at it.
 */
export async function workOn(due: Pick<Reindex, 'id' | 'tenantId'>, pace: Pace): Promise<Worked> {
  const at = pace.now();
  const run = await takeReindex(due, randomUUID(), { at, until: at + LEASE_MS });
  if (!run) return 'passed';
  const session: Session = { ...pace, run, notedAt: at };
  try {
    return await goOn(session);
  } catch (error) {
    if (error instanceof Lost) return 'passed';
    // Not to be waited for: the next call goes on at once.
    await leave(session).catch(() => undefined);
    throw error;
  }
}
