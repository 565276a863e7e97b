/** Stands for `node:timers/promises`. */
const wait = <T>(ms?: number, value?: T): Promise<T> =>
  new Promise((resolve) => globalThis.setTimeout(() => resolve(value as T), ms));

export { wait as setTimeout };
