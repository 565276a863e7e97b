import * as z from 'zod';

/** Bytes of the data's JSON in UTF-8. */
export const MAX_CUSTOM_BYTES = 8_192;
/** Objects and lists within each other; the table itself takes 32 levels of everything. */
export const MAX_CUSTOM_DEPTH = 8;

const MAX_KEY = 100;
/** Beyond, numbers come back from the table as others, or not at all. */
const [LEAST, GREATEST] = [1e-120, Number.MAX_SAFE_INTEGER];

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** Why a value cannot be kept; undefined when it can. Goes no deeper than is allowed. */
const problemOf = (value: unknown, depth = 1): string | undefined => {
  if (typeof value === 'number') {
    const size = Math.abs(value);
    return size !== 0 && (size < LEAST || size > GREATEST) ? 'a number is out of range' : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_CUSTOM_DEPTH) return `is nested more than ${MAX_CUSTOM_DEPTH} levels deep`;
  if (!Array.isArray(value) && Object.keys(value).some((key) => key.length === 0 || key.length > MAX_KEY))
    return `a key has not 1 to ${MAX_KEY} characters`;
  for (const part of Object.values(value)) {
    const problem = problemOf(part, depth + 1);
    if (problem) return problem;
  }
  return undefined;
};

/** A JSON object that only the tenant's own clients understand: at most 8 KB, 8 levels deep. */
export const CustomData = z
  .record(z.string(), z.unknown())
  .superRefine((data, context) => {
    const problem =
      problemOf(data) ?? (bytesOf(data) > MAX_CUSTOM_BYTES ? `has more than ${MAX_CUSTOM_BYTES} bytes` : undefined);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  })
  .meta({ example: { board: 'e4', clock: 300 } });
