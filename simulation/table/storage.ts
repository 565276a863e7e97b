import { compareText, type Item } from './value.ts';

/** What lay under a key until somebody wrote there. */
interface Past {
  readonly item: Item | undefined;
  /** When it was written over. */
  readonly until: number;
}

interface Place {
  item: Item | undefined;
  /** Newest last; only as far back as a stale read may look. */
  past: Past[];
}

/** Items of one partition by sort key, in the order of the keys' bytes. */
export class Partition {
  readonly #keys: string[] = [];
  readonly #places = new Map<string, Place>();

  /** The first place in the order whose key is not below (or, with `after`, is above) this one. */
  #from(sortKey: string, after: boolean): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compareText(this.#keys[middle]!, sortKey);
      if (order < 0 || (after && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  get(sortKey: string): Item | undefined {
    return this.#places.get(sortKey)?.item;
  }

  /** What lay there at a time not long ago. */
  getAt(sortKey: string, time: number): Item | undefined {
    const place = this.#places.get(sortKey);
    if (!place) return undefined;
    for (const { item, until } of place.past) if (time < until) return item;
    return place.item;
  }

  /** Writes at `now`; what was there stays readable for reads as of a time after `keepFrom`. */
  set(sortKey: string, item: Item | undefined, now: number, keepFrom: number): void {
    let place = this.#places.get(sortKey);
    if (!place) {
      if (item === undefined) return;
      place = { item: undefined, past: [] };
      this.#places.set(sortKey, place);
      this.#keys.splice(this.#from(sortKey, false), 0, sortKey);
    }
    if (place.past.length > 0) place.past = place.past.filter(({ until }) => until > keepFrom);
    if (now > keepFrom) place.past.push({ item: place.item, until: now });
    place.item = item;
  }

  /** Keys from `first` to `last`, both included, in order or against it, those after `start` when it is given. */
  *keys(
    { first, last }: { readonly first: string | undefined; readonly last: string | undefined },
    forward: boolean,
    start: string | undefined,
  ): Generator<string> {
    let low = first === undefined ? 0 : this.#from(first, false);
    let high = last === undefined ? this.#keys.length : this.#from(last, true);
    if (start !== undefined) {
      if (forward) low = Math.max(low, this.#from(start, true));
      else high = Math.min(high, this.#from(start, false));
    }
    if (forward) for (let at = low; at < high; at++) yield this.#keys[at]!;
    else for (let at = high - 1; at >= low; at--) yield this.#keys[at]!;
  }
}
