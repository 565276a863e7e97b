import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ENV, type EnvironmentKey } from '#contract/environment.ts';
import type { IndexOptions } from '#contract/search-index.ts';
import type { Use } from '#contract/uses.ts';
import type { Config } from './config.ts';
import { SEARCH_GRANTS } from './search-grants.ts';

/** Everything outside a function that a use may name. Stacks add what they create; later stacks use it. */
export interface Resources {
  readonly tableName?: string;
  readonly tableArn?: string;
  readonly tableKeyArn?: string;
  readonly byUserIndexArn?: string;
  readonly stragglersUrl?: string;
  readonly stragglersArn?: string;
  readonly notificationsUrl?: string;
  readonly notificationsArn?: string;
  readonly webhooksUrl?: string;
  readonly webhooksArn?: string;
  readonly signingKeyArn?: string;
  readonly quarantineName?: string;
  readonly quarantineArn?: string;
  readonly verdictBusArn?: string;
  readonly cleanName?: string;
  readonly cleanArn?: string;
  /** Absent when media are downloaded from S3 itself. */
  readonly mediaKeyArn?: string;
  /** The CDN as `MEDIA_CDN` says it. */
  readonly mediaCdn?: string;
  readonly cdnLogsName?: string;
  readonly cdnLogsArn?: string;
  readonly archiveName?: string;
  readonly archiveArn?: string;
  readonly parkingName?: string;
  readonly parkingArn?: string;
  readonly eventBusName?: string;
  readonly eventBusArn?: string;
  /** Absent when the stage has no search. */
  readonly searchEndpoint?: string;
  readonly searchDomainName?: string;
  readonly searchDomainArn?: string;
  readonly socketsEndpoint?: string;
  readonly socketsUrl?: string;
  /** `…/chat/POST/@connections/*`: connection ids are not known before they connect. */
  readonly socketsPostArn?: string;
  /** The same for closing a socket. */
  readonly socketsCloseArn?: string;
}

/** What one use becomes: these actions on this resource, and the variable that tells the function where it is. */
interface Grant {
  readonly on: keyof Resources;
  /** Actions by what is appended to the resource's ARN, where AWS names the things inside it this way. */
  readonly actions: Readonly<Record<string, readonly string[]>>;
  readonly environment: EnvironmentKey;
}

const table = (action: string, on: keyof Resources = 'tableArn'): Grant => ({
  on,
  actions: { '': [`dynamodb:${action}`] },
  environment: 'table',
});

const bucket = (use: 'quarantine' | 'clean' | 'archive' | 'parking', actions: Grant['actions']): Grant => ({
  on: `${use}Arn`,
  actions,
  environment: `${use}Bucket`,
});

/** Each use as exactly its IAM actions. There is no `*` among the actions and no `Scan`. */
export const GRANTS: Readonly<Record<Use, Grant>> = {
  'table:get': table('GetItem'),
  'table:batch-get': table('BatchGetItem'),
  'table:query': table('Query'),
  'table:query-by-user': table('Query', 'byUserIndexArn'),
  'table:put': table('PutItem'),
  'table:update': table('UpdateItem'),
  'table:delete': table('DeleteItem'),
  'table:check': table('ConditionCheckItem'),
  'table:describe': table('DescribeTable'),
  'sockets:post': {
    on: 'socketsPostArn',
    actions: { '': ['execute-api:ManageConnections'] },
    environment: 'socketsEndpoint',
  },
  'sockets:close': {
    on: 'socketsCloseArn',
    actions: { '': ['execute-api:ManageConnections'] },
    environment: 'socketsEndpoint',
  },
  'stragglers:send': { on: 'stragglersArn', actions: { '': ['sqs:SendMessage'] }, environment: 'stragglersUrl' },
  'stragglers:describe': {
    on: 'stragglersArn',
    actions: { '': ['sqs:GetQueueAttributes'] },
    environment: 'stragglersUrl',
  },
  'notifications:send': {
    on: 'notificationsArn',
    actions: { '': ['sqs:SendMessage'] },
    environment: 'notificationsUrl',
  },
  'webhooks:send': { on: 'webhooksArn', actions: { '': ['sqs:SendMessage'] }, environment: 'webhooksUrl' },
  'signing-key:read': {
    on: 'signingKeyArn',
    actions: { '': ['secretsmanager:GetSecretValue'] },
    environment: 'signingKey',
  },
  'quarantine:upload': bucket('quarantine', { '/*': ['s3:PutObject'] }),
  'quarantine:parts': bucket('quarantine', { '/*': ['s3:ListMultipartUploadParts'] }),
  'quarantine:abort': bucket('quarantine', { '/*': ['s3:AbortMultipartUpload'] }),
  // The version is named in the event, so that what is read is what was uploaded.
  'quarantine:read': bucket('quarantine', { '/*': ['s3:GetObject', 's3:GetObjectVersion'] }),
  'quarantine:describe': bucket('quarantine', { '': ['s3:ListBucket'] }),
  'verdicts:tell': { on: 'verdictBusArn', actions: { '': ['events:PutEvents'] }, environment: 'verdictBus' },
  'clean:read': bucket('clean', { '/*': ['s3:GetObject'] }),
  'clean:write': bucket('clean', { '/*': ['s3:PutObject'] }),
  'quarantine:list': bucket('quarantine', { '': ['s3:ListBucketVersions'] }),
  'quarantine:remove': bucket('quarantine', { '/*': ['s3:DeleteObject', 's3:DeleteObjectVersion'] }),
  'clean:list': bucket('clean', { '': ['s3:ListBucket'] }),
  'clean:remove': bucket('clean', { '/*': ['s3:DeleteObject'] }),
  'clean:describe': bucket('clean', { '': ['s3:ListBucket'] }),
  'media-key:read': {
    on: 'mediaKeyArn',
    actions: { '': ['secretsmanager:GetSecretValue'] },
    environment: 'mediaCdn',
  },
  'cdn-logs:read': { on: 'cdnLogsArn', actions: { '/*': ['s3:GetObject'] }, environment: 'cdnLogsBucket' },
  'archive:read': bucket('archive', { '/*': ['s3:GetObject'] }),
  'archive:write': bucket('archive', { '/*': ['s3:PutObject'] }),
  'archive:remove': bucket('archive', { '/*': ['s3:DeleteObject'] }),
  ...SEARCH_GRANTS,
  'events:publish': { on: 'eventBusArn', actions: { '': ['events:PutEvents'] }, environment: 'eventBus' },
  'parking:write': bucket('parking', { '/*': ['s3:PutObject'] }),
  'parking:take': bucket('parking', { '': ['s3:ListBucket'], '/*': ['s3:GetObject', 's3:DeleteObject'] }),
};

/** Uses of the table that change it: DynamoDB then asks the table's key for more than to decrypt. */
const WRITES: ReadonlySet<Use> = new Set(['table:put', 'table:update', 'table:delete']);

const need = (resources: Resources, key: keyof Resources): string => {
  const value = resources[key];
  if (value === undefined) throw new Error(`a function uses ${key}, which no stack before it creates`);
  return value;
};

/** What a stage may be without. */
const OPTIONAL: ReadonlySet<keyof Resources> = new Set(['searchDomainArn', 'mediaKeyArn']);

/** True when the stage has what the use works on. */
const exists = (use: Use, resources: Resources): boolean =>
  !OPTIONAL.has(GRANTS[use].on) || resources[GRANTS[use].on] !== undefined;

/**
 * The policy of a function: one statement a resource, its actions sorted. Raises when a use names what does not exist.
 */
export function statementsFor(uses: readonly Use[], resources: Resources): PolicyStatement[] {
  const byResource = new Map<string, Set<string>>();
  for (const use of uses.filter((name) => exists(name, resources))) {
    const { on, actions } = GRANTS[use];
    for (const [within, named] of Object.entries(actions)) {
      const resource = `${need(resources, on)}${within}`;
      byResource.set(resource, new Set([...(byResource.get(resource) ?? []), ...named]));
    }
  }
  const statements = [...byResource].map(
    ([resource, actions]) => new PolicyStatement({ actions: [...actions].sort(), resources: [resource] }),
  );
  if (uses.some((use) => use.startsWith('table:') && use !== 'table:describe'))
    statements.push(
      tableKeyStatement(
        uses.some((use) => WRITES.has(use)),
        resources,
      ),
    );
  return statements;
}

/**
 * A table under a customer managed key: its callers need the key too, through DynamoDB only
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html).
 */
export const tableKeyStatement = (writes: boolean, resources: Resources): PolicyStatement =>
  new PolicyStatement({
    actions: [
      'kms:Decrypt',
      'kms:DescribeKey',
      ...(writes ? ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'] : []),
    ],
    resources: [need(resources, 'tableKeyArn')],
    conditions: { StringLike: { 'kms:ViaService': 'dynamodb.*.amazonaws.com' } },
  });

/** The variables of a function: those of its uses, those it names itself, and the version. */
export function environmentFor(
  uses: readonly Use[],
  extra: readonly EnvironmentKey[],
  resources: Resources,
  config: Config,
): Record<string, string> {
  const source: Record<EnvironmentKey, () => string> = {
    table: () => need(resources, 'tableName'),
    socketsEndpoint: () => need(resources, 'socketsEndpoint'),
    socketsUrl: () => need(resources, 'socketsUrl'),
    stragglersUrl: () => need(resources, 'stragglersUrl'),
    notificationsUrl: () => need(resources, 'notificationsUrl'),
    webhooksUrl: () => need(resources, 'webhooksUrl'),
    webhooksLoopback: () => String(config.stage === 'local'),
    signingKey: () => need(resources, 'signingKeyArn'),
    quarantineBucket: () => need(resources, 'quarantineName'),
    cleanBucket: () => need(resources, 'cleanName'),
    mediaCdn: () => need(resources, 'mediaCdn'),
    cdnLogsBucket: () => need(resources, 'cdnLogsName'),
    verdictBus: () => 'default',
    clamd: () => (config.stage === 'local' ? config.clamd : ''),
    archiveBucket: () => need(resources, 'archiveName'),
    searchEndpoint: () => need(resources, 'searchEndpoint'),
    searchDomain: () => need(resources, 'searchDomainName'),
    operatorTenant: () => config.operatorTenant,
    searchLazy: () => String(config.search.lazy),
    searchIndex: () => {
      const { analysis, shards, refreshSeconds, keepDays } = config.search;
      return JSON.stringify({ analysis, shards, refreshSeconds, keepDays } satisfies IndexOptions);
    },
    eventBus: () => need(resources, 'eventBusName'),
    parkingBucket: () => need(resources, 'parkingName'),
    issuer: () => config.issuerUrl,
    audience: () => config.audience,
    claims: () => JSON.stringify(config.claims),
    version: () => config.version,
  };
  const ofUses = uses.filter((use) => exists(use, resources)).map((use) => GRANTS[use].environment);
  const keys = [...new Set<EnvironmentKey>([...ofUses, ...extra, 'version'])].sort();
  return Object.fromEntries(keys.map((key) => [ENV[key], source[key]()]));
}
