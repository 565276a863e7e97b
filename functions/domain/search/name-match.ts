import { unaccented } from './similar.ts';
import { type Word, wordsIn } from './words.ts';

/** Words that stand side by side without anything between them, as those of scripts without spaces do: found only together. */
export type Run = readonly string[];

/** What a name is asked for. */
export const runsOf = (text: string): Run[] => {
  const runs: { words: string[]; end: number }[] = [];
  for (const { text: word, start, end } of wordsIn(text)) {
    const last = runs.at(-1);
    if (last && last.end === start) Object.assign(last, { words: [...last.words, word], end });
    else runs.push({ words: [word], end });
  }
  return runs.map(({ words }) => words);
};

/** How a name was found: 0 as a whole, 1 by whole words, 2 by how words begin, 3 without accents, 4 with letters that differ. */
export type Rank = 0 | 1 | 2 | 3 | 4;

/** A name that was found. */
export interface NameMatch {
  readonly rank: Rank;
  /** What was found of it, in UTF-16 units, in order and apart from each other. */
  readonly offsets: [start: number, end: number][];
}

/** Letters that may differ in a word of this many, as the engine's fuzziness AUTO has it. */
const mostWrong = (length: number): number => (length < 3 ? 0 : length < 6 ? 1 : 2);

/** Whether two words differ in at most `most` letters, two that changed places counting once (optimal string alignment). */
export function isNear(one: string, other: string, most: number): boolean {
  const [a, b] = [[...one], [...other]];
  if (Math.abs(a.length - b.length) > most) return false;
  let [before, last]: [number[], number[]] = [[], b.map((_, index) => index).concat(b.length)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let steps = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) steps = Math.min(steps, before[j - 2]! + 1);
      row.push(steps);
    }
    [before, last] = [last, row];
  }
  return last.at(-1)! <= most;
}

type Test = (asked: string, found: string, isLast: boolean) => boolean;

const TESTS: readonly (readonly [Rank, Test])[] = [
  [1, (asked, found) => asked === found],
  [2, (asked, found, isLast) => (isLast ? found.startsWith(asked) : asked === found)],
  [
    3,
    (asked, found, isLast) => {
      const [plain, of] = [unaccented(asked), unaccented(found)];
      return isLast ? of.startsWith(plain) : of === plain;
    },
  ],
  [4, (asked, found) => isNear(unaccented(asked), unaccented(found), mostWrong([...asked].length))],
];

/** Where a run stands in a name; undefined where it does not. */
function placeOf(run: Run, words: readonly Word[], test: Test): [number, number] | undefined {
  for (let from = 0; from + run.length <= words.length; from++) {
    const found = run.every((asked, index) => test(asked, words[from + index]!.text, index === run.length - 1));
    if (found) return [words[from]!.start, words[from + run.length - 1]!.end];
  }
  return undefined;
}

const joined = (offsets: readonly [number, number][]): [number, number][] => {
  const apart: [number, number][] = [];
  for (const [start, end] of [...offsets].sort(([one], [other]) => one - other)) {
    const last = apart.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else apart.push([start, end]);
  }
  return apart;
};

/** How a name answers what is asked for: every run is in it, each in the strictest way that finds all. Undefined where it does not. */
export function matchName(name: string, runs: readonly Run[]): NameMatch | undefined {
  if (runs.length === 0) return undefined;
  const words = wordsIn(name);
  for (const [rank, test] of TESTS) {
    const places = runs.map((run) => placeOf(run, words, test));
    if (!places.every((place) => place !== undefined)) continue;
    const isWhole = rank === 1 && runs.flat().length === words.length;
    return { rank: isWhole ? 0 : rank, offsets: joined(places) };
  }
  return undefined;
}
