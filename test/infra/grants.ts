import { describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { everyEntry, STAND_INS } from '#contract/entries.ts';
import { ENV } from '#contract/environment.ts';
import type { Route } from '#contract/route.ts';
import type { Use } from '#contract/uses.ts';
import { STAGES, type Stage } from '#infra/config.ts';
import { GRANTS } from '#infra/grants.ts';
import { deployment, grantsOf, resourcesOf, type Statement } from './deployment.ts';

const actionsOf = (statements: readonly Statement[]): string[] =>
  [...new Set(statements.flatMap(({ actions }) => actions))].sort();

/** What a role has besides its uses: its log, the table's key, and its event source. */
const OWN_LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const TABLE_KEY = {
  read: ['kms:Decrypt', 'kms:DescribeKey'],
  write: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
};
const STREAM = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'];
const QUEUE = ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
const EVENT_SOURCE: Readonly<Record<string, readonly string[]>> = {
  'index-search': [...STREAM, ...TABLE_KEY.read, 's3:ListBucket', 's3:PutObject'],
  'publish-events': [...STREAM, ...TABLE_KEY.read, 's3:ListBucket', 's3:PutObject'],
  'fan-out': QUEUE,
  notify: QUEUE,
  'deliver-webhooks': QUEUE,
  'receive-upload': ['sqs:SendMessage'],
  'scan-upload': ['sqs:SendMessage'],
  'process-upload': ['sqs:SendMessage'],
  'process-recording': ['sqs:SendMessage'],
};

/** Uses of what a stage need not have: without a CDN there is no key to sign with. */
const usesIn = (stage: Stage, uses: readonly Use[]): Use[] =>
  uses.filter((use) => use !== 'media-key:read' || stage === 'prod');

const actionsOfUses = (uses: readonly Use[]): string[] => {
  const table = uses.filter((use) => use.startsWith('table:') && use !== 'table:describe');
  return [
    ...uses.flatMap((use) => Object.values(GRANTS[use].actions).flat()),
    ...(table.length > 0 ? TABLE_KEY.read : []),
    ...(table.some((use) => /put|update|delete/.test(use)) ? TABLE_KEY.write : []),
  ];
};

describe.each(STAGES)('stage %s', (stage) => {
  const grants = grantsOf(stage);

  const deployed = Object.entries(everyEntry()).filter(([name]) => stage === 'local' || !STAND_INS.includes(name));
  it.each(deployed)('%s may do exactly what its uses say', (name, { uses }) => {
    const expected = new Set([...OWN_LOG, ...actionsOfUses(usesIn(stage, uses)), ...(EVENT_SOURCE[name] ?? [])]);
    expect(actionsOf(grants.get(name)!)).toEqual([...expected].sort());
  });

  it('names every action in full, and none that reads past keys', () => {
    for (const action of actionsOf([...grants.values()].flat())) {
      expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z]+$/);
      expect(action).not.toMatch(/Scan|PartiQL/i);
    }
  });

  it('lets a resource end in * only where AWS gives out the name inside', () => {
    const open = [...grants].flatMap(([name, statements]) =>
      statements.flatMap(({ actions, resources }) =>
        resources.filter((resource) => resource.includes('*')).map((resource) => ({ name, actions, resource })),
      ),
    );
    for (const { actions, resource } of open) {
      if (resource === '*') expect(actions).toEqual(['dynamodb:ListStreams']);
      else if (actions.includes('execute-api:ManageConnections'))
        expect(resource).toMatch(/\/(POST|DELETE)\/@connections\/\*"/);
      else if (resource.includes('-v*'))
        expect([['es:ESHttpPut'], ['es:ESHttpPost'], ['es:ESHttpDelete', 'es:ESHttpPut']]).toContainEqual(actions);
      else
        expect(
          actions.every((action) =>
            /^s3:((Get|Put|Delete)Object|ListMultipartUploadParts|AbortMultipartUpload)/.test(action),
          ),
        ).toBe(true);
    }
    expect(open.filter(({ resource }) => resource === '*').map(({ name }) => name)).toEqual([
      'index-search',
      'publish-events',
    ]);
  });

  it('lets every function write its own log and no other', () => {
    for (const [name, statements] of grants) {
      const logs = statements.filter(({ actions }) => actions.includes('logs:PutLogEvents'));
      expect(logs).toHaveLength(1);
      expect(logs[0]!.resources).toHaveLength(1);
      const id = /"Fn::GetAtt":\["(\w+)","Arn"\]/.exec(logs[0]!.resources[0]!)![1];
      const group = resourcesOf(stage, 'AWS::Logs::LogGroup').find(
        (found) => found.id === id && found.Properties.LogGroupName.endsWith(`-${name}`),
      );
      expect(group, name).toBeDefined();
    }
  });

  it('gives roles nothing besides: no managed policy, no policy from elsewhere', () => {
    const functions = resourcesOf(stage, 'AWS::Lambda::Function').map(
      ({ Properties }) => Properties.Role['Fn::GetAtt'][0],
    );
    const roles = resourcesOf(stage, 'AWS::IAM::Role').filter(({ id }) => functions.includes(id));
    expect(roles.length).toBe(new Set(roles.map(({ id, stack }) => `${stack}/${id}`)).size);
    for (const { Properties } of roles) expect(Properties.ManagedPolicyArns).toBeUndefined();
    expect(resourcesOf(stage, 'AWS::IAM::Policy')).toEqual([]);
  });

  it('tells every function where everything is that it uses, and nothing else', () => {
    const known = new Set<string>(Object.values(ENV));
    for (const { Properties } of resourcesOf(stage, 'AWS::Lambda::Function')) {
      const entry = Object.values(everyEntry()).find(({ file }) => file === Properties.Description)!;
      const uses = usesIn(stage, entry.uses);
      const expected = [...uses.map((use) => GRANTS[use].environment), ...entry.environment, 'version' as const];
      const names = Object.keys(Properties.Environment.Variables);
      expect(names.sort()).toEqual([...new Set(expected.map((key) => ENV[key]))].sort());
      expect(names.every((name) => known.has(name))).toBe(true);
    }
  });
});

describe('the gateway', () => {
  /** `METHOD /path` of every method, by the function that answers. */
  const methods = () => {
    const { resources } = deployment('prod').templates.find(({ stack }) => stack === 'rest')!;
    const pathOf = (id: string): string => {
      const { PathPart, ParentId } = resources[id]!.Properties;
      return `${ParentId.Ref ? pathOf(ParentId.Ref) : ''}/${PathPart}`;
    };
    return Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::ApiGateway::Method')
      .map(({ Properties }) => ({
        key: `${Properties.HttpMethod} ${pathOf(Properties.ResourceId.Ref)}`,
        method: Properties.HttpMethod as string,
        authorization: Properties.AuthorizationType as string,
        integration: JSON.stringify(Properties.Integration.Uri ?? ''),
      }));
  };

  it('has every route and alias of the contract, each at its service, and no other', () => {
    const declared = Object.entries(api).flatMap(([service, routes]) =>
      Object.values<Route>(routes).flatMap((route) =>
        [route, ...(route.aliases ?? [])].map(({ method, path }) => ({ key: `${method} ${path}`, service, route })),
      ),
    );
    const deployed = methods().filter(({ method }) => method !== 'OPTIONS');
    expect(deployed.map(({ key }) => key).sort()).toEqual(declared.map(({ key }) => key).sort());
    for (const { key, service, route } of declared) {
      const found = deployed.find((method) => method.key === key)!;
      expect(found.integration).toContain(`GetAtt${service}Function`);
      const open = route.permission === 'health:read' || route.permission === 'invitation:keys';
      expect(found.authorization).toBe(open ? 'NONE' : 'CUSTOM');
    }
  });

  it('answers a preflight on every path', () => {
    const paths = (wanted: boolean) =>
      [
        ...new Set(
          methods()
            .filter(({ method }) => (method === 'OPTIONS') === wanted)
            .map(({ key }) => key.split(' ')[1]),
        ),
      ].sort();
    expect(paths(true)).toEqual(paths(false));
  });

  it('lets the API invoke each function by one permission', () => {
    const permissions = resourcesOf('prod', 'AWS::Lambda::Permission').map(
      ({ Properties, stack }) => `${stack} ${JSON.stringify(Properties.FunctionName)}`,
    );
    expect(new Set(permissions).size).toBe(permissions.length);
  });

  it('lets in no socket without a ticket', () => {
    const routes = resourcesOf('prod', 'AWS::ApiGatewayV2::Route').map(({ Properties }) => [
      Properties.RouteKey,
      Properties.AuthorizationType,
    ]);
    expect(Object.fromEntries(routes)).toEqual({ $connect: 'CUSTOM', $disconnect: 'NONE', $default: 'NONE' });
    const [authorizer] = resourcesOf('prod', 'AWS::ApiGatewayV2::Authorizer');
    expect(authorizer!.Properties.IdentitySource).toEqual(['route.request.querystring.ticket']);
  });
});
