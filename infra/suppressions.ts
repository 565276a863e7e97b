import { Reference, Stack, Tokenization, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ParleyFunction } from './constructs/parley-function.ts';
import type { Stacks } from './stacks.ts';

/** Why a resource of a grant may end in `*`, by how it ends. The first that fits counts; no other wildcard is allowed. */
const WILDCARDS: readonly (readonly [end: string, reason: string])[] = [
  [
    '/@connections/*',
    'Connection ids are given out by API Gateway when somebody connects; the stage and POST are fixed.',
  ],
  ['-v*', 'The version at the end of a search index: a new mapping gets a new index.'],
  ['-v*/_search', 'The same: searches name the index that is live, whichever version it is.'],
  ['-v*/_bulk', 'The same: documents go to each index that is in use.'],
  ['-v*/_delete_by_query', 'The same: tombstones are removed from each of them.'],
  ['-v*/_search/point_in_time', 'The same, for pages of a search that see one point in time.'],
  ['-v*/_bulk', 'The same: documents are written to the index that is live, and to the one that is being built.'],
  ['-v*/_refresh', 'The same, before what an index holds is compared with the table.'],
  ['/*', 'The objects inside one bucket; the actions are named one by one.'],
  ['*', 'dynamodb:ListStreams takes no resource, and Lambda refuses a stream source without it.'],
];

/** Findings of AwsSolutions that stand, each with its reason, on the construct it is about. */
export function acknowledge({ data, realtime, media, services, rest, stream, jobs, hooks, delivery }: Stacks): void {
  const allow = (on: IConstruct | undefined, id: string, reason: string) => {
    if (on) Validations.of(on).acknowledge({ id: `AwsSolutions-${id}`, reason });
  };
  const functions = [
    ...Object.values(realtime.functions),
    ...Object.values(services.functions),
    ...Object.values(stream.functions),
    ...Object.values(media.functions),
    ...Object.values(jobs.functions),
    ...Object.values(hooks.functions),
    ...Object.values(delivery.functions),
  ];
  for (const made of functions)
    for (const resource of wildcardsOf(made)) {
      const reason = WILDCARDS.find(([end]) => resource.endsWith(end))?.[1];
      if (reason) allow(made, `IAM5[Resource::${asReported(resource, made)}]`, reason);
    }

  allow(
    data,
    'SMG4',
    'The signing secret is replaced by hand (docs/deploy.md): a rotation would void every cursor and ticket at a time nobody chose.',
  );
  const { domain } = data;
  allow(
    domain,
    'OS1',
    'Outside a VPC the functions need no network interfaces or NAT; requests are signed and go over TLS.',
  );
  allow(domain, 'OS3', 'Callers are functions without fixed addresses; access is by IAM.');
  allow(
    domain,
    'OS4',
    'Dedicated masters cost more than the whole rest while nobody talks; the index can be rebuilt from the table.',
  );
  allow(domain, 'OS5', 'There is no domain policy at all, so only IAM identities of this account with a grant get in.');
  allow(domain, 'OS7', 'One node is the default of dev; from two on the domain spans two zones.');
  for (const log of ['SEARCH', 'INDEX'])
    allow(
      domain,
      `OS9[LogExport::${log}_SLOW_LOGS]`,
      'Slow logs print queries and documents: what people wrote does not belong in a log.',
    );

  allow(
    realtime,
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    'The account-wide role that API Gateway asks for to write any log; AWS keeps the policy.',
  );
  allow(rest, 'APIG2', 'Functions validate with the same Zod schemas that generate the OpenAPI document.');
  allow(rest, 'APIG3', 'A web ACL costs by the month and by the rule; docs/deploy.md says how to attach one.');
  allow(rest, 'APIG4', 'GET /health is public, and a preflight carries no token.');
  allow(rest, 'COG4', 'Any OIDC issuer may be used, so a Lambda authorizer verifies the tokens.');
  allow(
    realtime,
    'APIG4',
    'A socket is authorised when it connects; API Gateway allows an authorizer on no other route.',
  );
  const scan = media.malwareScan?.role;
  allow(
    scan,
    'IAM5[Resource::arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*]',
    'GuardDuty names the rule itself; only a rule that it manages may be changed.',
  );
  for (const resource of media.malwareScan?.objects ?? [])
    allow(
      scan,
      `IAM5[Resource::${asReported(resource, media)}]`,
      'Every object of the quarantine is scanned, and of no other bucket.',
    );
  const { distribution } = delivery;
  allow(distribution, 'CFR1', 'Parley is for people anywhere; who may fetch what is in each address.');
  allow(
    distribution,
    'CFR2',
    'A web ACL costs by the month and by the rule; nothing is served without a signed address.',
  );
  allow(
    distribution,
    'CFR4',
    'Without a certificate of its own CloudFront’s is used, which sets the protocols; docs/deploy.md says how to name one.',
  );
  allow(media.failedUploads, 'SQS3', 'It is itself where failed invocations end; cdk-nag sees redrive policies only.');
}

const wildcardsOf = ({ statements }: ParleyFunction): string[] =>
  statements.flatMap((statement) => statement.resources.filter((resource) => resource.includes('*')));

/** An ARN as cdk-nag writes it: `<LogicalId.Attribute>` within the stack, the export's name from another one. */
function asReported(arn: string, within: IConstruct): string {
  const stack = Stack.of(within);
  return Tokenization.reverseString(arn)
    .mapTokens({
      mapToken(token) {
        if (!Reference.isReference(token)) return `<${stack.resolve(token).Ref}>`;
        const producer = Stack.of(token.target);
        if (producer !== stack) return stack.resolve(producer.exportValue(token))['Fn::ImportValue'];
        const { Ref: ref, 'Fn::GetAtt': attribute } = stack.resolve(token);
        return `<${ref ?? attribute.join('.')}>`;
      },
    })
    .join({ join: (left, right) => `${left ?? ''}${right ?? ''}` });
}
