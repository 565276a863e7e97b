/** REST APIs with Lambda proxy integration as the API Gateway Developer Guide describes them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { deploy, functionNamed, invocationUri, PROBE, type Resource, uniqueName, useProbe } from './probe.ts';

const SOURCE = `exports.handler = async (event) => {
  const { how } = event.queryStringParameters;
  if (how === 'fail') throw new Error('the inside of the function');
  if (how === 'sleep') await new Promise((end) => setTimeout(end, 60000));
  if (how === 'text') return 'no proxy response';
  if (how === 'busy') await new Promise((end) => setTimeout(end, 300));
  return { statusCode: 200, body: JSON.stringify({ how, pid: process.pid }) };
};`;

const RESOURCES: Record<string, Resource> = {
  ...functionNamed(uniqueName('rest'), SOURCE, 'Function', 3),
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: uniqueName('api') } },
  Method: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'AWS_PROXY',
        IntegrationHttpMethod: 'POST',
        Uri: invocationUri('Function'),
      },
    },
  },
  Failure: {
    Type: 'AWS::ApiGateway::GatewayResponse',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResponseType: 'DEFAULT_5XX',
      ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
    },
  },
  Deployment: {
    Type: 'AWS::ApiGateway::Deployment',
    Properties: { RestApiId: { Ref: 'Api' } },
    DependsOn: ['Method', 'Failure'],
  },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: { RestApiId: { Ref: 'Api' }, DeploymentId: { Ref: 'Deployment' }, StageName: 'v1' },
  },
};

let url = '';

useProbe();

beforeAll(async () => {
  const { Api } = await deploy(RESOURCES, { Api: { Ref: 'Api' } });
  url = `${PROBE.endpoint}/_aws/execute-api/${Api}/v1/`;
});

describe('a REST route', () => {
  it.each([
    ['fails', 'fail'],
    ['times out', 'sleep'],
    ['answers no proxy response', 'text'],
  ])(
    'whose function %s answers 502 without its reason, with the headers of the gateway response',
    async (_case, how) => {
      const response = await fetch(`${url}?how=${how}`);
      expect(response.status).toBe(502);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(await response.json()).toEqual({ message: 'Internal server error' });
    },
  );

  it('sees the last value of a parameter given twice', async () => {
    const response = await fetch(`${url}?how=first&how=last`);
    expect(await response.json()).toMatchObject({ how: 'last' });
  });

  it('starts at most eight processes of a function, however many requests there are', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, () => fetch(`${url}?how=busy`)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 24 }, () => 200));
    const processes = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { pid: number }).pid));
    expect(new Set(processes).size).toBeLessThanOrEqual(8);
  });
});
