import emojiRegex from 'emoji-regex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emojiNamed } from '#changing/emoji.ts';
import { MOST_EMOJIS } from '#contract/reactions.ts';
import { type Counted, counted, discounted, NAMED_REACTORS, type Tally } from '#domain/reaction.ts';
import { Refusal } from '#domain/refusal.ts';
import { canonicalEmoji } from '#runtime/emoji.ts';

const EMOJIS = Array.from({ length: 24 }, (_, index) => String.fromCodePoint(0x1f600 + index));
const USERS = Array.from({ length: 9 }, (_, index) => `user-${index}`);

const wish = fc.record({
  user: fc.constantFrom(...USERS),
  emoji: fc.oneof(fc.constantFrom(...EMOJIS.slice(0, 3)), fc.constantFrom(...EMOJIS)),
  // Rarely all of one's own: else no message ever gets near its twenty.
  does: fc.oneof(
    { weight: 16, arbitrary: fc.constant('add') },
    { weight: 3, arbitrary: fc.constant('remove') },
    { weight: 1, arbitrary: fc.constant('remove all') },
  ),
});

describe('the tallies of a message', () => {
  it('equal a count by hand after any wishes, name the first reactors, and are 20 at most', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 150, size: 'max' }), (wishes) => {
        // What the table keeps an item each of: the emoji's users, in order.
        const items = new Map<string, string[]>();
        let tallies: readonly Tally[] = [];
        for (const { user, emoji, does } of wishes) {
          const has = items.get(emoji)?.includes(user) ?? false;
          let next: Counted | undefined;
          if (does === 'add' && !has) {
            const more = counted(tallies, emoji, user);
            if (more instanceof Refusal) {
              expect(more.code).toBe('reaction.too_many');
              expect(items.size).toBe(MOST_EMOJIS);
              refused += 1;
              continue;
            }
            next = more;
            items.set(emoji, [...(items.get(emoji) ?? []), user]);
          } else if (does !== 'add') {
            const mine = [...items].filter(([, users]) => users.includes(user)).map(([e]) => e);
            const gone = does === 'remove' ? mine.filter((e) => e === emoji) : mine;
            if (gone.length === 0) continue;
            next = discounted(tallies, gone, user);
            for (const e of gone) {
              const left = items.get(e)!.filter((other) => other !== user);
              if (left.length > 0) items.set(e, left);
              else items.delete(e);
            }
          }
          if (!next) continue;
          tallies = next.tallies;
          for (const { e, c } of next.changed) expect(c).toBe(items.get(e)?.length ?? 0);
        }
        expect(tallies.length).toBeLessThanOrEqual(MOST_EMOJIS);
        expect(new Map(tallies.map(({ e, c }) => [e, c]))).toEqual(
          new Map([...items].map(([e, users]) => [e, users.length])),
        );
        for (const { e, c, u } of tallies) {
          expect(new Set(u).size).toBe(u.length);
          expect(u.length).toBeLessThanOrEqual(Math.min(c, NAMED_REACTORS));
          // In the order in which they came, and nobody who is not there.
          expect(items.get(e)!.filter((user) => u.includes(user))).toEqual(u);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('name the first five while nobody goes', () => {
    let tallies: readonly Tally[] = [];
    for (const user of USERS) tallies = (counted(tallies, '👍', user) as Counted).tallies;
    expect(tallies).toEqual([{ e: '👍', c: 9, u: USERS.slice(0, 5) }]);
  });
});

/** What the runtime's own Unicode data calls an emoji for general interchange. */
const RGI = /^\p{RGI_Emoji}$/v;

describe('an emoji', () => {
  it.each([
    ['❤', '❤️'],
    ['❤️', '❤️'],
    ['☕️', '☕'],
    ['1⃣', '1️⃣'],
    ['👁‍🗨', '👁️‍🗨️'],
    ['🏳‍🌈', '🏳️‍🌈'],
    ['👍🏽', '👍🏽'],
    ['✌🏽', '✌🏽'],
    ['🇩🇪', '🇩🇪'],
    ['👨‍👩‍👧', '👨‍👩‍👧'],
  ])('%s is spelled %s', (given, canonical) => {
    expect(canonicalEmoji(given)).toBe(canonical);
    expect(RGI.test(canonical)).toBe(true);
  });

  it.each(['', 'a', '1', '#', '👍👍', '👍 ', ':+1:', '❤︎', '🇩', '🇩🇩', '\ufe0f', '👍#ada'])('is not %j', (text) => {
    expect(canonicalEmoji(text)).toBeUndefined();
    expect(() => emojiNamed(text)).toThrow(Refusal);
  });

  it('has one spelling, wherever U+FE0F stood: all one-character emojis and flags of the runtime', () => {
    const letters = Array.from({ length: 26 }, (_, index) => String.fromCodePoint(0x1f1e6 + index));
    const flags = letters.flatMap((a) => letters.map((b) => a + b));
    const single = Array.from({ length: 0x1fb00 - 0x80 }, (_, index) => String.fromCodePoint(0x80 + index));
    const toned = single.flatMap((char) => (/\p{Emoji_Modifier_Base}/u.test(char) ? [`${char}\u{1f3fd}`] : []));
    const all = [...single, ...single.map((char) => `${char}\ufe0f`), ...flags, ...toned].filter((text) =>
      RGI.test(text),
    );
    expect(all.length).toBeGreaterThan(1_700);
    for (const emoji of all) {
      expect(canonicalEmoji(emoji)).toBe(emoji);
      expect(canonicalEmoji(emoji.replaceAll('\ufe0f', ''))).toBe(emoji);
      expect(canonicalEmoji(`${emoji}\ufe0f`)).toBe(emoji);
    }
  });

  it('keeps its spelling when asked again, and stays within what a key may hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }), (text) => {
        const emoji = canonicalEmoji(text);
        if (emoji === undefined) return;
        expect(canonicalEmoji(emoji)).toBe(emoji);
        expect(emoji.replaceAll('\ufe0f', '')).toMatch(new RegExp(`^(?:${emojiRegex().source})$`));
      }),
      { numRuns: 1_000 },
    );
  });

  it('in a path may come percent-encoded', () => {
    expect(emojiNamed(encodeURIComponent('❤'))).toBe('❤️');
    expect(() => emojiNamed('%E0%A4%A')).toThrow(Refusal);
  });
});
