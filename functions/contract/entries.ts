import { api, type Service } from './api.ts';
import type { Entry } from './entry.ts';
import type { EnvironmentKey } from './environment.ts';
import { JOBS } from './jobs.ts';
import type { Route } from './route.ts';
import { indexSearch, publishEvents, type Subscription } from './subscriptions.ts';
import type { Use } from './uses.ts';

/** API Gateway gives up after 29 s; a function that runs longer answers nobody. */
const ANSWER_SECONDS = 28;

const EXTRA: Partial<Record<Service, readonly EnvironmentKey[]>> = {
  realtime: ['socketsUrl'],
  webhooks: ['webhooksLoopback'],
  indexing: ['operatorTenant'],
  search: ['searchLazy'],
};

const service = (name: Service): Entry => ({
  file: `functions/api/${name}/${name}.lambda.ts`,
  uses: [...new Set(Object.values<Route>(api[name]).flatMap((route) => route.uses))],
  environment: EXTRA[name] ?? [],
  memory: 512,
  timeoutSeconds: ANSWER_SECONDS,
});

/** One function a service: it holds what any of its routes uses. */
export const SERVICES = Object.fromEntries(
  (Object.keys(api) as Service[]).map((name) => [name, service(name)]),
) as Record<Service, Entry>;

/** Verifies the bearer token of every request that is not public. */
export const AUTHORIZER: Entry = {
  file: 'functions/api/authorizer/authorizer.lambda.ts',
  uses: ['table:get'],
  environment: ['issuer', 'audience', 'claims'],
  memory: 512,
  timeoutSeconds: 10,
};

/** Operations whose work is done over sockets too. */
const OVER_SOCKETS = [
  api.sync.getSync,
  api.sync.listEvents,
  api.messages.sendMessage,
  api.receipts.markRead,
  api.receipts.markDelivered,
  api.reactions.addReaction,
  api.reactions.removeReaction,
] as const;

/** The WebSocket API: who may open a socket, and what happens on it. */
export const SOCKETS = {
  authorizer: {
    file: 'functions/realtime/authorizer.lambda.ts',
    uses: ['signing-key:read'],
    environment: [],
    memory: 512,
    timeoutSeconds: 10,
  },
  connect: {
    file: 'functions/realtime/connect.lambda.ts',
    uses: ['table:get', 'table:batch-get', 'table:query', 'table:update', 'sockets:post', 'sockets:close'],
    environment: [],
    memory: 512,
    timeoutSeconds: 10,
  },
  disconnect: {
    file: 'functions/realtime/disconnect.lambda.ts',
    uses: ['table:batch-get', 'table:query', 'table:update', 'sockets:post'],
    environment: [],
    memory: 512,
    timeoutSeconds: 10,
  },
  command: {
    file: 'functions/realtime/command.lambda.ts',
    uses: [
      ...new Set([
        'sockets:post',
        'sockets:close',
        ...OVER_SOCKETS.flatMap(({ uses }): readonly Use[] => uses),
      ] as const),
    ],
    environment: [],
    memory: 512,
    timeoutSeconds: ANSWER_SECONDS,
  },
} as const satisfies Record<string, Entry>;

/** Posts what a send left to the queue of stragglers: large audiences, sockets that answered 429 or 5xx. */
export const FAN_OUT: Entry = {
  file: 'functions/realtime/fan-out.lambda.ts',
  uses: [
    'table:get',
    'table:batch-get',
    'table:query',
    'table:update',
    'sockets:post',
    'sockets:close',
    'stragglers:send',
  ],
  environment: [],
  memory: 1_024,
  // The queue hides a failed message for six times this: longer than it takes here, and no longer than a reader may wait.
  timeoutSeconds: 20,
};

const consumer = (subscription: Subscription): Entry => ({
  file: `functions/stream/${subscription.name as 'index-search'}.lambda.ts`,
  uses: subscription.uses,
  environment: subscription.environment,
  memory: 512,
  timeoutSeconds: 60,
});

/** The readers of the table's stream, by subscription. */
export const CONSUMERS = [
  { subscription: indexSearch, entry: consumer(indexSearch) },
  { subscription: publishEvents, entry: consumer(publishEvents) },
] as const;

/** Reads new messages some seconds after they were sent and says who has not seen them on any device. */
export const NOTIFY: Entry = {
  file: 'functions/hooks/notify.lambda.ts',
  uses: ['table:query', 'table:batch-get', 'events:publish'],
  environment: [],
  memory: 512,
  timeoutSeconds: 60,
};

/** Tells webhooks what happened: the only function that speaks to hosts that others name. */
export const DELIVER_WEBHOOKS: Entry = {
  file: 'functions/hooks/deliver-webhooks.lambda.ts',
  uses: ['table:get', 'table:query', 'table:put', 'table:update', 'webhooks:send'],
  environment: ['webhooksLoopback'],
  memory: 512,
  timeoutSeconds: 60,
};

/** What taking an edge of an upload's states and telling its owner takes. */
const LEADING = [
  'quarantine:read',
  'table:get',
  'table:update',
  'table:batch-get',
  'table:query',
  'sockets:post',
  'stragglers:send',
] as const satisfies readonly Use[];

/** Binds an upload to the object that arrived. */
export const RECEIVE_UPLOAD: Entry = {
  file: 'functions/media/receive-upload.lambda.ts',
  uses: LEADING,
  environment: [],
  memory: 512,
  timeoutSeconds: 30,
};

/** Looks for malware where GuardDuty cannot: deployed to a laptop only. */
export const SCAN_UPLOAD: Entry = {
  file: 'functions/media/scan-upload.lambda.ts',
  uses: ['quarantine:read', 'verdicts:tell'],
  environment: ['clamd'],
  memory: 512,
  timeoutSeconds: 120,
};

/** Turns an upload that was found clean into renditions. One whole processor: decoding is what takes the time. */
export const PROCESS_UPLOAD: Entry = {
  file: 'functions/media/process-upload.lambda.ts',
  uses: [...LEADING, 'clean:write'],
  environment: [],
  memory: 1_769,
  // A picture takes seconds; S3 may take minutes to copy five gigabytes.
  timeoutSeconds: 300,
};

/**
 * Makes video and sound playable. Two whole processors, because encoding uses them; room for the largest upload (5 GB) and
 * what is made of it; as long as Lambda lets it.
 */
export const PROCESS_RECORDING: Entry = {
  file: 'functions/media/process-recording.lambda.ts',
  uses: [...LEADING, 'clean:write'],
  environment: [],
  memory: 3_538,
  timeoutSeconds: 900,
  diskMb: 6_144,
};

/** Corrects what downloads were charged by what the logs of the CDN say of them. */
export const READ_CDN_LOGS: Entry = {
  file: 'functions/jobs/read-cdn-logs.lambda.ts',
  uses: ['cdn-logs:read', 'table:batch-get', 'table:put', 'table:update'],
  environment: [],
  // A log of 50 MB, as text and as bytes.
  memory: 1_024,
  timeoutSeconds: 300,
};

/** Functions that stand for a service of AWS, deployed only where that is missing. */
export const STAND_INS: readonly string[] = ['scan-upload'];

/** Every function that is deployed, by its name. */
export const everyEntry = (): Record<string, Entry> => ({
  ...SERVICES,
  authorizer: AUTHORIZER,
  ...Object.fromEntries(Object.entries(SOCKETS).map(([name, entry]) => [`socket-${name}`, entry])),
  'fan-out': FAN_OUT,
  ...Object.fromEntries(CONSUMERS.map(({ subscription, entry }) => [subscription.name, entry])),
  notify: NOTIFY,
  'deliver-webhooks': DELIVER_WEBHOOKS,
  'receive-upload': RECEIVE_UPLOAD,
  'scan-upload': SCAN_UPLOAD,
  'process-upload': PROCESS_UPLOAD,
  'process-recording': PROCESS_RECORDING,
  'read-cdn-logs': READ_CDN_LOGS,
  ...Object.fromEntries(JOBS.map(({ name, entry }) => [name, entry])),
});
