/**
 * `npm start -- [--instance dev] [--detach] [--iam]`
 * Brings everything up (emulator, OpenSearch, token issuer, the app itself) and stays until Ctrl-C, unless detached.
 */
import { parseArgs } from 'node:util';
import { deployApp } from './deploy-app.ts';
import { type Instance, instanceNamed, type Stack } from './instance.ts';
import { mintToken } from './issuer/tokens.ts';
import { main } from './problem.ts';
import { session } from './session.ts';
import { SERVICES, startServices } from './start-services.ts';

async function introduce(instance: Instance, stack: Stack): Promise<void> {
  const ada = await mintToken(instance, { tenant: 'demo', user: 'ada', displayName: 'Ada' });
  const bob = await mintToken(instance, { tenant: 'demo', user: 'bob', displayName: 'Bob' });
  const post = `curl -s -X POST -H "Authorization: Bearer $ADA" -H 'Content-Type: application/json'`;
  const message = { body: { type: 'text', text: 'Hello Bob' } };
  const create = { type: 'direct', participants: ['bob'] };
  console.log(`
REST       ${stack.restUrl}
WebSocket  ${stack.webSocketUrl}

Tokens for the tenant "demo", valid for 12 hours (more: npm run -s token -- --tenant demo --user carol):
ADA=${ada}
BOB=${bob}

Try it, with the two lines above in your shell (the third opens Bob's socket; send a message once more and it arrives there):
ID=$(${post} -d '${JSON.stringify(create)}' ${stack.restUrl}/conversations | sed -E 's/.*"id":"([^"]+)".*/\\1/'); echo $ID
${post} -d '${JSON.stringify(message)}' ${stack.restUrl}/conversations/$ID/messages
URL=$(curl -s -X POST -H "Authorization: Bearer $BOB" ${stack.restUrl}/realtime/tickets | sed -E 's/.*"url":"([^"]+)".*/\\1/'); npx wscat -c "$URL"
`);
}

await main(async () => {
  const began = performance.now();
  const { values } = parseArgs({
    options: {
      instance: { type: 'string', default: 'dev' },
      detach: { type: 'boolean', default: false },
      iam: { type: 'boolean', default: false },
    },
  });
  const instance = instanceNamed(values.instance);
  return session(instance, async (interrupted) => {
    const services = await startServices(instance, SERVICES, { enforceIam: values.iam });
    const deployed = await deployApp(instance, services, { iam: values.iam });
    console.log(`Ready in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
    await introduce(instance, deployed);
    if (values.detach) {
      console.log('Runs in the background: npm run logs, npm run stop. What is stored is gone when it stops.');
      return 'keep';
    }
    const ending =
      services.started.length > 0
        ? 'stops it, and what is stored is gone then'
        : 'ends this command; what ran before keeps running';
    console.log(`Ctrl-C ${ending}. Logs: npm run logs (in another terminal).`);
    await interrupted;
    return 0;
  });
});
