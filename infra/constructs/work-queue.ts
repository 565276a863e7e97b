import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { CfnRule, type IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '#contract/published-events.ts';
import type { Config } from '../config.ts';
import type { ParleyFunction } from './parley-function.ts';

/** Receives of a message before it is set aside; AWS asks for five at least when Lambda reads the queue. */
const ATTEMPTS = 5;

interface Props {
  readonly config: Config;
  /** Of the function that reads it. */
  readonly timeoutSeconds: number;
  /** How long a message is held back, unless it says otherwise. */
  readonly delaySeconds?: number;
}

/** A standard queue that one function reads, and where messages go that it could not deal with. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly dead: Queue;

  constructor(scope: Construct, id: string, { config, timeoutSeconds, delaySeconds = 0 }: Props) {
    super(scope, id);
    const shared = {
      encryption: QueueEncryption.SQS_MANAGED,
      // The emulator speaks plain HTTP on loopback and would refuse everything.
      enforceSSL: config.stage !== 'local',
      removalPolicy: RemovalPolicy.DESTROY,
    };
    this.dead = new Queue(this, 'Dead', { ...shared, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, 'Queue', {
      ...shared,
      // AWS asks for six times the function's timeout, so that a message is not given out twice while one works on it.
      visibilityTimeout: Duration.seconds(6 * timeoutSeconds),
      deliveryDelay: Duration.seconds(delaySeconds),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.dead, maxReceiveCount: ATTEMPTS },
    });
  }
}

/** What the role of a function needs to read a queue. */
export const readingOf = ({ queue }: WorkQueue): PolicyStatement =>
  new PolicyStatement({
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
    resources: [queue.queueArn],
  });

/** Lets a function read a queue: up to a hundred messages at once, those of `windowSeconds` together. */
export const readBy = (made: ParleyFunction, { queue }: WorkQueue, windowSeconds: number): EventSourceMapping =>
  new EventSourceMapping(made, 'Source', {
    target: made.function,
    eventSourceArn: queue.queueArn,
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(windowSeconds),
    reportBatchItemFailures: true,
  });

/** Has all that is said on a bus put into a queue. */
export function sendTo(work: WorkQueue, bus: IEventBus): void {
  const rule = new CfnRule(work, 'Rule', {
    description: 'What happens is told to webhooks',
    eventBusName: bus.eventBusName,
    eventPattern: { source: [EVENT_SOURCE] },
    targets: [{ id: 'webhooks', arn: work.queue.queueArn }],
  });
  work.queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [work.queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
    }),
  );
}
