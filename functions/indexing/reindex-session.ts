import type { Reindex } from '#table/reindex.ts';
import { noteReindex } from '#table/reindex-run.ts';

/** Somebody else works on the reindex by now: whoever finds that out stops at once. */
export class Lost extends Error {
  override readonly name = 'Lost';
}

/** Milliseconds for which whoever notes something has a reindex alone. */
export const LEASE_MS = 90_000;
/** Milliseconds after which it is said again that somebody is at it. */
const BEAT_MS = 10_000;

/** How one call goes about it. Times in milliseconds. */
export interface Pace {
  readonly now: () => number;
  /** When it has to stop. */
  readonly until: number;
}

/** One call's work on a reindex. */
export interface Session extends Pace {
  run: Reindex;
  /** When something was noted last. */
  notedAt: number;
}

/** What is known of a reindex but who has it. */
export type Progress = Partial<Omit<Reindex, 'id' | 'owner' | 'wanted' | 'leaseUntil'>>;

/** The reindex with what is new of it, and the time worked on it since the last note. */
export function withProgress(session: Session, progress: Progress): Reindex {
  const at = session.now();
  const workedMs = (progress.workedMs ?? session.run.workedMs) + (at - session.notedAt);
  return { ...session.run, ...progress, workedMs, leaseUntil: at + LEASE_MS };
}

/** Notes how far it has come. Raises `Lost`. */
export async function note(session: Session, progress: Progress): Promise<void> {
  const run = await noteReindex(withProgress(session, progress));
  if (!run) throw new Lost('somebody else has it');
  session.run = run;
  session.notedAt = session.now();
}

/** Says that somebody is at it, if it is time to. Raises `Lost`. */
export const beatOf = (session: Session) => async (): Promise<void> => {
  if (session.now() - session.notedAt >= BEAT_MS) await note(session, {});
};

/** Whether to stop here: it is wanted, or the time is over. */
export const isOver = ({ run, now, until }: Session): boolean =>
  run.wanted !== undefined || run.status !== 'running' || now() >= until;
