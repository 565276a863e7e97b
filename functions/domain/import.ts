import type { startImport } from '#contract/imports.ts';
import type { Input } from '#contract/route.ts';
import { Refusal } from './refusal.ts';

/** Where an import stands. */
export interface Progress {
  /** Digest of the conversation it was started with. */
  readonly hash: string;
  readonly nextBatch: number;
}

/** What the ledger says of a batch that is stored. */
export interface StoredBatch {
  readonly hash: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** What the table says before a batch is stored: the import, the batch's ledger entry, the conversation's head. */
export interface Standing {
  readonly progress: Progress | undefined;
  readonly stored: StoredBatch | undefined;
  readonly archived: boolean;
}

/**
 * What to do with a batch: store it, answer what it was answered, or look `again`, because the import was read before
 * a commit of the same batch and its ledger entry was read after it, or the other way round.
 */
export type BatchDecision =
  | { readonly kind: 'store' }
  | { readonly kind: 'replay'; readonly stored: StoredBatch }
  | { readonly kind: 'again' };

/**
 * Decides over a batch. What was stored already is answered as before, even when the conversation has been archived
 * since. Raises `import.not_found`, `import.conflict`, `import.out_of_order`, `conversation.archived`.
 */
export function decideBatch(
  { progress, stored, archived }: Standing,
  { batch, hash }: { readonly batch: number; readonly hash: string },
): BatchDecision {
  if (!progress) throw new Refusal('import.not_found');
  if (stored) {
    if (stored.hash !== hash) throw new Refusal('import.conflict', { storedHash: stored.hash, givenHash: hash });
    return { kind: 'replay', stored };
  }
  if (batch > progress.nextBatch) throw new Refusal('import.out_of_order', { nextBatch: progress.nextBatch });
  if (batch < progress.nextBatch) return { kind: 'again' };
  if (archived) throw new Refusal('conversation.archived');
  return { kind: 'store' };
}

/** Raises `import.conflict` when the import was started with another conversation. */
export function checkSameStart(progress: Progress, hash: string): void {
  if (progress.hash !== hash) throw new Refusal('import.conflict', { storedHash: progress.hash, givenHash: hash });
}

/** Raises `participant.role_unsupported` for a guest of anything but a channel. */
export function checkRoles({
  type,
  participants,
}: Pick<Input<typeof startImport>['conversation'], 'type' | 'participants'>): void {
  if (type !== 'channel' && participants.some((one) => typeof one !== 'string' && one.role === 'guest'))
    throw new Refusal('participant.role_unsupported');
}
