import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { EventBridgeEvent } from 'aws-lambda';
import { expect, it, vi } from 'vitest';
import { Frame } from '#contract/frames.ts';
import { ConnectionsEntity } from '#table/connection-item.ts';
import { type Item, scope } from '#table/entity.ts';
import { MediaEntity } from '#table/media.ts';
import { stubService } from '#test/support/aws-stub.ts';
import { setEnvironment } from '../support/aws.ts';
import { MEDIA_ID } from '../support/example-ids.ts';
import { answerFrom } from '../support/fake-table.ts';
import { itemsOf } from '../support/world.ts';

setEnvironment();
const { handler } = await import('#functions/media/process-upload.lambda.ts');
const documents = stubService('dynamodb');
const sockets = stubService('execute-api');
vi.spyOn(process.stdout, 'write').mockReturnValue(true);

const socketOf = (userId: string): Item => ({
  ...ConnectionsEntity.toItem(scope('acme'), userId, { pk: '' }),
  [`c_${userId}`]: Date.now() - 60_000,
});

it('tells the owner’s sockets, and nobody else’s, what became of an upload', async () => {
  const items = itemsOf('acme').map((item) =>
    item['ty'] === MediaEntity.type ? { ...item, state: 'scanning', objectVersion: '1' } : item,
  );
  answerFrom(documents, [...items, socketOf('ada'), socketOf('bob')]);
  const media = items.find((item) => item['ty'] === MediaEntity.type && item['mediaId'] === MEDIA_ID)!;
  documents
    .on(UpdateCommand)
    .callsFake(({ ExpressionAttributeValues: values }: { ExpressionAttributeValues: Item }) => ({
      Attributes: { ...media, state: values[':to'], reason: values[':reason'] },
    }));
  sockets.on(PostToConnectionCommand).resolves({});
  const s3ObjectDetails = { bucketName: 'quarantine', objectKey: `acme/${MEDIA_ID}/image`, eTag: 'e', versionId: '1' };
  const scanResultDetails = { scanResultStatus: 'THREATS_FOUND', threats: [{ name: 'EICAR' }] };
  await handler({ detail: { s3ObjectDetails, scanResultDetails } } as EventBridgeEvent<string, unknown>);
  const posted = sockets.commandCalls(PostToConnectionCommand).map(({ args: [{ input }] }) => ({
    to: input.ConnectionId,
    events: Frame.parse(JSON.parse(Buffer.from(input.Data as Uint8Array).toString())).events,
  }));
  const told = (state: string, reason: string | null) => ({
    to: 'ada',
    events: [{ type: 'media:updated', mediaId: MEDIA_ID, state, reason }],
  });
  expect(posted).toEqual([told('quarantined', 'malware')]);
});
