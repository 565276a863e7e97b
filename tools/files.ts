import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, ROOT, run, runWhenMain } from './step.ts';

/** Lines a source file may have; a longer one holds more than one thing. Lists of patches are data. */
const MAX_LINES = 250;
const UNMEASURED = /^tools\/mutants\//;

const SOURCE = /\.(?:ts|mjs|cjs|js|py|java|sh)$/;
const TEXT = /\.(?:ts|mjs|cjs|js|py|java|sh|json|md|xml|yml|yaml|txt)$|^[^.]+$/;
const TEST = /^test\/.*\.ts$/;

interface Rule {
  readonly what: string;
  readonly files: RegExp;
  readonly pattern: RegExp;
  /** A comment on the line before, saying why, excuses it. */
  readonly excusable?: boolean;
}

/** Written with a class in it, so that this file does not break its own rules. */
const RULES: readonly Rule[] = [
  { what: 'an absolute path of one machine', files: TEXT, pattern: /(?<![\w.$}/:-])\/(?:work|root|home|Users)\/\w/ },
  { what: 'a single focused test', files: TEST, pattern: /\b(?:it|test|describe)[.]only\b/ },
  {
    what: 'a skipped test without a reason',
    files: TEST,
    pattern: /\b(?:it|test|describe)[.](?:skip|todo|skipIf|runIf|fails)\b/,
    excusable: true,
  },
  { what: 'work left undone', files: SOURCE, pattern: /\b(?:TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b/ },
  { what: 'a ticket number', files: TEXT, pattern: /\bissue #?\d+\b/i },
  { what: 'a stop for the debugger', files: SOURCE, pattern: /^\s*debugge[r];/ },
  { what: 'a silenced type check', files: SOURCE, pattern: /@ts-(?:ignor[e]|nochec[k])/ },
  { what: 'unstructured output of a function', files: /^functions\/.*\.ts$/, pattern: /\bconsol[e]\.\w/ },
  { what: 'a test that waits for time', files: /^test\/.*\.test\.ts$/, pattern: /\bperformance[.]now\(\)/ },
  {
    what: 'a package registry of one site',
    files: /^package-lock\.json$|^\.npmrc$/,
    pattern: /https?:\/\/(?!registry\.npmjs\.org)[^"]*\.tgz/,
  },
];

const isComment = (line: string | undefined): boolean => /^\s*(?:\/\/|\*|\/\*\*)/.test(line ?? '');

/** Size and words of every file that git would keep. */
export async function checkFiles(): Promise<Outcome> {
  const { output } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  const files = output.split('\0').filter((file) => file && existsSync(join(ROOT, file)));
  const problems: string[] = [];
  let longest = { file: '', lines: 0 };
  for (const file of files.filter((name) => TEXT.test(name))) {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
    if (SOURCE.test(file) && !UNMEASURED.test(file)) {
      const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
      if (count > longest.lines) longest = { file, lines: count };
      if (count > MAX_LINES) problems.push(`${file} has ${count} lines, ${MAX_LINES} are the most`);
    }
    for (const { what, pattern, excusable } of RULES.filter((rule) => rule.files.test(file)))
      for (const [index, line] of lines.entries())
        if (pattern.test(line) && !(excusable && isComment(lines[index - 1])))
          problems.push(`${file}:${index + 1} ${what}: ${line.trim().slice(0, 100)}`);
  }
  if (files.length < 50) problems.push(`only ${files.length} files were seen`);
  return { problems, note: `${files.length} files; the longest source, ${longest.file}, has ${longest.lines} lines` };
}

await runWhenMain(import.meta, checkFiles);
