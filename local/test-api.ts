/**
 * `npm run test:api -- [--instance api] [--seconds 75]`: requests made up from `docs/openapi.json` (odd texts, numbers at and beyond their
 * limits, fields too many and too few) against the deployed app, as a user and as an admin. Fails at an answer of 5xx
 * and at one that the document does not announce. The requests are the same in every run.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { itemsOf } from '#test/support/world.ts';
import { run } from './command.ts';
import { deployApp, LOCAL_CREDENTIALS } from './deploy-app.ts';
import { instanceNamed, ROOT, type Stack } from './instance.ts';
import { mintToken } from './issuer/tokens.ts';
import { main, Problem } from './problem.ts';
import { ensureSchemathesis } from './schemathesis.ts';
import { session } from './session.ts';
import { SERVICES, startServices } from './start-services.ts';
import { step } from './steps.ts';

/** Items of one request. */
const BATCH = 25;

/** Puts what the document's examples speak of into a tenant, so that requests find something. */
async function furnish({ endpoint, region }: Stack, tableName: string, tenant: string): Promise<void> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials: LOCAL_CREDENTIALS }), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const items = itemsOf(tenant);
  for (let from = 0; from < items.length; from += BATCH)
    await client.send(
      new BatchWriteCommand({
        RequestItems: { [tableName]: items.slice(from, from + BATCH).map((Item) => ({ PutRequest: { Item } })) },
      }),
    );
  client.destroy();
}

await main(async () => {
  const { values } = parseArgs({
    options: { instance: { type: 'string', default: 'api' }, seconds: { type: 'string', default: '75' } },
  });
  const instance = instanceNamed(values.instance);
  const schemathesis = await step('Schemathesis', () => ensureSchemathesis());
  return session(instance, async () => {
    const stack = await deployApp(instance, await startServices(instance, SERVICES), { iam: false });
    const { restUrl, tableName } = stack;
    if (!restUrl || !tableName)
      throw new Problem('The app was deployed without its outputs: run npm run reset and try again.');
    let worst = 0;
    for (const role of ['user', 'admin']) {
      // A tenant of its own for each run: an instance that was left running holds what the last one did.
      const tenant = `made-up-${role}-${Date.now().toString(36)}`;
      await furnish(stack, tableName, tenant);
      const token = await mintToken(instance, { tenant, user: 'ada', roles: role === 'admin' ? ['admin'] : [] });
      console.log(`\nAs ${role === 'admin' ? 'an admin' : 'a user'} of the tenant:`);
      const { code } = await run(
        schemathesis,
        [
          'run',
          join(ROOT, 'docs/openapi.json'),
          '--url',
          restUrl,
          '--header',
          `Authorization: Bearer ${token}`,
          '--checks',
          'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
          '--phases',
          'examples,coverage,fuzzing',
          '--max-examples',
          '4',
          '--max-time',
          values.seconds,
          '--generation-deterministic',
          '--no-shrink',
          '--continue-on-failure',
          // That many requests are refused is what they are made for.
          '--warnings',
          'off',
        ],
        { cwd: instance.directory, inherit: true },
      );
      worst = Math.max(worst, code);
    }
    return worst;
  });
});
