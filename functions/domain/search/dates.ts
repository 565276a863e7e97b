/** A stretch of time: from `from` (ms) on, before `before` (ms). */
export interface Period {
  readonly from: number;
  readonly before: number;
}

/** When a query is asked, and where. */
export interface Clock {
  /** Milliseconds. */
  readonly now: number;
  /** IANA. Raises `RangeError` where it is none. */
  readonly timeZone: string;
}

/** A date of the calendar; days and months beyond their ends are of the next or last ones, as in `Date.UTC`. */
interface Day {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
}

const HOURS = 3_600_000;

/** The hands of a clock on the wall there, as if it hung in Greenwich (ms). */
function wall(at: number, format: Intl.DateTimeFormat): number {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year, month, day, hour, minute, second } = parts as Record<string, number>;
  const millisecond = ((at % 1_000) + 1_000) % 1_000;
  return Date.UTC(year!, month! - 1, day, hour, minute, second) + millisecond;
}

const formatOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

/** Calendar and clock of a time zone, over all changes of its offset. */
class Zone {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.#format = formatOf(timeZone);
  }

  dayOf(at: number): Day {
    const there = new Date(wall(at, this.#format));
    return { year: there.getUTCFullYear(), month: there.getUTCMonth() + 1, day: there.getUTCDate() };
  }

  /**
   * When the clock on the wall first shows this; where it never does (it was put forward), the moment at which it was past it.
   */
  at(shown: number): number {
    const shows = (at: number) => wall(at, this.#format);
    // Offsets change less often than daily: the one before and the one after are all that can be.
    const offsets = [shown - 24 * HOURS, shown + 24 * HOURS].map((at) => shows(at) - at);
    const moments = offsets.map((offset) => shown - offset).filter((at) => shows(at) === shown);
    if (moments.length > 0) return Math.min(...moments);
    let [before, past] = [shown - 26 * HOURS, shown + 26 * HOURS];
    while (past - before > 1) {
      const middle = Math.floor((before + past) / 2);
      if (shows(middle) < shown) before = middle;
      else past = middle;
    }
    return past;
  }

  beginningOf({ year, month, day }: Day): number {
    return this.at(Date.UTC(year, month - 1, day));
  }

  period(first: Day, next: Day): Period {
    return { from: this.beginningOf(first), before: this.beginningOf(next) };
  }

  dayPeriod(day: Day): Period {
    return this.period(day, { ...day, day: day.day + 1 });
  }

  monthPeriod(year: number, month: number): Period {
    return this.period({ year, month, day: 1 }, { year, month: month + 1, day: 1 });
  }

  yearPeriod(year: number): Period {
    return this.period({ year, month: 1, day: 1 }, { year: year + 1, month: 1, day: 1 });
  }
}

const lastOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** A day so many months before; in a shorter month, its last one. */
function monthsBefore({ year, month, day }: Day, months: number): Day {
  const first = new Date(Date.UTC(year, month - 1 - months, 1));
  const [thatYear, thatMonth] = [first.getUTCFullYear(), first.getUTCMonth() + 1];
  return { year: thatYear, month: thatMonth, day: Math.min(day, lastOf(thatYear, thatMonth)) };
}

/** Monday is the first day of a week (ISO 8601). */
const weekday = ({ year, month, day }: Day): number => (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;

const daysBefore = (day: Day, days: number): Day => ({ ...day, day: day.day - days });

const NAMED: Readonly<Record<string, (zone: Zone, today: Day) => Period>> = {
  today: (zone, today) => zone.dayPeriod(today),
  yesterday: (zone, today) => zone.dayPeriod(daysBefore(today, 1)),
  week: (zone, today) => {
    const monday = daysBefore(today, weekday(today));
    return zone.period(monday, daysBefore(monday, -7));
  },
  month: (zone, { year, month }) => zone.monthPeriod(year, month),
  year: (zone, { year }) => zone.yearPeriod(year),
};

const AGO = /^(\d{1,4})([dwmy])$/;
const AGES: Readonly<Record<string, (day: Day, count: number) => Day>> = {
  d: daysBefore,
  w: (day, count) => daysBefore(day, 7 * count),
  m: monthsBefore,
  y: (day, count) => monthsBefore(day, 12 * count),
};

const CALENDAR = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/;
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})t(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(z|[+-]\d{2}:?\d{2})?$/;

/** Years that messages and calendars can be of. */
const isDay = ({ year, month, day }: Day): boolean =>
  year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= lastOf(year, month);

function calendarPeriod(text: string, zone: Zone): Period | undefined {
  const [, year, month, day] = (CALENDAR.exec(text) ?? []).map((part) => part && Number(part)) as number[];
  if (year === undefined || !isDay({ year, month: month ?? 1, day: day ?? 1 })) return undefined;
  if (month === undefined) return zone.yearPeriod(year);
  return day === undefined ? zone.monthPeriod(year, month) : zone.dayPeriod({ year, month, day });
}

const offsetIn = (zone: string): number => {
  if (zone === 'z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
};

/** A moment: one millisecond long. */
function instantPeriod(text: string, zone: Zone): Period | undefined {
  const [found, year, month, day, hour, minute, second = '0', fraction = '', offset] = INSTANT.exec(text) ?? [];
  if (found === undefined || !isDay({ year: Number(year), month: Number(month), day: Number(day) })) return undefined;
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (h > 23 || m > 59 || s > 59) return undefined;
  const shown = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    h,
    m,
    s,
    Number(fraction.padEnd(3, '0').slice(0, 3)),
  );
  const from = offset === undefined ? zone.at(shown) : shown - offsetIn(offset);
  return { from, before: from + 1 };
}

/**
 * What a date in a query means: a year, month or day of the calendar there, a moment (ISO 8601), `today`, `yesterday`, the current
 * `week`, `month` or `year`, or the day that was so many days, weeks, months or years ago (`7d`). Undefined for what is no date.
 */
export function periodOf(text: string, { now, timeZone }: Clock): Period | undefined {
  const written = text.trim().toLowerCase();
  const zone = new Zone(timeZone);
  const named = Object.hasOwn(NAMED, written) ? NAMED[written] : undefined;
  if (named) return named(zone, zone.dayOf(now));
  const [, count, unit] = AGO.exec(written) ?? [];
  if (unit !== undefined) {
    const day = AGES[unit]!(zone.dayOf(now), Number(count));
    return Date.UTC(day.year, day.month - 1, day.day) >= 0 ? zone.dayPeriod(day) : undefined;
  }
  return calendarPeriod(written, zone) ?? instantPeriod(written, zone);
}
