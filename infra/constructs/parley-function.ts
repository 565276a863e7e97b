import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, Code, type ILayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Entry } from '#contract/entry.ts';
import { architectureOf, type Config, prefixOf } from '../config.ts';
import { environmentFor, type Resources, statementsFor } from '../grants.ts';
import type { Bundles } from './bundles.ts';

/** What every stack needs to make functions. */
export interface Setting {
  readonly config: Config;
  readonly bundles: Bundles;
}

interface Props {
  readonly setting: Setting;
  /** Name within the deployment: `messages` becomes `parley-dev-messages`. */
  readonly name: string;
  readonly entry: Entry;
  readonly resources: Resources;
  readonly layers?: readonly ILayerVersion[];
  /** What its event source needs of its role, beyond what the code itself uses. */
  readonly eventSource?: readonly PolicyStatement[];
}

/** The name of a function, known before it exists: log groups, permissions and dashboards are named after it. */
export const functionName = (config: Config, name: string): string => `${prefixOf(config)}-${name}`;

/**
 * A Lambda function with a log group of its own, a role that holds exactly what its entry uses, and the variables that
 * those uses need. Whoever invokes it gets one permission, not one a route.
 */
export class ParleyFunction extends Construct {
  readonly function: NodejsFunction;
  /** What it is deployed as: it stands in its metrics. */
  readonly name: string;
  readonly logGroup: LogGroup;
  /** What the function may do, besides writing its own log. */
  readonly statements: readonly PolicyStatement[];

  constructor(scope: Construct, id: string, { setting, name, entry, resources, layers, eventSource = [] }: Props) {
    super(scope, id);
    const { config, bundles } = setting;
    this.name = functionName(config, name);
    this.logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName(config, name)}`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const uses = statementsFor(entry.uses, resources);
    this.statements = [...uses, ...eventSource];
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        logs: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [this.logGroup.logGroupArn],
            }),
          ],
        }),
        ...policyOf('uses', uses),
        ...policyOf('event-source', eventSource),
      },
    });
    this.function = new NodejsFunction(this, 'Function', {
      functionName: functionName(config, name),
      description: entry.file,
      runtime: Runtime.NODEJS_24_X,
      architecture: architectureOf(config),
      code: Code.fromAsset(folderOf(entry, bundles)),
      handler: 'index.handler',
      memorySize: entry.memory,
      timeout: Duration.seconds(entry.timeoutSeconds),
      ephemeralStorageSize: entry.diskMb === undefined ? undefined : Size.mebibytes(entry.diskMb),
      // Constructs that add grants of their own would add wildcards: the role is complete as it is.
      role: role.withoutPolicyUpdates(),
      logGroup: this.logGroup,
      environment: environmentFor(entry.uses, entry.environment, resources, config),
      layers: layers ? [...layers] : undefined,
    });
  }

  /** Lets a service invoke the function on behalf of one resource. */
  allow(id: string, principal: string, source: { readonly arn: string; readonly account?: string }): CfnPermission {
    return new CfnPermission(this, id, {
      action: 'lambda:InvokeFunction',
      functionName: this.function.functionArn,
      principal,
      sourceArn: source.arn,
      sourceAccount: source.account,
    });
  }
}

const policyOf = (name: string, statements: readonly PolicyStatement[]): Record<string, PolicyDocument> =>
  statements.length === 0 ? {} : { [name]: new PolicyDocument({ statements: [...statements] }) };

function folderOf({ file }: Entry, bundles: Bundles): string {
  const folder = bundles[file];
  if (!folder) throw new Error(`${file} was not bundled`);
  return folder;
}
