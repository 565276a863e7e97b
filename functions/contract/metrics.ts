/** The namespace in CloudWatch of what the functions count. */
export const METRIC_NAMESPACE = 'Parley';

/**
 * What functions count: people's doings, not the platform's. Never by tenant: each value of a dimension is a metric of
 * its own, with a price of its own.
 */
export const METRICS = {
  /** Messages that were stored; a repeated send counts once. */
  sent: 'MessagesSent',
  /** Sockets that took an announcement. */
  delivered: 'Delivered',
  /** Sockets left to the fan-out queue, which counts them again when they took it. */
  queued: 'Queued',
  /** Sockets that were given up: they failed for minutes, and pull what they missed. */
  stragglers: 'Stragglers',
  /** Sockets that could neither be reached nor left to the queue. */
  undelivered: 'Undelivered',
  /** Posts that a socket did not take, for a reason that may pass; and sockets that turned out to be closed. */
  failing: 'PostsFailed',
  gone: 'SocketsGone',
  /** Sockets that opened, and those whose end the gateway told. */
  connects: 'Connects',
  disconnects: 'Disconnects',
  reactions: 'ReactionsAdded',
  /** Unread counts that were worked out. */
  unread: 'UnreadComputed',
  /** Resumes that were answered, with the conversations named, and the events and their bytes that they were told together. */
  resumes: 'Resumes',
  resumedConversations: 'ResumedConversations',
  resumedEvents: 'ResumedEvents',
  resumedBytes: 'ResumedBytes',
  /** Members whom a notification was due to. */
  notified: 'Notified',
  /** Events that webhooks took, attempts that failed and will be made again, and those that were given up. */
  webhooksDelivered: 'WebhooksDelivered',
  webhooksRetried: 'WebhooksRetried',
  webhooksFailed: 'WebhooksFailed',
  /** Documents that the search index took, those it had in a later version already, and those it will never take; and the bulks they went in. */
  indexed: 'Indexed',
  superseded: 'Superseded',
  rejected: 'IndexRejected',
  bulks: 'IndexBulks',
  /** Searches; those of them that the engine did not answer, and those that were not tried because it had just failed too often. */
  searches: 'Searches',
  searchesFailed: 'SearchesFailed',
  searchesRejected: 'SearchesRejected',
  /** Times that a function left the engine alone for a while. */
  searchPauses: 'SearchPauses',
  /** Requests that were refused; by code too. */
  refused: 'Refused',
} as const;
export type Counted = keyof typeof METRICS;

/** What functions measure, and in which unit of CloudWatch; it makes percentiles of the values. */
export const MEASURES = {
  /** From when something was stored until its announcement was posted, or its share of the fan-out queue was. */
  pushLatency: ['PushLatency', 'Milliseconds'],
  /** From when a search was let in until its answer was ready. */
  searchLatency: ['SearchLatency', 'Milliseconds'],
  /** Events that the fan-out function packed into one frame. */
  gathered: ['EventsPerFrame', 'Count'],
  /** From when something changed in the table until the search index had it; the table tells the time to the second. */
  indexLag: ['IndexLag', 'Milliseconds'],
  /** What could not be indexed and is still parked, after it was tried once more. */
  parkedLeft: ['ParkedLeft', 'Count'],
} as const;
export type Measured = keyof typeof MEASURES;
