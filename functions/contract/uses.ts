/**
 * What a function does to the world outside itself, one name an IAM action on one resource. Routes, consumers and
 * sockets declare their uses; `infra/grants.ts` turns each into exactly that grant. There is no use for `Scan`.
 */
export type Use =
  | 'table:get'
  | 'table:batch-get'
  | 'table:query'
  | 'table:query-by-user'
  | 'table:put'
  | 'table:update'
  | 'table:delete'
  | 'table:check'
  | 'table:describe'
  | 'sockets:post'
  | 'sockets:close'
  | 'stragglers:send'
  | 'stragglers:describe'
  | 'notifications:send'
  | 'webhooks:send'
  | 'signing-key:read'
  | 'quarantine:upload'
  | 'quarantine:parts'
  | 'quarantine:abort'
  | 'quarantine:read'
  | 'quarantine:describe'
  | 'verdicts:tell'
  | 'clean:read'
  | 'clean:write'
  | 'media-key:read'
  | 'cdn-logs:read'
  | 'quarantine:list'
  | 'quarantine:remove'
  | 'clean:list'
  | 'clean:remove'
  | 'clean:describe'
  | 'archive:read'
  | 'archive:write'
  | 'archive:remove'
  | 'search:query'
  | 'search:index'
  | 'search:manage'
  | 'search:describe'
  | 'events:publish'
  | 'parking:write'
  | 'parking:take'
  | 'search:sweep';

/** What it takes to know whether a user may see a media: what shows it, and their standing there. */
export const MEDIA_SIGHT = [
  'table:get',
  'table:batch-get',
  'table:query',
  'table:query-by-user',
] as const satisfies readonly Use[];

/** What it takes to make the index anew from the table, and to compare it with the table. */
export const INDEX_UPKEEP = [
  'table:get',
  'table:batch-get',
  'table:query',
  'table:put',
  'table:update',
  'table:delete',
  'archive:read',
  'search:manage',
] as const satisfies readonly Use[];
