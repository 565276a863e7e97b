import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ENV, type EnvironmentKey } from '#contract/environment.ts';
import type { Use } from '#contract/uses.ts';
import type { Config } from './config.ts';

/** Everything outside a function that a use may name. Stacks add what they create; later stacks use it. */
export interface Resources {
  readonly tableName?: string;
  readonly tableArn?: string;
  readonly tableKeyArn?: string;
  readonly byUserIndexArn?: string;
  readonly stragglersUrl?: string;
  readonly stragglersArn?: string;
  readonly signingKeyArn?: string;
  readonly quarantineName?: string;
  readonly quarantineArn?: string;
  readonly cleanName?: string;
  readonly cleanArn?: string;
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
  /** `…/chat/DELETE/@connections/*`. */
  readonly socketsCloseArn?: string;
}

/** What one use becomes: these actions on this resource, and the variables that tell the function where it is. */
interface Grant {
  readonly actions: readonly string[];
  readonly on: keyof Resources;
  /** Appended to the resource's ARN; only where AWS names the things inside it this way. */
  readonly within?: readonly string[];
  readonly environment: readonly EnvironmentKey[];
}

const table = (action: string, on: keyof Resources = 'tableArn'): Grant => ({
  actions: [`dynamodb:${action}`],
  on,
  environment: ['table'],
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
    actions: ['execute-api:ManageConnections'],
    on: 'socketsPostArn',
    environment: ['socketsEndpoint'],
  },
  'sockets:close': {
    actions: ['execute-api:ManageConnections'],
    on: 'socketsCloseArn',
    environment: ['socketsEndpoint'],
  },
  'stragglers:send': { actions: ['sqs:SendMessage'], on: 'stragglersArn', environment: ['stragglersUrl'] },
  'stragglers:describe': { actions: ['sqs:GetQueueAttributes'], on: 'stragglersArn', environment: ['stragglersUrl'] },
  'signing-key:read': { actions: ['secretsmanager:GetSecretValue'], on: 'signingKeyArn', environment: ['signingKey'] },
  'quarantine:upload': {
    actions: ['s3:PutObject'],
    on: 'quarantineArn',
    within: ['/*'],
    environment: ['quarantineBucket'],
  },
  'quarantine:read': {
    // The version is named in the event, so that what is read is what was uploaded.
    actions: ['s3:GetObject', 's3:GetObjectVersion'],
    on: 'quarantineArn',
    within: ['/*'],
    environment: ['quarantineBucket'],
  },
  'quarantine:describe': { actions: ['s3:ListBucket'], on: 'quarantineArn', environment: ['quarantineBucket'] },
  'clean:read': { actions: ['s3:GetObject'], on: 'cleanArn', within: ['/*'], environment: ['cleanBucket'] },
  'clean:write': { actions: ['s3:PutObject'], on: 'cleanArn', within: ['/*'], environment: ['cleanBucket'] },
  'clean:describe': { actions: ['s3:ListBucket'], on: 'cleanArn', environment: ['cleanBucket'] },
  'search:query': {
    actions: ['es:ESHttpPost'],
    on: 'searchDomainArn',
    within: ['/*'],
    environment: ['searchEndpoint'],
  },
  'search:index': {
    actions: ['es:ESHttpGet', 'es:ESHttpHead', 'es:ESHttpPost', 'es:ESHttpPut'],
    on: 'searchDomainArn',
    within: ['/*'],
    environment: ['searchEndpoint'],
  },
  'search:describe': { actions: ['es:DescribeDomain'], on: 'searchDomainArn', environment: ['searchDomain'] },
  'events:publish': { actions: ['events:PutEvents'], on: 'eventBusArn', environment: ['eventBus'] },
  'parking:write': { actions: ['s3:PutObject'], on: 'parkingArn', within: ['/*'], environment: ['parkingBucket'] },
};

/** Uses of the table that change it: DynamoDB then asks the table's key for more than to decrypt. */
const WRITES: ReadonlySet<Use> = new Set(['table:put', 'table:update', 'table:delete']);

const need = (resources: Resources, key: keyof Resources): string => {
  const value = resources[key];
  if (value === undefined) throw new Error(`a function uses ${key}, which no stack before it creates`);
  return value;
};

/** True when the stage has what the use works on; only search can be left out. */
const exists = (use: Use, resources: Resources): boolean =>
  GRANTS[use].on !== 'searchDomainArn' || resources.searchDomainArn !== undefined;

/**
 * The policy of a function: one statement a resource, its actions sorted. Raises when a use names what does not exist.
 */
export function statementsFor(uses: readonly Use[], resources: Resources): PolicyStatement[] {
  const byResource = new Map<string, { actions: Set<string>; resources: string[] }>();
  for (const use of uses.filter((name) => exists(name, resources))) {
    const { actions, on, within } = GRANTS[use];
    const arn = need(resources, on);
    const key = `${on}${within?.join() ?? ''}`;
    const entry = byResource.get(key) ?? {
      actions: new Set(),
      resources: (within ?? ['']).map((path) => `${arn}${path}`),
    };
    for (const action of actions) entry.actions.add(action);
    byResource.set(key, entry);
  }
  const statements = [...byResource.values()].map(
    (entry) => new PolicyStatement({ actions: [...entry.actions].sort(), resources: entry.resources }),
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
    signingKey: () => need(resources, 'signingKeyArn'),
    quarantineBucket: () => need(resources, 'quarantineName'),
    cleanBucket: () => need(resources, 'cleanName'),
    searchEndpoint: () => need(resources, 'searchEndpoint'),
    searchDomain: () => need(resources, 'searchDomainName'),
    eventBus: () => need(resources, 'eventBusName'),
    parkingBucket: () => need(resources, 'parkingName'),
    issuer: () => config.issuerUrl,
    audience: () => config.audience,
    claims: () => JSON.stringify(config.claims),
    version: () => config.version,
  };
  const ofUses = uses.filter((use) => exists(use, resources)).flatMap((use) => GRANTS[use].environment);
  const keys = [...new Set<EnvironmentKey>([...ofUses, ...extra, 'version'])].sort();
  return Object.fromEntries(keys.map((key) => [ENV[key], source[key]()]));
}
