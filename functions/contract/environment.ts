/**
 * The environment variables functions read. Both `infra/` (which sets them) and the code (which reads them) name them
 * from here, so they cannot disagree.
 */
export const ENV = {
  /** Name of the single table. */
  table: 'TABLE_NAME',
  /** `https://…` endpoint of the WebSocket stage, for posts to open sockets. */
  socketsEndpoint: 'SOCKETS_ENDPOINT',
  /** `wss://…` address that clients open. */
  socketsUrl: 'SOCKETS_URL',
  /** URL of the SQS FIFO queue of stragglers. */
  stragglersUrl: 'STRAGGLERS_URL',
  /** URL of the queue of messages that somebody may have to be notified of. */
  notificationsUrl: 'NOTIFICATIONS_URL',
  /** URL of the queue of what webhooks are to be told. */
  webhooksUrl: 'WEBHOOKS_URL',
  /** `true` where webhooks may lead to this machine itself, over plain HTTP: on a laptop. */
  webhooksLoopback: 'WEBHOOKS_LOOPBACK',
  /** ARN of the secret that signs tickets and cursors. */
  signingKey: 'SIGNING_KEY_ARN',
  quarantineBucket: 'QUARANTINE_BUCKET',
  cleanBucket: 'CLEAN_BUCKET',
  /** JSON: address, secret and key ids of the CDN that media are downloaded from (gateways/cdn-key.ts). Absent: from S3. */
  mediaCdn: 'MEDIA_CDN',
  /** Bucket that the CDN writes its logs to. */
  cdnLogsBucket: 'CDN_LOGS_BUCKET',
  /** Bus that says what the malware scan found. */
  verdictBus: 'VERDICT_BUS',
  /** Where ClamAV's daemon listens, `host:port` or the path of a socket; empty where there is none. */
  clamd: 'CLAMD',
  /** Bucket that old messages are moved to. */
  archiveBucket: 'ARCHIVE_BUCKET',
  /** `https://…` endpoint of the search domain. */
  searchEndpoint: 'SEARCH_ENDPOINT',
  searchDomain: 'SEARCH_DOMAIN',
  /** The tenant whose admins run the deployment. Empty: nobody does over HTTP. */
  operatorTenant: 'OPERATOR_TENANT',
  /** `true` where a tenant is indexed only once somebody of it has searched. */
  searchLazy: 'SEARCH_LAZY',
  /** JSON: what the deployment decides about its search indices (contract/search-index.ts). Absent: as the defaults say. */
  searchIndex: 'SEARCH_INDEX',
  eventBus: 'EVENT_BUS',
  /** Bucket that unreadable stream records are parked in. */
  parkingBucket: 'PARKING_BUCKET',
  issuer: 'ISSUER',
  audience: 'AUDIENCE',
  /** JSON: which claims hold user, tenant, roles and name. */
  claims: 'CLAIMS',
  version: 'PARLEY_VERSION',
} as const;

export type EnvironmentKey = keyof typeof ENV;
