/**
 * `npm run redrive -- [--from <queue url> --to <queue url>] [--instance dev]`: puts what lies in a dead-letter queue back
 * into its queue. Without addresses it is the instance's queue of stragglers; with them any two FIFO queues of the account that
 * the AWS credentials are of.
 */
import { parseArgs } from 'node:util';
import { SQS } from '@aws-sdk/client-sqs';
import { LOCAL_CREDENTIALS } from './deploy-app.ts';
import { instanceNamed, loadStack, WITHOUT_PORTS } from './instance.ts';
import { main, Problem } from './problem.ts';
import { moveMessages } from './queues.ts';

const localQueues = (name: string): { readonly sqs: SQS; readonly from: string; readonly to: string } => {
  const { endpoint, region, outputs } = loadStack(instanceNamed(name, WITHOUT_PORTS));
  const [from, to] = [outputs?.['StragglersDlqUrl'], outputs?.['StragglersUrl']];
  if (!from || !to) throw new Problem(`The app is not deployed to "${name}": start it with npm start.`);
  return { sqs: new SQS({ endpoint, region, credentials: LOCAL_CREDENTIALS }), from, to };
};

await main(async () => {
  const { values } = parseArgs({
    options: { from: { type: 'string' }, to: { type: 'string' }, instance: { type: 'string', default: 'dev' } },
  });
  const { from, to, instance } = values;
  if ((from === undefined) !== (to === undefined)) throw new Problem('Name both queues, --from and --to, or neither.');
  const queues = from !== undefined && to !== undefined ? { sqs: new SQS(), from, to } : localQueues(instance);
  const moved = await moveMessages(queues.sqs, queues.from, queues.to);
  console.log(`${moved} message${moved === 1 ? '' : 's'} moved back.`);
  return 0;
});
