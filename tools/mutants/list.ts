import { ARCHIVE_MUTANTS } from './archive.ts';
import { CLIENT_MUTANTS } from './client.ts';
import { DOWNLOADS_MUTANTS } from './downloads.ts';
import { EQUAL_MUTANTS } from './equal.ts';
import { IDENTITY_MUTANTS } from './identity.ts';
import { IMPORT_MUTANTS } from './imports.ts';
import { INDEXING_MUTANTS } from './indexing.ts';
import { INVITATION_MUTANTS } from './invitations.ts';
import { LANGUAGE_MUTANTS } from './languages.ts';
import { LIST_MUTANTS } from './lists.ts';
import { LIVE_MUTANTS } from './live.ts';
import { LOG_MUTANTS } from './log.ts';
import { MATRIX_MUTANTS } from './matrix.ts';
import { MEDIA_MUTANTS } from './media.ts';
import { MEDIA_LINK_MUTANTS } from './media-links.ts';
import { MESSAGE_CHANGE_MUTANTS } from './message-change.ts';
import { MESSAGE_PARTS_MUTANTS } from './message-parts.ts';
import { MINE_MUTANTS } from './mine.ts';
import { MODERATION_MUTANTS } from './moderation.ts';
import type { Mutant } from './mutant.ts';
import { PIN_MUTANTS } from './pins.ts';
import { PRESENCE_MUTANTS } from './presence.ts';
import { PURGE_MUTANTS } from './purge.ts';
import { QUERY_MUTANTS } from './queries.ts';
import { REACTION_MUTANTS } from './reactions.ts';
import { RECORDING_MUTANTS } from './recordings.ts';
import { REINDEX_MUTANTS } from './reindex.ts';
import { RETENTION_MUTANTS } from './retention.ts';
import { ROLE_MUTANTS } from './roles.ts';
import { RUNTIME_MUTANTS } from './runtime.ts';
import { SCHEDULED_MUTANTS } from './scheduled.ts';
import { SEARCH_MUTANTS } from './search.ts';
import { SEARCH_BOX_MUTANTS } from './search-box.ts';
import { SEARCHING_MUTANTS } from './searching.ts';
import { SETTINGS_MUTANTS } from './settings.ts';
import { SIMULATED_MUTANTS } from './simulated.ts';
import { SOCKET_MUTANTS } from './sockets.ts';
import { SYNCING_MUTANTS } from './syncing.ts';
import { TABLE_MUTANTS } from './table.ts';
import { THREAD_MUTANTS } from './threads.ts';
import { UNREAD_MUTANTS } from './unread.ts';
import { UPLOAD_MUTANTS } from './uploads.ts';
import { USER_MUTANTS } from './users.ts';
import { WEBHOOK_MUTANTS } from './webhooks.ts';

/** Every mutant, in the order of the design. */
export const MUTANTS: readonly Mutant[] = [
  ...LOG_MUTANTS,
  ...SYNCING_MUTANTS,
  ...MESSAGE_CHANGE_MUTANTS,
  ...MESSAGE_PARTS_MUTANTS,
  ...REINDEX_MUTANTS,
  ...RETENTION_MUTANTS,
  ...PURGE_MUTANTS,
  ...ARCHIVE_MUTANTS,
  ...PIN_MUTANTS,
  ...MINE_MUTANTS,
  ...SCHEDULED_MUTANTS,
  ...REACTION_MUTANTS,
  ...THREAD_MUTANTS,
  ...SETTINGS_MUTANTS,
  ...TABLE_MUTANTS,
  ...ROLE_MUTANTS,
  ...MATRIX_MUTANTS,
  ...INVITATION_MUTANTS,
  ...RUNTIME_MUTANTS,
  ...IDENTITY_MUTANTS,
  ...LIVE_MUTANTS,
  ...PRESENCE_MUTANTS,
  ...SOCKET_MUTANTS,
  ...MEDIA_MUTANTS,
  ...RECORDING_MUTANTS,
  ...MEDIA_LINK_MUTANTS,
  ...DOWNLOADS_MUTANTS,
  ...UPLOAD_MUTANTS,
  ...QUERY_MUTANTS,
  ...SEARCH_MUTANTS,
  ...LANGUAGE_MUTANTS,
  ...SEARCHING_MUTANTS,
  ...INDEXING_MUTANTS,
  ...SEARCH_BOX_MUTANTS,
  ...IMPORT_MUTANTS,
  ...USER_MUTANTS,
  ...UNREAD_MUTANTS,
  ...LIST_MUTANTS,
  ...MODERATION_MUTANTS,
  ...WEBHOOK_MUTANTS,
  ...SIMULATED_MUTANTS,
  ...CLIENT_MUTANTS,
  ...EQUAL_MUTANTS,
];
