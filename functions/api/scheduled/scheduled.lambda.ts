import { scheduledApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleCancelScheduled, handleSendScheduledNow, handleUpdateScheduled } from './change-scheduled.ts';
import { handleListScheduled } from './list-scheduled.ts';
import { handleScheduleMessage } from './schedule-message.ts';

export const handler = service(scheduledApi, {
  scheduleMessage: handleScheduleMessage,
  listScheduled: handleListScheduled,
  updateScheduled: handleUpdateScheduled,
  cancelScheduled: handleCancelScheduled,
  sendScheduledNow: handleSendScheduledNow,
});
