/** What a filter needs to know of a scope (`searching/scope.ts`). */
export interface Filtered {
  readonly conversations: ReadonlyMap<string, { readonly from: number; readonly since: number }>;
}

/** Terms of one clause: `index.max_terms_count` of the engine. */
const MOST_TERMS = 65_536;

/**
 * Conversations that are looked at from a number of their own and still are a clause each; the engine counts clauses of a
 * whole search (`indices.query.bool.max_clause_count`, 1,024), and the words need some.
 */
const MOST_CLAUSES = 200;

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));

const among = (ids: readonly string[]): object[] =>
  chunks(ids, MOST_TERMS).map((conversation) => ({ terms: { conversation } }));

const anyOf = (clauses: readonly object[]): object =>
  clauses.length === 1 ? clauses[0]! : { bool: { should: clauses, minimum_should_match: 1 } };

/** For very many first numbers: one clause, looked up message by message among those that all else has let through. */
const fromScript = (from: ReadonlyMap<string, number>): object => ({
  bool: {
    filter: [
      anyOf(among([...from.keys()])),
      {
        script: {
          script: {
            lang: 'painless',
            source: "doc['seq'].size() > 0 && doc['seq'].value >= params.from[doc['conversation'].value]",
            params: { from: Object.fromEntries(from) },
          },
        },
      },
    ],
  },
});

/**
 * Clauses for the filter of a search that leave nothing but what the scope allows: of this tenant, in these conversations,
 * in each from its first visible number and its oldest kept time on. An empty scope allows nothing.
 */
export function scopeFilter(tenantId: string, { conversations }: Filtered): object[] {
  const whole = [...conversations].filter(([, { from }]) => from <= 1).map(([id]) => id);
  const partly = new Map([...conversations].filter(([, { from }]) => from > 1).map(([id, { from }]) => [id, from]));
  const pieces =
    partly.size > MOST_CLAUSES
      ? [fromScript(partly)]
      : [...partly].map(([conversation, from]) => ({
          bool: { filter: [{ term: { conversation } }, { range: { seq: { gte: from } } }] },
        }));
  const allowed = [...among(whole), ...pieces];
  if (allowed.length === 0) return [{ term: { tenant: tenantId } }, { match_none: {} }];
  return [{ term: { tenant: tenantId } }, anyOf(allowed), ...keptOnly(conversations)];
}

/** What has expired is left out: one clause where the whole tenant keeps equally long, else one for each time. */
function keptOnly(conversations: Filtered['conversations']): object[] {
  const bySince = Map.groupBy(conversations, ([, { since }]) => since);
  const expired = (since: number) => ({ range: { storedAt: { gte: since } } });
  if (bySince.size === 1) return [...bySince.keys()].filter((since) => since > 0).map(expired);
  return [
    anyOf(
      [...bySince].map(([since, members]) => {
        const these = anyOf(among(members.map(([id]) => id)));
        return since > 0 ? { bool: { filter: [these, expired(since)] } } : these;
      }),
    ),
  ];
}
