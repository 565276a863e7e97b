/** WebSocket APIs as the API Gateway Developer Guide describes them ("WebSocket APIs", "Quotas"). */
import { ApiGatewayManagementApi, type GetConnectionCommandOutput } from '@aws-sdk/client-apigatewaymanagementapi';
import { beforeAll, describe, expect, it } from 'vitest';
import { deploy, functionNamed, invocationUri, PROBE, printed, type Resource, uniqueName, useProbe } from './probe.ts';
import { connect } from './sockets.ts';

const PATIENT = { timeout: 30_000, interval: 50 };

const ROUTE = `exports.handler = async (event) => {
  const { routeKey, eventType, connectionId, authorizer } = event.requestContext;
  console.log(JSON.stringify({ routeKey, eventType, connectionId, authorizer, size: (event.body ?? '').length }));
  const frame = (event.body ?? '').startsWith('{') ? JSON.parse(event.body) : {};
  if (frame.wait) await new Promise((end) => setTimeout(end, frame.wait));
  if (frame.fail) throw new Error('the inside of the function');
  return { statusCode: 200, body: 'a body nobody asked for' };
};`;

const AUTHORIZER = `exports.handler = async (event) => {
  const ticket = event.queryStringParameters?.ticket;
  if (ticket === 'forged') throw new Error('Unauthorized');
  return {
    principalId: 'ada',
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }] },
    context: { tenant: 'acme' },
  };
};`;

const route = (RouteKey: string, more: Record<string, unknown> = {}): Resource => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: { Ref: 'Api' },
    RouteKey,
    Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
    ...more,
  },
});

const api = (routeName: string): Record<string, Resource> => ({
  ...functionNamed(routeName, ROUTE),
  ...functionNamed(uniqueName('authorizer'), AUTHORIZER, 'Authorize'),
  Api: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: {
      Name: uniqueName('api'),
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    },
  },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { ApiId: { Ref: 'Api' }, IntegrationType: 'AWS_PROXY', IntegrationUri: invocationUri('Function') },
  },
  Authorizer: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: { Ref: 'Api' },
      Name: 'ticket',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invocationUri('Authorize'),
      IdentitySource: ['route.request.querystring.ticket'],
    },
  },
  Connect: route('$connect', { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Authorizer' } }),
  Disconnect: route('$disconnect'),
  Default: route('$default'),
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Api' }, StageName: 'chat', AutoDeploy: true },
  },
});

interface Line {
  readonly routeKey: string;
  readonly eventType: string;
  readonly connectionId: string;
  readonly authorizer?: { readonly tenant: string };
  readonly size: number;
}

const routeName = uniqueName('route');
let apiId = '';

/** What the route's function printed for messages and disconnections of this connection. */
const lines = async (connectionId?: string) =>
  (await printed<Line>(routeName)).filter((line) => line.connectionId === connectionId);

const newest = async () =>
  (await printed<Line>(routeName)).filter(({ eventType }) => eventType === 'CONNECT').at(-1)?.connectionId;

const management = () =>
  new ApiGatewayManagementApi({ ...PROBE, endpoint: `${PROBE.endpoint}/_aws/execute-api/${apiId}/chat` });

useProbe();

beforeAll(async () => {
  apiId = (await deploy(api(routeName), { Api: { Ref: 'Api' } })).Api ?? '';
});

describe('a WebSocket route', () => {
  it('runs beside another invocation of the same function, and its output is logged', async () => {
    const slow = await connect(apiId, '?ticket=1');
    const slowId = await newest();
    const quick = await connect(apiId, '?ticket=2');
    const quickId = await newest();
    slow.send({ wait: 6000 });
    quick.send({ wait: 0 });
    await expect.poll(async () => (await lines(quickId)).length, PATIENT).toBe(2);
    // The lines of an invocation appear when it ends: the slow one is still at it.
    expect(await lines(slowId)).toHaveLength(1);
    quick.socket.close();
    slow.socket.close();
  });

  it('sends no body without a route response, and of a failure only that there was one', async () => {
    const client = await connect(apiId, '?ticket=1');
    client.send({ hello: 'there' });
    client.send({ fail: true });
    await expect.poll(() => client.frames.length, PATIENT).toBe(1);
    expect(JSON.parse(client.frames[0] ?? '')).toEqual({
      message: 'Internal server error',
      connectionId: await newest(),
      requestId: expect.any(String),
    });
    client.socket.close();
  });

  it.each(['$connect', '$disconnect'])('cannot be chosen by a frame when it is %s', async (action) => {
    const client = await connect(apiId, '?ticket=1');
    const id = await newest();
    client.send({ action });
    await expect.poll(async () => (await lines(id)).at(-1)?.eventType, PATIENT).toBe('MESSAGE');
    expect((await lines(id)).at(-1)?.routeKey).toBe('$default');
    client.socket.close();
  });

  it('knows in messages and at the end what the authorizer said at the beginning', async () => {
    const client = await connect(apiId, '?ticket=1');
    const id = await newest();
    client.send({ hello: 'there' });
    await expect.poll(async () => (await lines(id)).length, PATIENT).toBe(2);
    client.socket.close();
    await expect.poll(async () => (await lines(id)).length, PATIENT).toBe(3);
    expect((await lines(id)).map(({ eventType, authorizer }) => [eventType, authorizer?.tenant])).toEqual([
      ['CONNECT', 'acme'],
      ['MESSAGE', 'acme'],
      ['DISCONNECT', 'acme'],
    ]);
  });
});

describe('a handshake', () => {
  it('is refused with 401 when the authorizer says Unauthorized', async () => {
    await expect(connect(apiId, '?ticket=forged')).rejects.toThrow('refused with 401');
  });
});

describe('a connection', () => {
  const fragment = 'x'.repeat(31 * 1024);

  it('is closed with 1009 by a frame over 32 KB', async () => {
    const client = await connect(apiId, '?ticket=1');
    client.socket.send('x'.repeat(33 * 1024));
    expect(await client.closed).toBe(1009);
  });

  it('takes a message of several frames, and is closed with 1009 when it passes 128 KB', async () => {
    const client = await connect(apiId, '?ticket=1');
    const id = await newest();
    for (const fin of [false, false, false, true]) client.socket.send(fragment, { fin });
    await expect.poll(async () => (await lines(id)).at(-1)?.size, PATIENT).toBe(4 * fragment.length);
    for (const fin of [false, false, false, false, true]) client.socket.send(fragment, { fin });
    expect(await client.closed).toBe(1009);
  });

  it('takes posts of 128 KB and no more', async () => {
    const client = await connect(apiId, '?ticket=1');
    const ConnectionId = await newest();
    await management().postToConnection({ ConnectionId, Data: 'x'.repeat(128 * 1024) });
    await expect.poll(() => client.frames[0]?.length, PATIENT).toBe(128 * 1024);
    await expect(
      management().postToConnection({ ConnectionId, Data: 'x'.repeat(128 * 1024 + 1) }),
    ).rejects.toMatchObject({
      name: 'PayloadTooLargeException',
    });
    client.socket.close();
  });

  it('tells since when it is open', async () => {
    const client = await connect(apiId, '?ticket=1');
    const connection: GetConnectionCommandOutput = await management().getConnection({ ConnectionId: await newest() });
    expect(connection.ConnectedAt).toBeInstanceOf(Date);
    expect(connection.Identity?.SourceIp).toBe('127.0.0.1');
    client.socket.close();
  });
});
