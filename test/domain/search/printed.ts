import fc from 'fast-check';
import { MAX_CLAUSES } from '#domain/search/parse.ts';
import { OPERATOR_NAMES, type RawQuery } from '#domain/search/raw-tree.ts';
import { wordsOf } from '#domain/search/words.ts';

/** A tree as somebody might type it. */
export function printed(tree: RawQuery): string {
  switch (tree.op) {
    case 'and':
      return tree.nodes.map((node) => (node.op === 'or' ? `(${printed(node)})` : printed(node))).join(' ');
    case 'or':
      return tree.nodes.map(printed).join(' OR ');
    case 'not':
      return tree.node.op === 'and' || tree.node.op === 'or' ? `-(${printed(tree.node)})` : `-${printed(tree.node)}`;
    case 'words':
      return tree.prefix ? `${tree.words.join('.')}*` : `"${tree.words.join(' ')}"`;
    case 'code':
      return `"${tree.token}"`;
    case 'operator':
      return `${tree.name}:${tree.values.map((value) => `"${value}"`).join(',')}`;
  }
}

/** Clauses of a tree: words, tokens of code, values of operators. */
export function clausesOf(tree: RawQuery): number {
  if (tree.op === 'and' || tree.op === 'or') return tree.nodes.reduce((sum, node) => sum + clausesOf(node), 0);
  if (tree.op === 'not') return clausesOf(tree.node);
  return tree.op === 'operator' ? tree.values.length : 1;
}

const aWord = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }).map((text) => wordsOf(text)[0] ?? 'word');
const someWords = fc.array(aWord, { minLength: 1, maxLength: 4 });
const leaf = fc.oneof<fc.Arbitrary<RawQuery>[]>(
  someWords.map((words) => ({ op: 'words', words, prefix: false })),
  someWords.filter((words) => [...words.at(-1)!].length > 1).map((words) => ({ op: 'words', words, prefix: true })),
  fc.constantFrom('=>', '->', '!==', '--', '::').map((token) => ({ op: 'code', token })),
  fc.record({
    op: fc.constant('operator' as const),
    name: fc.constantFrom(...OPERATOR_NAMES),
    values: fc.array(fc.stringMatching(/^[^"\u00ab\u00bb\u201c-\u201f\uff01-\uff5e\u2212\s][a-z ()-]{0,5}x$/), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
);

/** Trees in the form that the parser gives: no layer without a meaning. */
export const { tree: aTree } = fc.letrec<{ tree: RawQuery }>((tie) => {
  const several = (op: 'and' | 'or') =>
    fc.array(tie('tree'), { minLength: 2, maxLength: 4 }).map(
      (nodes): RawQuery => ({
        op,
        nodes: nodes.flatMap((node) => (node.op === op ? node.nodes : [node])),
      }),
    );
  const not = tie('tree').map((node): RawQuery => (node.op === 'not' ? node : { op: 'not', node }));
  return { tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, several('and'), several('or'), not) };
});

/** Those of them that are within the limits of a query. */
export const aSmallTree = aTree.filter((tree) => clausesOf(tree) <= MAX_CLAUSES);
