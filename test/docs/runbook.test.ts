import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROOT } from '#local/instance.ts';

const read = (file: string): string => readFileSync(`${ROOT}/${file}`, 'utf8');

it('has a section for each kind of alarm, and no other', () => {
  const kinds = [...read('infra/watches.ts').matchAll(/kind: '([\w-]+)'/g)].map((match) => match[1]);
  const sections = [...read('docs/runbook.md').matchAll(/^## (.+)$/gm)].map((match) => match[1]);
  expect(kinds.length).toBeGreaterThan(5);
  expect([...new Set(kinds)].sort()).toEqual(sections.sort());
});
