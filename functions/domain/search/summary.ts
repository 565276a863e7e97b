import { MOST_TERMS, type SearchAnalytics } from '#contract/search-analytics.ts';
import { LATENCIES, POSITIONS } from './figures.ts';

/** What one place of a day counts (`table/search-stats.ts`). */
export interface Counted {
  readonly q?: string | undefined;
  readonly n: number;
  readonly z: number;
  readonly s: number;
  readonly c: number;
  readonly [classes: `l${number}` | `p${number}`]: number;
}

type Figures = Omit<SearchAnalytics['days'][number], 'day'>;

const sum = (of: readonly Counted[], figure: (one: Counted) => number | undefined): number =>
  of.reduce((total, one) => total + (figure(one) ?? 0), 0);

const classes = (ends: readonly number[]): (number | null)[] => [...ends, null];

const figuresOf = (of: readonly Counted[]): Figures => ({
  searches: sum(of, ({ n }) => n),
  withoutResults: sum(of, ({ z }) => z),
  similar: sum(of, ({ s }) => s),
  clicks: sum(of, ({ c }) => c),
  latencies: classes(LATENCIES).map((upToMs, index) => ({ upToMs, searches: sum(of, (one) => one[`l${index}`]) })),
  positions: classes(POSITIONS).map((upTo, index) => ({ upTo, clicks: sum(of, (one) => one[`p${index}`]) })),
});

/** What is shown of the places of some days. */
export function summaryOf(
  days: ReadonlyMap<string, readonly Counted[]>,
): Omit<SearchAnalytics, 'enabled' | 'from' | 'to'> {
  const all = [...days.values()].flat();
  const known = Map.groupBy(
    all.filter(({ q }) => q !== undefined),
    ({ q }) => q!,
  );
  const terms = [...known].map(([term, of]) => ({
    term,
    searches: sum(of, ({ n }) => n),
    withoutResults: sum(of, ({ z }) => z),
  }));
  const most = (by: 'searches' | 'withoutResults') =>
    terms
      .filter((term) => term[by] > 0)
      .sort((one, other) => other[by] - one[by] || (one.term < other.term ? -1 : 1))
      .slice(0, MOST_TERMS);
  return {
    ...figuresOf(all),
    days: [...days].filter(([, of]) => of.length > 0).map(([day, of]) => ({ day, ...figuresOf(of) })),
    topTerms: most('searches'),
    termsWithoutResults: most('withoutResults'),
    otherSearches: sum(
      all.filter(({ q }) => q === undefined),
      ({ n }) => n,
    ),
  };
}
