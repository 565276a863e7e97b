const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);

/** A text, or the piece of it from `start` to `end`, as HTML whose only markup is `<mark>` around the places, which stand in order. */
export function marked(
  text: string,
  places: readonly (readonly [start: number, end: number])[],
  [start, end]: readonly [start: number, end: number] = [0, text.length],
): string {
  let [html, done] = ['', start];
  for (const [begins, ends] of places.filter(([begins]) => begins < end)) {
    const shownEnd = Math.min(ends, end);
    html += `${escaped(text.slice(done, begins))}<mark>${escaped(text.slice(begins, shownEnd))}</mark>`;
    done = shownEnd;
  }
  return html + escaped(text.slice(done, end));
}
