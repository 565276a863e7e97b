import type { Mutant } from './mutant.ts';

const TABLE = 'functions/table/reaction.ts';
const MODEL = 'test/domain/reaction.test.ts';
const TEST = 'test/table/reactions.test.ts';

/** Guards of reactions. */
export const REACTION_MUTANTS: readonly Mutant[] = [
  {
    name: 'reaction-count',
    invariant: 'I6',
    guard: 'reactions are counted from the tallies they were added to',
    file: TABLE,
    from: "before ? '#r.#n = :before' : 'attribute_not_exists(#r)'",
    to: "before ? '(#r.#n = :before OR attribute_exists(#r))' : '(attribute_exists(#b) OR attribute_not_exists(#r))'",
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'reaction-cap',
    invariant: 'I6',
    guard: 'a message carries twenty different emojis at most',
    file: 'functions/domain/reaction.ts',
    from: 'if (tallies.length >= MOST_EMOJIS)',
    to: 'if (tallies.length > MOST_EMOJIS)',
    test: MODEL,
  },
  {
    name: 'reaction-spelling',
    invariant: 'I6',
    guard: 'two spellings of an emoji are one reaction',
    file: 'functions/runtime/emoji.ts',
    from: "const bare = text.replace(VARIATION, '');\n  return ONE_EMOJI.test(bare) ? bare.replace(TEXT_BY_DEFAULT, '$&\\ufe0f') : undefined;",
    to: "const bare = text.replace(VARIATION, '');\n  return ONE_EMOJI.test(bare) ? text : undefined;",
    test: MODEL,
  },
  {
    name: 'reaction-of-members',
    invariant: 'I9',
    guard: 'only members react',
    file: 'functions/changing/change-reactions.ts',
    from: "if (!visible || !first) throw new Refusal('message.not_found');\n  const refusal = refusalToSend(visible.member);",
    to: "if (!first) throw new Refusal('message.not_found');\n  const refusal = visible && refusalToSend(visible.member);",
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'reactions-of-deleted',
    invariant: 'I9',
    guard: 'a deleted message shows no reactions',
    file: 'functions/table/message.ts',
    from: "stored.b.type === 'deleted' ? [] : (stored.r?.t ?? [])",
    to: '(stored.r?.t ?? [])',
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'reaction-rate',
    invariant: 'I6',
    guard: 'a user changes five reactions a minute',
    file: 'functions/changing/change-reactions.ts',
    from: "return spent.ok ? undefined : new TooOften('reaction.rate_limited', spent.quota);",
    to: 'return undefined;',
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'reaction-order',
    invariant: 'I4',
    guard: 'reactions change in the order of the log: who applies its events has the tallies',
    file: 'functions/changing/change-reactions.ts',
    from: 'if ((seen.stored.r?.n ?? 0) >= seq) throw new Overtaken();',
    to: '',
    test: 'test/table/reaction-races.test.ts',
    needs: 'emulator',
  },
  {
    name: 'reaction-own-emoji',
    invariant: 'I6',
    guard: 'an emoji of the tenant’s own is reacted with only while there is one of that name',
    file: 'functions/changing/emoji.ts',
    from: 'own !== undefined && !hasEmoji(',
    to: 'own === undefined && !hasEmoji(',
    test: 'test/table/custom-emoji.test.ts',
    needs: 'emulator',
  },
];
