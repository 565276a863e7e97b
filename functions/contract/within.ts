import type { ErrorCode } from './errors.ts';

/**
 * What an operation asks of its caller inside the conversation that it names, as long as the conversation's settings
 * are the default ones. `domain/` decides; this says what is to be expected, for readers of the API and for the test
 * that puts every operation before everybody.
 */
export interface Within {
  /** Roles that may. */
  readonly roles: readonly ('owner' | 'admin' | 'member' | 'guest')[];
  /** What members of other roles are refused with. */
  readonly otherwise?: ErrorCode;
  /** In an archived conversation it may be done, is refused with `conversation.archived`, or `only` there it may be done. */
  readonly archived: 'may' | 'refused' | 'only';
  /** Somebody outside may do it too, unless they are banned. */
  readonly open?: true;
  /** Roles that may do it to what others wrote; others hear `message.not_yours`. Absent: it makes no difference whose it is. */
  readonly ofOthers?: readonly ('owner' | 'admin' | 'member' | 'guest')[];
}

const EVERYBODY = ['owner', 'admin', 'member', 'guest'] as const;
const WRITERS = ['owner', 'admin', 'member'] as const;
const KEEPERS = ['owner', 'admin'] as const;

/** Reading, and what somebody notes for themselves alone. */
export const READS: Within = { roles: EVERYBODY, archived: 'may' };

/** Writing into the conversation: guests only read. */
export const WRITES: Within = { roles: WRITERS, otherwise: 'message.forbidden', archived: 'refused' };

/** Changing what one wrote oneself. */
export const REWRITES: Within = { ...WRITES, ofOthers: [] };

/** Taking away what one wrote, or as one of those who keep order what others wrote. */
export const TAKES_AWAY: Within = { roles: EVERYBODY, archived: 'refused', ofOthers: KEEPERS };

/** Deciding over others, and over the conversation. */
export const MANAGES: Within = { roles: KEEPERS, otherwise: 'participant.forbidden', archived: 'refused' };

/** Reading what only those who keep order may read. */
export const OVERSEES: Within = { ...MANAGES, archived: 'may' };

/** Archiving: what is archived already stays so. */
export const ARCHIVES: Within = { ...MANAGES, archived: 'may' };

/** Restoring from the archive. */
export const RESTORES: Within = { ...MANAGES, archived: 'only' };

/** What owners alone may. */
export const OWNS: Within = { roles: ['owner'], otherwise: 'participant.forbidden', archived: 'refused' };

/** Removing all of it for ever: owners alone, archived or not. */
export const PURGES: Within = { ...OWNS, archived: 'may' };

/** Coming in by oneself; who is in already stays what they are. */
export const JOINS: Within = { roles: EVERYBODY, archived: 'may', open: true };

/** Any member's own step: leaving, declining. */
export const STEPS: Within = { roles: EVERYBODY, archived: 'refused' };

/** Accepting what was offered to become more: an owner can become nothing more. */
export const RISES: Within = {
  roles: ['admin', 'member', 'guest'],
  otherwise: 'ownership.not_offered',
  archived: 'refused',
};
