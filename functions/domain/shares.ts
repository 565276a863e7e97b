/**
 * Shares of a total, fairly: nobody gets more than they want, and what some do not need goes to the others. In whole
 * numbers; with as many as the total, or fewer, who want something, each gets some.
 */
export function sharesOf(wants: readonly number[], total: number): number[] {
  const shares = wants.map(() => 0);
  let left = total;
  const modest = wants.map((want, index) => ({ want, index })).sort((a, b) => a.want - b.want);
  for (const [place, { want, index }] of modest.entries()) {
    const share = Math.min(want, Math.floor(left / (modest.length - place)));
    shares[index] = share;
    left -= share;
  }
  return shares;
}
