import type { EnvironmentKey } from './environment.ts';
import type { Use } from './uses.ts';

/**
 * A reader of the table's stream. There are two, for ever: more throttle the shard
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html).
 */
export interface Subscription {
  readonly name: string;
  /** `entity` values it wants to see; becomes the event source's filter. */
  readonly on: readonly string[];
  /** Those of which it wants to see only that they come and go. */
  readonly comings?: readonly string[];
  readonly batchSize: number;
  /** Seconds the event source gathers records for one invocation. */
  readonly windowSeconds: number;
  readonly retries: number;
  /** Hours after which a record is given up; below the stream's own 24. */
  readonly maxAgeHours: number;
  readonly uses: readonly Use[];
  readonly environment: readonly EnvironmentKey[];
}

export const indexSearch: Subscription = {
  name: 'index-search',
  on: ['message', 'user', 'settings'],
  // A head changes with every message; what the index holds of it lies in the settings.
  comings: ['conversation'],
  batchSize: 1_000,
  windowSeconds: 1,
  retries: 10,
  maxAgeHours: 20,
  uses: ['search:index', 'parking:write', 'table:get', 'table:batch-get'],
  environment: ['searchEndpoint', 'searchIndex', 'searchLazy', 'parkingBucket'],
};

export const publishEvents: Subscription = {
  name: 'publish-events',
  on: ['message', 'media', 'conversation'],
  // A member's item changes with each of their read markers: those changes are nobody's business here.
  comings: ['member'],
  batchSize: 1_000,
  // Nobody looks at what comes of it, unlike a search: half as many invocations.
  windowSeconds: 2,
  retries: 10,
  maxAgeHours: 20,
  uses: ['events:publish', 'notifications:send', 'parking:write'],
  environment: ['eventBus', 'notificationsUrl', 'parkingBucket'],
};
