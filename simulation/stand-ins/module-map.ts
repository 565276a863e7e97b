import { actor } from '../engine/stage.ts';

/**
 * Stands for a map that a module of the functions keeps from one call to the next. Each running function has one of its
 * own: what a killed function was about to put into it is gone with it.
 */
export class ModuleMap<K, V> {
  get #own(): Map<K, V> {
    const memory = actor()?.memory;
    if (!memory) throw new Error('a module remembers something outside any function');
    let own = memory.get(this);
    if (!own) {
      own = new Map();
      memory.set(this, own);
    }
    return own as Map<K, V>;
  }

  get size(): number {
    return this.#own.size;
  }

  get(key: K): V | undefined {
    return this.#own.get(key);
  }

  has(key: K): boolean {
    return this.#own.has(key);
  }

  set(key: K, value: V): this {
    this.#own.set(key, value);
    return this;
  }

  delete(key: K): boolean {
    return this.#own.delete(key);
  }

  clear(): void {
    this.#own.clear();
  }

  keys() {
    return this.#own.keys();
  }

  values() {
    return this.#own.values();
  }

  entries() {
    return this.#own.entries();
  }

  [Symbol.iterator]() {
    return this.#own[Symbol.iterator]();
  }
}
