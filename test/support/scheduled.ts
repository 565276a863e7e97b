import { api } from '#contract/api.ts';
import { handler } from '#functions/api/scheduled/scheduled.lambda.ts';
import { sendDue } from '#functions/jobs/send-due.ts';
import { type CallOptions, call } from '#test/support/call.ts';

const { scheduleMessage, listScheduled, updateScheduled, cancelScheduled, sendScheduledNow } = api.scheduled;

/** Seconds from now, as the API says a time. */
export const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

export const schedule = (conversationId: string, text: string, input: object = {}, options: CallOptions = {}) =>
  call(
    handler,
    scheduleMessage,
    { conversationId, sendAt: inSeconds(60), body: { type: 'text', text }, ...input },
    options,
  );
export const update = (scheduledId: string, version: number, input: object, options: CallOptions = {}) =>
  call(handler, updateScheduled, { scheduledId, version, ...input }, options);
export const cancel = (scheduledId: string, input: object = {}, options: CallOptions = {}) =>
  call(handler, cancelScheduled, { scheduledId, ...input }, options);
export const sendNow = (scheduledId: string, options: CallOptions = {}) =>
  call(handler, sendScheduledNow, { scheduledId }, options);
export const scheduledOf = async (options: CallOptions = {}, input: object = {}) =>
  (await call(handler, listScheduled, { ...input }, options)).body;

/** The job as it runs some seconds from now. */
export const runIn = (seconds: number) => sendDue(Date.now() + seconds * 1_000, Date.now() + 60_000);
