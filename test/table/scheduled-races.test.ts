import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { findScheduled } from '#table/scheduled.ts';
import { denseLog, textsOf } from '#test/support/conversations.ts';
import { aPinnable } from '#test/support/pins.ts';
import { cancel, runIn, schedule, sendNow, update } from '#test/support/scheduled.ts';
import { useTable } from '#test/support/table.ts';

useTable();
const tenant = scope('acme');
let runs = 0;

it('says what was acknowledged last, once, or nothing where the cancellation was acknowledged', async () => {
  const does = fc.constantFrom('edit', 'edit', 'cancel', 'send now', 'job', 'job');
  await fc.assert(
    fc.asyncProperty(fc.array(does, { minLength: 1, maxLength: 6 }), async (wishes) => {
      runs += 1;
      const me = { userId: `racer-${runs}` };
      const conversationId = await aPinnable(['ada', me.userId]);
      const { body } = await schedule(conversationId, 'first', {}, me);
      const id = String(body['id']);
      const replies = await Promise.all(
        wishes.map(async (what, index) => {
          if (what === 'job') return { what, status: 200, text: '', code: (await runIn(61)).errors === 0 };
          const text = `edit ${index}`;
          const reply =
            what === 'edit'
              ? await update(id, 1, { body: { type: 'text', text } }, me)
              : what === 'cancel'
                ? await cancel(id, { version: 1 }, me)
                : await sendNow(id, me);
          return { what, status: reply.status, text, code: true };
        }),
      );
      for (const { status, code } of replies) {
        expect([200, 409, 503]).toContain(status);
        expect(code).toBe(true);
      }
      await runIn(61);
      const edits = replies.filter(({ what, status }) => what === 'edit' && status === 200);
      const cancelled = replies.some(({ what, status }) => what === 'cancel' && status === 200);
      expect(edits.length + Number(cancelled)).toBeLessThanOrEqual(1);
      const stored = await findScheduled(tenant, { userId: me.userId, id });
      const said = textsOf(await denseLog(logOf(tenant, conversationId)));
      expect(stored?.state).toBe(cancelled ? 'cancelled' : 'sent');
      expect(said).toEqual(cancelled ? [] : [edits[0]?.text ?? 'first']);
    }),
    { numRuns: 20 },
  );
});
