import type { Appointment } from './clock.ts';
import { actor, as, stage } from './stage.ts';

const real = { now: Date.now, Date, random: Math.random, setTimeout, clearTimeout };

/** The time as whoever runs sees it (ms). */
const now = (): number => (stage.current ? Math.floor(stage.current.clock.now + (actor()?.skew ?? 0)) : real.now());

class Timer {
  readonly appointment: Appointment;

  constructor(appointment: Appointment) {
    this.appointment = appointment;
  }

  unref(): this {
    return this;
  }

  ref(): this {
    return this;
  }
}

const start = (task: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown => {
  const { current } = stage;
  if (!current) return real.setTimeout(task, ms, ...args);
  const who = actor();
  return new Timer(
    current.clock.after(ms, () => {
      if (!who) task(...args);
      else if (!who.dead) as(who, () => task(...args));
    }),
  );
};

const stop = (timer: unknown): void => {
  if (timer instanceof Timer) timer.appointment.cancel();
  else real.clearTimeout(timer as NodeJS.Timeout);
};

const repeat = (task: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown => {
  const { current } = stage;
  if (!current) throw new Error('an interval outside the simulation');
  const who = actor();
  const timer: { appointment: Appointment } = Object.create(Timer.prototype);
  const next = (): void => {
    timer.appointment = current.clock.after(ms, () => {
      if (who?.dead) return;
      next();
      if (who) as(who, () => task(...args));
      else task(...args);
    });
  };
  next();
  return timer;
};

class VirtualDate extends Date {
  constructor(...given: [] | [value: number | string | Date]) {
    if (given.length === 0) super(now());
    else super(given[0]);
  }

  static override now(): number {
    return now();
  }
}

const bits = (): number => (stage.current ? stage.current.chance.real() : real.random());

/** From now on time and chance in this process are the stage's, wherever there is one. */
export function takeOver(): void {
  Object.assign(globalThis, {
    Date: VirtualDate,
    setTimeout: start,
    clearTimeout: stop,
    setInterval: repeat,
    clearInterval: stop,
  });
  Math.random = bits;
  const fill = globalThis.crypto.getRandomValues.bind(globalThis.crypto);
  Object.defineProperty(globalThis.crypto, 'getRandomValues', {
    value: <T extends ArrayBufferView<ArrayBuffer>>(array: T): T => {
      if (!stage.current) return fill(array as never) as unknown as T;
      stage.current.chance.fill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
      return array;
    },
  });
  Object.defineProperty(globalThis.crypto, 'randomUUID', { value: () => randomUuid() });
}

/** A UUID of version 4 by the stage's chance. */
export const randomUuid = (): string => {
  const bytes = Buffer.alloc(16);
  stage.current?.chance.fill(bytes);
  bytes[6] = 0x40 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
