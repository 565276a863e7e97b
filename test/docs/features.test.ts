import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { everyRoute } from '#contract/api.ts';
import { Event } from '#contract/events.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const rows = readFileSync(join(ROOT, 'docs', 'features.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|[-|\s]+$|^\| (Asked for|What) \|/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** What a cell holds in backticks. */
const names = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

const operations = new Set(
  everyRoute().flatMap(({ route }) => [route, ...(route.aliases ?? [])].map(({ method, path }) => `${method} ${path}`)),
);
const events = new Set(Event.options.map(({ shape }) => shape.type.value));

describe('the page of features', () => {
  it('says of each line where it is, or that it is not there yet', () => {
    expect(rows.length).toBeGreaterThan(100);
    for (const row of rows) {
      expect(row, row.join(' | ')).toHaveLength(4);
      expect(row[1], row[0]).not.toBe('');
      const nowhere = /\*\*not yet\*\*/i.test(row[1]!) || /^see |^`npm /.test(row[1]!);
      if (!nowhere) expect(names(row[3]!).length, `${row[0]} has no test`).toBeGreaterThan(0);
    }
  });

  it.each([...new Set(rows.flatMap(([, operation]) => names(operation!)))].filter((name) => /^[A-Z]+ \//.test(name)))(
    'names an operation that there is: %s',
    (name) => {
      expect(operations.has(name)).toBe(true);
    },
  );

  it.each([...new Set(rows.flatMap(([, , event]) => names(event!)))])('names an event that there is: %s', (name) => {
    expect(events.has(name as never)).toBe(true);
  });

  it.each([...new Set(rows.flatMap(([, , , test]) => names(test!)))])('names a test that there is: %s', (name) => {
    expect(existsSync(join(ROOT, name))).toBe(true);
  });
});
