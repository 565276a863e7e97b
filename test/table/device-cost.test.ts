import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, it } from 'vitest';
import { Meter, usageOf } from '#bench/meter.ts';
import { listDevices, noteDevice } from '#table/device.ts';
import { scope } from '#table/entity.ts';
import { revokeAll, revokedAt } from '#table/revocation.ts';
import { TABLE } from '#table/schema.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const DAY = 86_400_000;
const tenant = scope('acme');
const deviceId = (letter: string): string => `dev_${letter.repeat(22)}`;
let meter: Meter;
beforeAll(() => {
  meter = new Meter(DynamoDBDocumentClient.from(new DynamoDBClient({})), [TABLE.byUser]).watchFunctions();
});

it('costs a write once a day, or when it says something new', async () => {
  const writes = async (at: number, name?: string) => {
    meter.take();
    await noteDevice(tenant, 'ada', { deviceId: deviceId('A'), name }, { at, issuedAt: 0 });
    return usageOf(meter.take()).writes;
  };
  const now = Date.now();
  expect(await writes(now, 'phone')).toBe(1);
  expect(await writes(now + DAY - 1)).toBe(0);
  expect(await writes(now + DAY - 1, 'phone')).toBe(0);
  expect(await writes(now + DAY - 1, 'new phone')).toBe(1);
  expect(await writes(now + 2 * DAY)).toBe(1);
  expect(await listDevices(tenant, 'ada')).toEqual([
    { deviceId: deviceId('A'), name: 'new phone', firstAt: now, lastAt: now + 2 * DAY },
  ]);
});

it('costs one read unit to look whether a token was revoked', async () => {
  await revokeAll(tenant, 'ada', Date.now());
  meter.take();
  await revokedAt(tenant, 'ada');
  expect(usageOf(meter.take())).toMatchObject({ reads: 1, writes: 0 });
});
