import type { SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { log } from '#runtime/log.ts';

/**
 * What a record of a queue says, or undefined when it cannot be read: then it fails alone until it is set aside, since newer
 * code may have written it for code that is just being deployed.
 */
export const readRecord = <S extends z.ZodType>(schema: S, record: SQSRecord): z.output<S> | undefined => {
  try {
    return schema.parse(JSON.parse(record.body));
  } catch (error) {
    // Not the error's own text: Zod and JSON.parse quote what they read.
    log.error('record.unreadable', new Error(error instanceof Error ? error.name : 'unknown'), {
      messageId: record.messageId,
      receives: Number(record.attributes.ApproximateReceiveCount),
    });
    return undefined;
  }
};
