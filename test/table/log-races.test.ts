import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '#domain/sequence.ts';
import { scope } from '#table/entity.ts';
import { append } from '#table/log/append.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { forget, settle } from '#table/log/settle.ts';
import { aGroup, denseLog, Killed, killedAt, sendText, someClientId, textsOf } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const tenant = scope('acme');

/** Retries until it is through, as a client does. */
const untilStored = async <T>(attempt: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Error) || !/Too many writers|Killed/.test(`${error.message}${error.name}`)) throw error;
    }
  }
};

describe('writers of one conversation on the emulator', () => {
  it('numbers 64 racing writers densely, each message once', async () => {
    const log = logOf(tenant, await aGroup(tenant));
    const texts = Array.from({ length: 64 }, (_, index) => `message ${index}`);
    const appended = await Promise.all(
      texts.map((text) =>
        untilStored(async () => {
          const done = await sendText(log, text);
          if (done.head) await forget(log, done.head);
          return done;
        }),
      ),
    );
    expect(textsOf(await denseLog(log)).sort()).toEqual([...texts].sort());
    expect(new Set(appended.map(({ seq }) => seq)).size).toBe(64);
  });

  it('stores a message once when its writer is killed before or after any call and the client retries', async () => {
    for (const when of ['before', 'after'] as const)
      for (let call = 1; call <= 4; call++) {
        const log = logOf(tenant, await aGroup(tenant));
        const clientId = someClientId();
        const text = `killed ${when} call ${call}`;
        await sendText(killedAt(log, call, when), text, { clientId }).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        const first = await sendText(log, text, { clientId });
        const second = await sendText(log, text, { clientId });
        expect(second).toMatchObject({ seq: first.seq, at: first.at, replayed: { seq: first.seq } });
        expect(textsOf(await denseLog(log))).toEqual([text]);
      }
  });

  it('keeps the promises under random kills, repeats and drops of memory among racing writers', async () => {
    const writer = fc.record({
      kills: fc.array(
        fc.record({ call: fc.integer({ min: 1, max: 5 }), when: fc.constantFrom('before' as const, 'after' as const) }),
        { maxLength: 3 },
      ),
      repeats: fc.integer({ min: 1, max: 3 }),
      old: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(writer, { minLength: 2, maxLength: 8 }), async (writers) => {
        const log = logOf(tenant, await aGroup(tenant));
        const limits = { ...LIMITS, generation: 2, holeAge: 0 };
        const numbers = await Promise.all(
          writers.map(async ({ kills, repeats, old }, index) => {
            const clientId = someClientId(Date.now() - (old ? 30_000 + index : 0));
            const text = `message ${index}`;
            const send = async (store: typeof log) => {
              const done = await append(
                store,
                {
                  author: 'ada',
                  clientId,
                  hash: text,
                  store: (seq, at) =>
                    store.put(seq, { u: 'ada', c: clientId, h: text, b: { type: 'text', text }, a: at, v: 1 }),
                },
                { permit: Promise.resolve(undefined), limits },
              );
              if (done.head) await forget(store, done.head, { limits });
              return done.seq;
            };
            for (const { call, when } of kills)
              await send(killedAt(log, call, when)).catch((error: unknown) => {
                if (!(error instanceof Error) || !/Killed|Refusal/.test(error.name)) throw error;
              });
            return Promise.all(Array.from({ length: repeats }, () => untilStored(() => send(log))));
          }),
        );
        const head = (await log.head())!;
        await settle(
          log,
          Array.from({ length: head.seq }, (_, index) => index + 1),
          0,
          { force: true },
        );
        const texts = textsOf(await denseLog(log));
        expect(texts.sort()).toEqual(writers.map((_, index) => `message ${index}`).sort());
        for (const answers of numbers) expect(new Set(answers).size).toBe(1);
      }),
      { numRuns: 40 },
    );
  });

  it.each([1, 2, 5, 10])('answers one message to the same client id sent %i times at once', async (times) => {
    const log = logOf(tenant, await aGroup(tenant));
    const clientId = someClientId();
    const answers = await Promise.all(Array.from({ length: times }, () => sendText(log, 'hello', { clientId })));
    expect(new Set(answers.map(({ seq, at }) => `${seq} ${at}`)).size).toBe(1);
    expect(textsOf(await denseLog(log))).toEqual(['hello']);
  });

  it('refuses another body under the same client id, naming both digests', async () => {
    const log = logOf(tenant, await aGroup(tenant));
    const clientId = someClientId();
    await sendText(log, 'hello', { clientId });
    await expect(sendText(log, 'good bye', { clientId })).rejects.toMatchObject({
      code: 'message.client_id_reused',
      details: { storedHash: 'hello', givenHash: 'good bye' },
    });
  });

  it('lets two authors use the same client id', async () => {
    const log = logOf(tenant, await aGroup(tenant));
    const clientId = someClientId();
    await sendText(log, 'from ada', { clientId, author: 'ada' });
    await sendText(log, 'from bob', { clientId, author: 'bob' });
    expect(textsOf(await denseLog(log))).toEqual(['from ada', 'from bob']);
  });

  it('finds a message in the log after its id has left the head, and refuses one that is too far back', async () => {
    const log = logOf(tenant, await aGroup(tenant));
    const clientId = someClientId();
    const first = await sendText(log, 'first', { clientId });
    for (let index = 0; index < 3 * LIMITS.generation; index++) {
      const { head } = await sendText(log, `later ${index}`);
      if (head) await forget(log, head);
    }
    const head = (await log.head())!;
    expect(Object.values(head.recent)).not.toContain(first.seq);
    expect(Object.values(head.older)).not.toContain(first.seq);
    expect(await sendText(log, 'first', { clientId })).toMatchObject({ seq: first.seq, at: first.at });

    const write = { author: 'ada', clientId, hash: 'first', store: () => Promise.reject(new Error('never stored')) };
    const options = { permit: Promise.resolve(undefined), limits: { ...LIMITS, lookBack: 5 } };
    await expect(append(log, write, options)).rejects.toMatchObject({ code: 'message.client_id_too_old' });
    expect((await log.head())?.seq).toBe(head.seq);
  });

  it('stores an id that was minted long ago and never sent', async () => {
    const log = logOf(tenant, await aGroup(tenant));
    for (let index = 0; index < 3 * LIMITS.generation; index++) {
      const { head } = await sendText(log, `before ${index}`);
      if (head) await forget(log, head);
    }
    const clientId = someClientId(Date.now() - 5_000);
    const stored = await sendText(log, 'from an offline phone', { clientId });
    expect(stored.replayed).toBeUndefined();
    expect(await sendText(log, 'from an offline phone', { clientId })).toMatchObject({ seq: stored.seq });
    expect(textsOf(await denseLog(log)).filter((text) => text === 'from an offline phone')).toHaveLength(1);
  });

  it('refuses an id from the future, telling the time', async () => {
    const log = logOf(tenant, await aGroup(tenant));
    await expect(sendText(log, 'x', { clientId: someClientId(Date.now() + 60_000) })).rejects.toMatchObject({
      code: 'message.client_id_ahead',
      details: { serverTime: expect.stringMatching(/Z$/) },
    });
    expect((await log.head())?.seq).toBe(1);
  });
});
