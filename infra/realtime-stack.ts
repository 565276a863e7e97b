import { Aws, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AccessLogFormat, CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnAuthorizer,
  CfnIntegration,
  CfnRoute,
  LogGroupLogDestination,
  WebSocketApi,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { FAN_OUT, SOCKETS } from '#contract/entries.ts';
import { type Config, prefixOf } from './config.ts';
import { ParleyFunction, type Setting } from './constructs/parley-function.ts';
import type { DataStack } from './data-stack.ts';
import type { Resources } from './grants.ts';

/** The WebSocket stage, so that clients open `wss://…/chat`. */
const STAGE = 'chat';

/** Where sockets are opened and posted to. Locally both lie behind the emulator's own path. */
const addresses = (config: Config, apiId: string): { readonly endpoint: string; readonly url: string } => {
  if (config.stage !== 'local') {
    const host = `${apiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${STAGE}`;
    return { endpoint: `https://${host}`, url: `wss://${host}` };
  }
  const endpoint = `${config.emulatorEndpoint}/_aws/execute-api/${apiId}/${STAGE}`;
  return { endpoint, url: endpoint.replace(/^http/, 'ws') };
};

/** The WebSocket API: a ticket opens a socket, commands come in over it, stragglers go out by the queue. */
export class RealtimeStack extends Stack {
  /** What was there before, and the sockets. */
  readonly resources: Resources;
  readonly functions: Readonly<Record<string, ParleyFunction>>;
  readonly api: WebSocketApi;

  constructor(scope: Construct, id: string, setting: Setting, data: DataStack, props?: StackProps) {
    super(scope, id, props);
    const { config } = setting;
    this.api = new WebSocketApi(this, 'Api', {
      apiName: `${prefixOf(config)}-chat`,
      routeSelectionExpression: '$request.body.action',
    });
    const { endpoint, url } = addresses(config, this.api.apiId);
    const apiArn = `arn:${Aws.PARTITION}:execute-api:${Aws.REGION}:${Aws.ACCOUNT_ID}:${this.api.apiId}`;
    this.resources = {
      ...data.resources,
      socketsEndpoint: endpoint,
      socketsUrl: url,
      socketsPostArn: `${apiArn}/${STAGE}/POST/@connections/*`,
      socketsCloseArn: `${apiArn}/${STAGE}/DELETE/@connections/*`,
    };

    const functions = Object.fromEntries(
      Object.entries(SOCKETS).map(([name, entry]) => {
        const made = new ParleyFunction(this, name, {
          setting,
          name: `socket-${name}`,
          entry,
          resources: this.resources,
        });
        const path = name === 'authorizer' ? `authorizers/*` : '*';
        made.allow('Invoke', 'apigateway.amazonaws.com', { arn: `${apiArn}/${path}` });
        return [name, made];
      }),
    ) as Record<keyof typeof SOCKETS, ParleyFunction>;

    const authorizer = new CfnAuthorizer(this, 'TicketAuthorizer', {
      apiId: this.api.apiId,
      name: 'ticket',
      authorizerType: 'REQUEST',
      authorizerUri: invocationUri(functions.authorizer),
      identitySource: ['route.request.querystring.ticket'],
    });
    const routes = [
      this.route('Connect', '$connect', functions.connect, authorizer),
      this.route('Disconnect', '$disconnect', functions.disconnect),
      this.route('Command', '$default', functions.command),
    ];

    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: STAGE,
      autoDeploy: true,
      ...(config.stage === 'local'
        ? {}
        : {
            throttle: { rateLimit: config.throttle.rate, burstLimit: config.throttle.burst },
            accessLogSettings: {
              destination: new LogGroupLogDestination(accessLogs),
              format: AccessLogFormat.custom(ACCESS_LOG),
            },
          }),
    });
    stage.node.addDependency(...routes);
    if (config.stage !== 'local') stage.node.addDependency(this.loggingRole());

    const fanOut = new ParleyFunction(this, 'fan-out', {
      setting,
      name: 'fan-out',
      entry: FAN_OUT,
      resources: this.resources,
      eventSource: [
        new PolicyStatement({
          actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
          resources: [data.stragglers.queueArn],
        }),
      ],
    });
    new EventSourceMapping(this, 'StragglersSource', {
      target: fanOut.function,
      eventSourceArn: data.stragglers.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
    });
    this.functions = {
      ...Object.fromEntries(Object.entries(functions).map(([name, made]) => [`socket-${name}`, made])),
      'fan-out': fanOut,
    };
    new CfnOutput(this, 'WebSocketApiId', { value: this.api.apiId });
    new CfnOutput(this, 'WebSocketUrl', { value: url });
    new CfnOutput(this, 'SocketsEndpoint', { value: endpoint });
  }

  /** The role by which API Gateway writes any log: one an account and region, and it outlives this deployment. */
  private loggingRole(): CfnAccount {
    const role = new Role(this, 'GatewayLogging', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const account = new CfnAccount(this, 'GatewayAccount', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return account;
  }

  private route(id: string, routeKey: string, target: ParleyFunction, authorizer?: CfnAuthorizer): CfnRoute {
    const integration = new CfnIntegration(this, `${id}Integration`, {
      apiId: this.api.apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: invocationUri(target),
      timeoutInMillis: Duration.seconds(29).toMilliseconds(),
    });
    return new CfnRoute(this, `${id}Route`, {
      apiId: this.api.apiId,
      routeKey,
      target: `integrations/${integration.ref}`,
      authorizationType: authorizer ? 'CUSTOM' : 'NONE',
      authorizerId: authorizer?.ref,
    });
  }
}

/** No query string: it holds the ticket. */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  connectionId: '$context.connectionId',
  event: '$context.eventType',
  route: '$context.routeKey',
  status: '$context.status',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
  ip: '$context.identity.sourceIp',
});

const invocationUri = ({ function: { functionArn } }: ParleyFunction): string =>
  `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
