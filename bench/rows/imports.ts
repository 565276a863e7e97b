import { randomBytes } from 'node:crypto';
import { importBatch, MAX_BATCH, startImport } from '#contract/imports.ts';
import { handler as imports } from '../../functions/api/imports/imports.lambda.ts';
import { act, someTenant, textOf } from '../actors.ts';
import type { Context } from '../context.ts';
import { usageOf } from '../meter.ts';
import type { Row } from '../row.ts';

/** What an imported message costs, in full batches. */
export async function importRows({ world }: Context): Promise<Row[]> {
  const { meter } = await world();
  const admin = { tenantId: someTenant(), userId: 'ada' };
  const importId = `imp_${randomBytes(16).toString('base64url')}`;
  const conversation = { type: 'group', name: 'Imported', participants: ['bob'] };
  await act(imports, startImport, { importId, conversation }, admin, ['admin']);
  meter.take();
  const messages = Array.from({ length: MAX_BATCH }, () => ({
    senderId: 'bob',
    text: textOf(120),
    sentAt: '2018-11-05T19:30:43.000Z',
  }));
  await act(imports, importBatch, { importId, batch: 0, messages }, admin, ['admin']);
  const { writes, reads, calls } = usageOf(meter.take());
  return [
    {
      name: 'Import a message',
      measured: writes / MAX_BATCH,
      unit: 'write units',
      note: `a batch of ${MAX_BATCH}: ${writes} write units, ${reads} read units, ${calls} calls; twice a plain put, because all of it or nothing`,
    },
  ];
}
