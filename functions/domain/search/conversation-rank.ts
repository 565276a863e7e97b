import type { Rank } from './name-match.ts';

/** Why a conversation is among the candidates of a search; each may be wrong by the time it is shown. */
export interface Candidate {
  readonly conversationId: string;
  readonly lastAt: number;
  readonly isDirect: boolean;
  /** How its name was found. */
  readonly name?: Rank | undefined;
  /** Who was found and is in it, and how well the best of them was. */
  readonly people: readonly string[];
  readonly person?: number | undefined;
  readonly described: boolean;
}

/** Ranks from which on something is only alike. */
const SIMILAR = 4;

const isExact = ({ name = SIMILAR, person = SIMILAR, described }: Candidate): boolean =>
  name < SIMILAR || person < SIMILAR || described;

/** Less is better: a direct conversation goes by whom it is with, as others do by their names; then who is in it; then what it is about. */
export const weightOf = ({ name, person, isDirect, described }: Candidate): number =>
  Math.min(
    name === undefined ? 1_000 : 10 * name,
    person === undefined ? 1_000 : isDirect ? 10 * person + 1 : 100 + 10 * person,
    described ? 200 : 1_000,
  );

/** Where a conversation stands in the order of a search. */
export type ConversationPlace = readonly [weight: number, lastAt: number, conversationId: string];

export const conversationPlace = (candidate: Candidate): ConversationPlace => [
  weightOf(candidate),
  candidate.lastAt,
  candidate.conversationId,
];

const compare = (one: ConversationPlace, other: ConversationPlace): number =>
  one[0] - other[0] || other[1] - one[1] || (one[2] < other[2] ? -1 : one[2] > other[2] ? 1 : 0);

/** Candidates in order, after a place; those that are only alike where there are no others. */
export function inOrder(
  candidates: readonly Candidate[],
  after: ConversationPlace | undefined,
): { readonly ordered: Candidate[]; readonly matched: 'exact' | 'similar' } {
  const exact = candidates.filter(isExact);
  const matched = exact.length > 0 || candidates.length === 0 ? 'exact' : 'similar';
  const ordered = (matched === 'exact' ? exact : [...candidates])
    .map((candidate) => ({ candidate, place: conversationPlace(candidate) }))
    .filter(({ place }) => !after || compare(place, after) > 0)
    .sort((one, other) => compare(one.place, other.place));
  return { ordered: ordered.map(({ candidate }) => candidate), matched };
}
