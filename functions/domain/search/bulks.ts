/** Bytes of one bulk: the smallest domains of AWS take ten million in a request, and the engine holds all of it in memory. */
const MOST_BYTES = 5 * 1_048_576;

/** Things with their lines, cut into bulks of at most 5 MiB, in order. One that is longer goes by itself. */
export function bulksOf<T extends { readonly line: string }>(all: readonly T[], most = MOST_BYTES): T[][] {
  const bulks: T[][] = [];
  let bytes = 0;
  for (const one of all) {
    const size = new TextEncoder().encode(one.line).length;
    const last = bulks.at(-1);
    if (last && bytes + size <= most) {
      last.push(one);
      bytes += size;
    } else {
      bulks.push([one]);
      bytes = size;
    }
  }
  return bulks;
}
