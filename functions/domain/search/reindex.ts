/** What a reindex makes anew: all tenants in a new index, or a part of what lies in those that there are. */
export type ReindexScope = 'everything' | 'tenant' | 'conversation';

/** Where a reindex stands, as people see it. `stuck`: something could not be read, and somebody has to say that it goes on without. */
export type ReindexStatus = 'running' | 'paused' | 'stuck' | 'done' | 'cancelled' | 'rolled_back';

export type ReindexAction = 'pause' | 'resume' | 'cancel' | 'rollback';

/** What it is doing. `make` and `swap` are only for everything. */
export type ReindexPhase = 'count' | 'make' | 'write' | 'check' | 'swap' | 'ended';

/** Whether an action can be asked for. A swap that is done is undone by a rollback, and no longer cancelled. */
export function mayAsk(
  { status, scope }: { readonly status: ReindexStatus; readonly scope: ReindexScope },
  action: ReindexAction,
): boolean {
  switch (action) {
    case 'pause':
      return status === 'running';
    case 'resume':
      return status === 'paused' || status === 'stuck';
    case 'cancel':
      return status === 'running' || status === 'paused' || status === 'stuck';
    case 'rollback':
      return status === 'done' && scope === 'everything';
  }
}

/** What comes after a phase. */
export function phaseAfter(phase: ReindexPhase, scope: ReindexScope): ReindexPhase {
  const all: readonly ReindexPhase[] =
    scope === 'everything'
      ? ['count', 'make', 'write', 'check', 'swap', 'ended']
      : ['count', 'write', 'check', 'ended'];
  return all[all.indexOf(phase) + 1] ?? 'ended';
}

/** Rounds of comparing at most: what is changed while it runs is written by the stream, and is no reason for another. */
export const MOST_ROUNDS = 3;

/** Whether everything is to be compared once more: something was wrong, and there are rounds left. */
export const anotherRound = (round: number, repaired: number): boolean => repaired > 0 && round < MOST_ROUNDS;

/** How fast it goes and how long it will take, by what it has done; undefined before it can be told. */
export function paceOf({
  known,
  done,
  workedMs,
}: {
  readonly known: number;
  readonly done: number;
  readonly workedMs: number;
}): { readonly perSecond: number; readonly secondsLeft: number } | undefined {
  if (done === 0 || workedMs === 0) return undefined;
  const perSecond = (done * 1_000) / workedMs;
  return { perSecond, secondsLeft: Math.max(0, Math.ceil((known - done) / perSecond)) };
}
