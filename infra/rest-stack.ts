import { Aws, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  ContentHandling,
  EndpointType,
  IdentitySource,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  MockIntegration,
  RequestAuthorizer,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { api as contract } from '#contract/api.ts';
import { isPublic } from '#contract/permissions.ts';
import type { Route } from '#contract/route.ts';
import { type Config, prefixOf } from './config.ts';
import { addGatewayResponses } from './constructs/gateway-responses.ts';
import type { ParleyFunction } from './constructs/parley-function.ts';
import type { ServicesStack } from './services-stack.ts';

/** The REST stage: the first part of every path. */
const STAGE = 'v1';

/**
 * Seconds an authorizer's answer is kept for a token: how long a revoked token may still work, which is two at most. It
 * spares what a page asks for in one go; a call by itself costs an invocation and one read unit more.
 */
const AUTHORIZER_CACHE_SECONDS = 1;

/** The REST API: methods, paths and aliases by looping over the contract. */
export class RestStack extends Stack {
  readonly api: RestApi;

  constructor(scope: Construct, id: string, config: Config, services: ServicesStack, props?: StackProps) {
    super(scope, id, props);
    this.api = this.restApi(config);
    addGatewayResponses(this.api);

    const tokens = new RequestAuthorizer(this, 'Tokens', {
      handler: this.imported(services.authorizer),
      identitySources: [IdentitySource.header('Authorization')],
      resultsCacheTtl: Duration.seconds(AUTHORIZER_CACHE_SECONDS),
    });

    const methods = new Map<string, Set<string>>();
    for (const [service, made] of services.services) {
      // One permission a function; each method's own would add a hundred resources and outgrow the function's policy.
      const integration = new LambdaIntegration(this.imported(made), { scopePermissionToMethod: false });
      for (const route of Object.values<Route>(contract[service]))
        for (const { method, path } of [route, ...(route.aliases ?? [])]) {
          this.api.root
            .resourceForPath(path)
            .addMethod(
              method,
              integration,
              isPublic(route.permission)
                ? { authorizationType: AuthorizationType.NONE }
                : { authorizationType: AuthorizationType.CUSTOM, authorizer: tokens },
            );
          methods.set(path, (methods.get(path) ?? new Set()).add(method));
        }
    }
    for (const [path, allowed] of methods) addPreflight(this.api.root.resourceForPath(path), [...allowed]);

    const url =
      config.stage === 'local'
        ? `${config.emulatorEndpoint}/_aws/execute-api/${this.api.restApiId}/${STAGE}`
        : `https://${this.api.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${STAGE}`;
    new CfnOutput(this, 'RestApiId', { value: this.api.restApiId });
    new CfnOutput(this, 'RestUrl', { value: url });
  }

  /** A function of the stack before, as this one sees it: the permission to invoke it belongs to the API. */
  private imported({ name, function: { functionArn } }: ParleyFunction): IFunction {
    return LambdaFunction.fromFunctionAttributes(this, name, { functionArn, sameEnvironment: true });
  }

  private restApi(config: Config): RestApi {
    const cloud = config.stage !== 'local';
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new RestApi(this, 'Api', {
      restApiName: `${prefixOf(config)}-api`,
      endpointTypes: [EndpointType.REGIONAL],
      // Bodies arrive as the bytes that were sent, so that text which is not UTF-8 can be refused instead of mended.
      binaryMediaTypes: ['*/*'],
      // The role it logs by is the account's, and the WebSocket API before this one has set it.
      cloudWatchRole: false,
      deployOptions: {
        stageName: STAGE,
        ...(cloud
          ? {
              loggingLevel: MethodLoggingLevel.ERROR,
              dataTraceEnabled: false,
              metricsEnabled: true,
              throttlingRateLimit: config.throttle.rate,
              throttlingBurstLimit: config.throttle.burst,
              accessLogDestination: new LogGroupLogDestination(accessLogs),
              accessLogFormat: AccessLogFormat.custom(ACCESS_LOG),
            }
          : {}),
      },
    });
  }
}

/** No query string: searches are the caller's own words. */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  method: '$context.httpMethod',
  resource: '$context.resourcePath',
  status: '$context.status',
  ms: '$context.responseLatency',
  bytes: '$context.responseLength',
  ip: '$context.identity.sourceIp',
  tenant: '$context.authorizer.tenantId',
  user: '$context.authorizer.userId',
  error: '$context.error.responseType',
});

/** Answers a browser's preflight from the gateway itself. Any origin: the API takes tokens, never cookies. */
function addPreflight(resource: IResource, methods: readonly string[]): void {
  const headers = {
    'Access-Control-Allow-Origin': "'*'",
    'Access-Control-Allow-Methods': `'${[...methods, 'OPTIONS'].sort().join(',')}'`,
    'Access-Control-Allow-Headers': "'authorization,content-type,idempotency-key,if-match'",
    'Access-Control-Max-Age': "'3600'",
  };
  const named = (value: (header: string) => unknown) =>
    Object.fromEntries(Object.keys(headers).map((name) => [`method.response.header.${name}`, value(name)]));
  resource.addMethod(
    'OPTIONS',
    new MockIntegration({
      // Every media type is binary here; a mock reads its template as text.
      contentHandling: ContentHandling.CONVERT_TO_TEXT,
      requestTemplates: { 'application/json': '{"statusCode":200}' },
      integrationResponses: [
        {
          statusCode: '200',
          responseParameters: named((name) => headers[name as keyof typeof headers]) as Record<string, string>,
        },
      ],
    }),
    {
      authorizationType: AuthorizationType.NONE,
      methodResponses: [{ statusCode: '200', responseParameters: named(() => true) as Record<string, boolean> }],
    },
  );
}
