import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { sizeOfItem } from '#bench/item-size.ts';
import { type Account, charged, chargeOf } from '#domain/bandwidth.ts';
import { documents } from '#functions/aws/documents.ts';
import { type AccountId, accountAt, accountsOf, giveBack, spendBytes } from '#table/bandwidth.ts';
import { scope } from '#table/entity.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const acme = scope('acme');
const AT = Date.now();
let users = 0;
const someone = (at = AT): AccountId => accountAt(at, `user-${users++}`);

describe('an account in the table', () => {
  it('is charged to the byte by a hundred at once, and never a byte more', async () => {
    const budget = { bytesPerDay: 1_050, bytesPerMinute: null };
    const id = someone();
    const tries = Array.from({ length: 100 }, () => spendBytes(acme, id, chargeOf(budget, 50, AT), 1));
    const made = (await Promise.all(tries)).filter(({ ok }) => ok);
    expect(made).toHaveLength(21);
    expect(Math.max(...made.map(({ account }) => account.bytes))).toBe(1_050);
    expect((await spendBytes(acme, id, chargeOf(budget, 1, AT), 1)).ok).toBe(false);
    await giveBack(acme, id, chargeOf(budget, 50, AT), 1);
    expect((await spendBytes(acme, id, chargeOf(budget, 51, AT), 1)).ok).toBe(false);
    expect((await spendBytes(acme, id, chargeOf(budget, 50, AT), 1)).account.bytes).toBe(1_050);
  });

  it('keeps to the rate under the same race, and has room again as time goes by', async () => {
    const budget = { bytesPerDay: null, bytesPerMinute: 600 };
    const id = accountAt(AT);
    const at = (later: number) =>
      Promise.all(Array.from({ length: 100 }, () => spendBytes(acme, id, chargeOf(budget, 60, AT + later), 1)));
    expect((await at(0)).filter(({ ok }) => ok)).toHaveLength(10);
    expect((await at(18_000)).filter(({ ok }) => ok)).toHaveLength(3);
  });

  it('is what the model says, with both limits, either or none, whatever is given back', async () => {
    const limit = fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: null });
    const step = fc.record({
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40_000 })),
      bytes: fc.integer({ min: 0, max: 2_000 }),
      back: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(limit, limit, fc.array(step, { maxLength: 10 }), async (bytesPerDay, bytesPerMinute, steps) => {
        const id = someone();
        const budget = { bytesPerDay, bytesPerMinute };
        let at = AT;
        let model: Account = { bytes: 0, paid: undefined };
        for (const { gap, bytes, back } of steps) {
          at += gap;
          const charge = chargeOf(budget, bytes, at);
          const after = charged(model, charge);
          const { ok, account } = await spendBytes(acme, id, charge, 1);
          expect(ok).toBe(after !== undefined);
          expect(account).toEqual(after ?? model);
          model = account;
          if (!ok || !back) continue;
          await giveBack(acme, id, charge, 1);
          model = {
            bytes: model.bytes - bytes,
            paid: charge.rate ? model.paid! - charge.rate.takes : model.paid,
          };
        }
      }),
      { numRuns: 50 },
    );
  });

  it('refuses what is larger than the whole budget, of a day that has no account yet', async () => {
    const budget = { bytesPerDay: 10, bytesPerMinute: null };
    expect((await spendBytes(acme, someone(), chargeOf(budget, 11, AT), 1)).ok).toBe(false);
    expect((await spendBytes(acme, someone(), chargeOf(budget, 10, AT), 1)).ok).toBe(true);
  });

  it('costs one update of an item below a kilobyte', async () => {
    const update = vi.spyOn(documents, 'update');
    const id = accountAt(AT, `u${'x'.repeat(63)}`);
    for (const later of [0, 0, 10, 120_000]) {
      update.mockClear();
      await spendBytes(acme, id, chargeOf({ bytesPerDay: 2 ** 50, bytesPerMinute: 2 ** 40 }, 2 ** 30, AT + later), 1);
      expect(update).toHaveBeenCalledTimes(1);
      expect(sizeOfItem((await update.mock.results[0]!.value).Attributes!)).toBeLessThan(400);
    }
    update.mockRestore();
  });

  it('is one a day, a user and a tenant', async () => {
    const budget = { bytesPerDay: 100, bytesPerMinute: null };
    const id = someone();
    expect((await spendBytes(acme, id, chargeOf(budget, 100, AT), 1)).ok).toBe(true);
    expect((await spendBytes(acme, id, chargeOf(budget, 1, AT), 1)).ok).toBe(false);
    expect((await spendBytes(acme, { ...id, day: '2031-01-01' }, chargeOf(budget, 100, AT), 1)).ok).toBe(true);
    expect((await spendBytes(acme, someone(), chargeOf(budget, 100, AT), 1)).ok).toBe(true);
    expect((await spendBytes(scope('globex'), id, chargeOf(budget, 100, AT), 1)).ok).toBe(true);
  });
});

it('a tenant’s days are listed in their order, those asked for and no user’s', async () => {
  const days = ['2026-10-31', '2026-11-01', '2026-11-15', '2026-11-30', '2026-12-01'];
  const globex = scope('globex-days');
  const charge = chargeOf({ bytesPerDay: null, bytesPerMinute: null }, 7, AT);
  for (const day of days.toReversed()) {
    await spendBytes(globex, { day }, charge, 2);
    await spendBytes(globex, { day, userId: 'ada' }, charge, 1);
  }
  const accounts = await accountsOf(globex, '2026-11-01', '2026-11-30');
  expect(accounts.map(({ day }) => day)).toEqual(days.slice(1, 4));
  expect(accounts[0]).toMatchObject({ bytes: 7, downloads: 2, served: 0 });
});
