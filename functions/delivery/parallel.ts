/** Runs `task` over `items`, at most `bound` at a time; the results lie in the items' order. The first failure rejects. */
export async function inParallel<T, R>(
  items: readonly T[],
  bound: number,
  task: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await task(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(bound, items.length) }, worker));
  return results;
}
