import type { Entry } from './entry.ts';
import { RECONCILING } from './media-admin.ts';
import { sendScheduledNow } from './scheduled.ts';
import { INDEX_UPKEEP } from './uses.ts';

/** Work that nobody asks for: a rule starts it, again and again. */
export interface Job {
  readonly name: string;
  /** Minutes from one start to the next, up to 360. A start is a hint: what is to be done lies in the table. */
  readonly everyMinutes: number;
  readonly entry: Entry;
}

/** Every job. One file each: `functions/jobs/<name>.lambda.ts`. */
export const JOBS: readonly Job[] = [
  {
    name: 'send-scheduled',
    everyMinutes: 1,
    entry: {
      file: 'functions/jobs/send-scheduled.lambda.ts',
      uses: sendScheduledNow.uses,
      environment: [],
      memory: 512,
      timeoutSeconds: 60,
    },
  },
  {
    name: 'purge',
    everyMinutes: 1,
    entry: {
      file: 'functions/jobs/purge.lambda.ts',
      uses: [
        'table:get',
        'table:batch-get',
        'table:query',
        'table:put',
        'table:update',
        'table:delete',
        'archive:remove',
      ],
      environment: [],
      memory: 512,
      timeoutSeconds: 60,
    },
  },
  {
    name: 'clean-media',
    everyMinutes: 60,
    entry: {
      file: 'functions/jobs/clean-media.lambda.ts',
      uses: [...RECONCILING, 'quarantine:abort', 'sockets:post', 'stragglers:send'],
      environment: [],
      memory: 512,
      timeoutSeconds: 300,
    },
  },
  {
    name: 'reconcile-media',
    everyMinutes: 360,
    entry: {
      file: 'functions/jobs/reconcile-media.lambda.ts',
      uses: RECONCILING,
      environment: [],
      memory: 512,
      timeoutSeconds: 300,
    },
  },
  {
    name: 'redrive-search',
    everyMinutes: 60,
    entry: {
      file: 'functions/jobs/redrive-search.lambda.ts',
      uses: ['search:index', 'search:sweep', 'parking:take', 'archive:read', 'table:get', 'table:batch-get'],
      environment: ['searchIndex', 'searchLazy'],
      memory: 512,
      timeoutSeconds: 300,
    },
  },
  {
    name: 'expire',
    everyMinutes: 60,
    entry: {
      file: 'functions/jobs/expire.lambda.ts',
      uses: [
        'table:get',
        'table:batch-get',
        'table:query',
        'table:put',
        'table:update',
        'table:delete',
        'table:check',
        'archive:read',
        'archive:write',
        'archive:remove',
      ],
      environment: [],
      memory: 512,
      timeoutSeconds: 300,
    },
  },
  {
    name: 'reindex',
    everyMinutes: 1,
    entry: {
      file: 'functions/jobs/reindex.lambda.ts',
      uses: INDEX_UPKEEP,
      environment: ['searchIndex', 'searchLazy'],
      memory: 512,
      timeoutSeconds: 900,
    },
  },
  {
    name: 'reconcile-search',
    everyMinutes: 360,
    entry: {
      file: 'functions/jobs/reconcile-search.lambda.ts',
      uses: INDEX_UPKEEP,
      environment: ['searchIndex', 'searchLazy'],
      memory: 512,
      timeoutSeconds: 900,
    },
  },
];

/** The jobs of a deployment: without a search domain there is nothing for some of them to do. */
export const deployedJobs = (hasSearch: boolean): readonly Job[] =>
  JOBS.filter(({ entry }) => hasSearch || !entry.uses.some((use) => use === 'search:manage' || use === 'search:index'));
