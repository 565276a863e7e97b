import type { Storage } from './storage.ts';

/** IndexedDB as far as it is used here. */
interface Asked<T> {
  readonly result: T;
  readonly error: unknown;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}
interface Store {
  put(value: unknown, key: string): unknown;
  delete(key: string): unknown;
  getAll(): Asked<unknown[]>;
  getAllKeys(): Asked<unknown[]>;
}
interface Transaction {
  objectStore(name: string): Store;
  abort(): void;
  readonly error: unknown;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
  onerror: (() => void) | null;
}
interface Database {
  createObjectStore(name: string): unknown;
  transaction(name: string, mode: 'readonly' | 'readwrite'): Transaction;
  close(): void;
  onversionchange: (() => void) | null;
  onclose: (() => void) | null;
}
/** What opens databases: `indexedDB` of a browser has it. */
export interface Databases {
  open(name: string, version: number): Asked<unknown> & { onupgradeneeded: (() => void) | null };
}

const STORE = 'state';

const answerOf = <T>(asked: Asked<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

/** Keeps the state of one user in a database of the browser. Each save is one transaction. */
export class IndexedDbStorage implements Storage {
  readonly #databases: Databases;
  readonly #name: string;
  #opened: Promise<Database> | undefined;

  /** `name`: another one for each user. Raises where there is no IndexedDB. */
  constructor(name: string, databases?: Databases) {
    const found = databases ?? (globalThis as unknown as { indexedDB?: Databases }).indexedDB;
    if (!found) throw new Error('There is no IndexedDB here.');
    this.#databases = found;
    this.#name = name;
  }

  async load(): Promise<ReadonlyMap<string, unknown>> {
    const database = await this.#open();
    const store = database.transaction(STORE, 'readonly').objectStore(STORE);
    const [keys, values] = await Promise.all([answerOf(store.getAllKeys()), answerOf(store.getAll())]);
    return new Map(keys.map((key, index) => [String(key), values[index]]));
  }

  async save(changes: ReadonlyMap<string, unknown>): Promise<void> {
    const database = await this.#open();
    const transaction = database.transaction(STORE, 'readwrite');
    const store = transaction.objectStore(STORE);
    try {
      for (const [key, value] of changes)
        if (value === undefined) store.delete(key);
        else store.put(value, key);
    } catch (error) {
      // What was put before it would be kept without it.
      transaction.abort();
      throw error;
    }
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  async close(): Promise<void> {
    (await this.#opened)?.close();
    this.#opened = undefined;
  }

  #open(): Promise<Database> {
    this.#opened ??= (async () => {
      const asked = this.#databases.open(this.#name, 1);
      asked.onupgradeneeded = () => (asked.result as Database).createObjectStore(STORE);
      const database = (await answerOf(asked)) as Database;
      database.onclose = () => {
        this.#opened = undefined;
      };
      database.onversionchange = () => {
        database.close();
        this.#opened = undefined;
      };
      return database;
    })();
    return this.#opened;
  }
}
