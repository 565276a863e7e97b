import type { SQS } from '@aws-sdk/client-sqs';

/** Seconds that a message is hidden while it is moved. */
const HIDDEN = 60;
/** Seconds to wait for a message before the queue counts as empty. */
const WAIT = 2;

/**
 * Moves every message of a FIFO queue to another, in order within each group, and returns how many there were. It is sent
 * before it is deleted, under its own id: whoever is interrupted and begins again within five minutes sends none twice.
 */
export async function moveMessages(sqs: SQS, from: string, to: string): Promise<number> {
  for (let moved = 0; ; ) {
    const { Messages = [] } = await sqs.receiveMessage({
      QueueUrl: from,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['MessageGroupId'],
      VisibilityTimeout: HIDDEN,
      WaitTimeSeconds: WAIT,
    });
    if (Messages.length === 0) return moved;
    for (const { Attributes, Body, MessageId, ReceiptHandle } of Messages) {
      const MessageGroupId = Attributes?.MessageGroupId;
      await sqs.sendMessage({ QueueUrl: to, MessageBody: Body, MessageGroupId, MessageDeduplicationId: MessageId });
      await sqs.deleteMessage({ QueueUrl: from, ReceiptHandle });
      moved++;
    }
  }
}
