/**
 * I8: no acknowledged edit is lost silently. The real decision and the real `append` over a store in memory, in which
 * every single step of every editor may come before or after every step of the others.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '#contract/tenant.ts';
import { refusalToEdit } from '#domain/message-change.ts';
import { Refusal } from '#domain/refusal.ts';
import { expectedVersion } from '#runtime/version.ts';
import { append } from '#table/log/append.ts';
import type { StoredMessage } from '#table/message.ts';
import { type Gate, gated, MemoryLog } from '#test/support/memory-log.ts';
import { clientIdAt, randomFrom } from '#test/support/random.ts';

const AT = 1_700_000_000_000;
const text = (words: string) => ({ type: 'text' as const, text: words });

interface Editor {
  /** The version they believe to change; undefined: the one that they read first. */
  readonly believes: number | undefined;
  /** The answer never arrives, and they ask again under the same operation id. */
  readonly repeats: boolean;
  readonly header: boolean;
}

const editor: fc.Arbitrary<Editor> = fc.record({
  believes: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined, freq: 3 }),
  repeats: fc.boolean(),
  header: fc.boolean(),
});

type Outcome = { readonly seq: number; readonly words: string; readonly from: number } | Refusal;

describe('edits of one message in any order', () => {
  it('are a chain: what was acknowledged is there or in the history, what was not is nowhere', async () => {
    let conflicts = 0;
    let repeated = 0;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(editor, { minLength: 2, maxLength: 6 }), async (order, editors) => {
        const log = new MemoryLog();
        let message: StoredMessage = { u: 'ada', b: text('first'), a: AT, v: 1 };
        const gate: Gate = (name, step) => order.schedule(Promise.resolve(), String(name)).then(step);
        const store = gated(log, gate);
        const random = randomFrom(1);

        /** The table's transaction: message and log entry together, while the message is in the version that is changed. */
        const write = (seq: number, at: number, words: string, version: number, operation: string): boolean => {
          if (log.entries.has(seq)) return false;
          if (message.v !== version) throw new Refusal('message.version_conflict', { current: message });
          const d = { kind: 'message_edited', seq: 1, before: message.b, version } as const;
          log.write({ kind: 'change', seq, at, change: { u: 'ada', c: operation, h: words, a: at, d } });
          message = { ...message, b: text(words), v: version + 1 };
          return true;
        };

        const edit = async ({ believes, header }: Editor, words: string, operation: string): Promise<Outcome> => {
          const read = await gate('head', () => message);
          const asked = believes ?? read.v;
          const version = header ? expectedVersion(undefined, `"${asked}"`) : expectedVersion(asked, undefined);
          const refusal =
            refusalToEdit(
              { senderId: read.u, body: read.b, at: AT },
              { userId: 'ada', at: AT },
              text(words),
              DEFAULT_RULES.changing,
            ) ?? (read.v === version ? undefined : new Refusal('message.version_conflict', { current: read }));
          try {
            const { seq } = await append(
              store,
              {
                author: 'ada',
                clientId: operation,
                hash: words,
                of: 'changes',
                store: (number, at) => gate('put', () => write(number, at, words, version, operation)),
              },
              { permit: Promise.resolve(refusal), clock: () => AT },
            );
            return { seq, words, from: version };
          } catch (error) {
            if (error instanceof Refusal) return error;
            throw error;
          }
        };

        const all = Promise.all(
          editors.map(async (one, index): Promise<Outcome> => {
            const operation = clientIdAt(AT - 100 + index, random);
            const first = await edit(one, `edit ${index}`, operation);
            if (!one.repeats) return first;
            const again = await edit(one, `edit ${index}`, operation);
            if (!(first instanceof Refusal)) {
              // What was carried out is answered again, whatever happened to the message since.
              expect(again).toMatchObject({ seq: first.seq });
              repeated += 1;
              return first;
            }
            return again;
          }),
        );
        await order.waitFor(all);
        const outcomes = await all;

        const done = outcomes.flatMap((outcome) => (outcome instanceof Refusal ? [] : [outcome]));
        const changes = [...log.entries.values()]
          .sort((a, b) => a.seq - b.seq)
          .flatMap((entry) => (entry.kind === 'change' ? [entry] : []));
        // Every acknowledged edit is a link of the chain, each link is acknowledged, and each began where the last ended.
        expect(changes.map(({ seq }) => seq)).toEqual(done.map(({ seq }) => seq).sort((a, b) => a - b));
        const byVersion = changes.map(({ change }) => change).sort((a, b) => version(a) - version(b));
        expect(byVersion.map(version)).toEqual(byVersion.map((_, index) => index + 1));
        const said = ['first', ...byVersion.map(({ h }) => h)];
        expect(byVersion.map(({ d }) => 'before' in d && d.before)).toEqual(said.slice(0, -1).map(text));
        expect(message).toMatchObject({ v: changes.length + 1, b: text(said.at(-1)!) });
        // Whoever lost hears what is there, and nothing of theirs is.
        for (const [index, outcome] of outcomes.entries())
          if (outcome instanceof Refusal) {
            conflicts += 1;
            expect(['message.version_conflict', 'service.contended']).toContain(outcome.code);
            expect(said).not.toContain(`edit ${index}`);
          }
        // No number is left open.
        expect([...log.entries.keys()].sort((a, b) => a - b)).toEqual(
          Array.from({ length: log.head?.seq ?? 0 }, (_, index) => index + 1),
        );
      }),
      { numRuns: 1_500 },
    );
    expect(conflicts).toBeGreaterThan(500);
    expect(repeated).toBeGreaterThan(500);
  });
});

const version = ({ d }: { d: object }): number => ('version' in d ? Number(d.version) : 0);
