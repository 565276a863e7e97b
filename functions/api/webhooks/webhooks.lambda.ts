import { webhooksApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleCreateWebhook } from './create-webhook.ts';
import { handleDeleteWebhook } from './delete-webhook.ts';
import { handleGetWebhook } from './get-webhook.ts';
import { handleListDeliveries } from './list-deliveries.ts';
import { handleListWebhooks } from './list-webhooks.ts';
import { handleRedeliver } from './redeliver.ts';
import { handleReplayWebhook } from './replay-webhook.ts';
import { handleRotateSecret } from './rotate-secret.ts';
import { handleTestWebhook } from './test-webhook.ts';
import { handleUpdateWebhook } from './update-webhook.ts';

export const handler = service(webhooksApi, {
  createWebhook: handleCreateWebhook,
  listWebhooks: handleListWebhooks,
  getWebhook: handleGetWebhook,
  updateWebhook: handleUpdateWebhook,
  rotateSecret: handleRotateSecret,
  deleteWebhook: handleDeleteWebhook,
  testWebhook: handleTestWebhook,
  listDeliveries: handleListDeliveries,
  redeliver: handleRedeliver,
  replayWebhook: handleReplayWebhook,
});
