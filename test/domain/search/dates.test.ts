import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { periodOf } from '#domain/search/dates.ts';

const ZURICH = { now: Date.parse('2026-05-17T10:00:00Z'), timeZone: 'Europe/Zurich' };
const period = (text: string, clock = ZURICH) => {
  const found = periodOf(text, clock);
  return (
    found && [new Date(found.from).toISOString(), new Date(found.before).toISOString()].map((at) => at.slice(0, 16))
  );
};

describe('a date', () => {
  it.each([
    ['2026', '2025-12-31T23:00', '2026-12-31T23:00'],
    ['2026-02', '2026-01-31T23:00', '2026-02-28T23:00'],
    ['2026-2-3', '2026-02-02T23:00', '2026-02-03T23:00'],
    // Clocks are put forward in it, and back.
    ['2026-03-29', '2026-03-28T23:00', '2026-03-29T22:00'],
    ['2026-10-25', '2026-10-24T22:00', '2026-10-25T23:00'],
    ['today', '2026-05-16T22:00', '2026-05-17T22:00'],
    ['Yesterday', '2026-05-15T22:00', '2026-05-16T22:00'],
    ['week', '2026-05-10T22:00', '2026-05-17T22:00'],
    ['month', '2026-04-30T22:00', '2026-05-31T22:00'],
    ['year', '2025-12-31T23:00', '2026-12-31T23:00'],
    ['0d', '2026-05-16T22:00', '2026-05-17T22:00'],
    ['7d', '2026-05-09T22:00', '2026-05-10T22:00'],
    ['2w', '2026-05-02T22:00', '2026-05-03T22:00'],
    ['3m', '2026-02-16T23:00', '2026-02-17T23:00'],
    ['1y', '2025-05-16T22:00', '2025-05-17T22:00'],
    ['2026-05-01T10:00', '2026-05-01T08:00', '2026-05-01T08:00'],
    ['2026-05-01T10:00:30.5Z', '2026-05-01T10:00', '2026-05-01T10:00'],
    ['2026-05-01T10:00-03:30', '2026-05-01T13:30', '2026-05-01T13:30'],
  ])('%s is a stretch of time', (text, from, before) => {
    expect(period(text)).toEqual([from, before]);
  });

  it.each([
    ['a month before a longer one ends', '1m', '2026-03-31T12:00:00Z', 'UTC', '2026-02-28T00:00', '2026-03-01T00:00'],
    [
      'a midnight that is left out',
      '2018-11-04',
      '2026-01-01T00:00:00Z',
      'America/Sao_Paulo',
      '2018-11-04T03:00',
      '2018-11-05T02:00',
    ],
    [
      'a midnight that comes twice',
      '2024-11-03',
      '2026-01-01T00:00:00Z',
      'America/Havana',
      '2024-11-03T04:00',
      '2024-11-04T05:00',
    ],
    [
      'a day that never was',
      '2011-12-30',
      '2026-01-01T00:00:00Z',
      'Pacific/Apia',
      '2011-12-30T10:00',
      '2011-12-30T10:00',
    ],
    [
      'an hour that was left out',
      '2026-03-29T02:30',
      '2026-01-01T00:00:00Z',
      'Europe/Zurich',
      '2026-03-29T01:00',
      '2026-03-29T01:00',
    ],
    [
      'an offset of three quarters',
      '2026-01-01',
      '2026-01-01T00:00:00Z',
      'Asia/Kathmandu',
      '2025-12-31T18:15',
      '2026-01-01T18:15',
    ],
    [
      'today beyond the date line',
      'today',
      '2026-05-17T12:00:00Z',
      'Pacific/Kiritimati',
      '2026-05-17T10:00',
      '2026-05-18T10:00',
    ],
  ])('reckons with %s', (_, text, now, timeZone, from, before) => {
    expect(period(text, { now: Date.parse(now), timeZone })).toEqual([from, before]);
  });

  it('of a moment lasts a millisecond', () => {
    const { from, before } = periodOf('2026-05-01T10:00:30.123Z', ZURICH)!;
    expect([from, before]).toEqual([Date.parse('2026-05-01T10:00:30.123Z'), from + 1]);
  });

  it.each([
    '',
    'soon',
    '26',
    '1969',
    '2026-13',
    '2026-00',
    '2026-02-30',
    '2026-05-01T24:00',
    '2026-05-01T10:60',
    '2026-05-01 10:00',
    '99999',
    '9999y',
    '7x',
    'd',
    '-7d',
    'toString',
  ])('%j is none', (text) => {
    expect(periodOf(text, ZURICH)).toBeUndefined();
  });

  it('ends where the next one begins, in every time zone', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const days = fc.date({ min: new Date('1971-01-01'), max: new Date('2037-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(zones, days, (timeZone, date) => {
        const [day, next] = [date, new Date(date.getTime() + 86_400_000)].map((at) => at.toISOString().slice(0, 10));
        const found = periodOf(day!, { ...ZURICH, timeZone })!;
        expect(found.before).toBe(periodOf(next!, { ...ZURICH, timeZone })!.from);
        // As the calendar there has it (`sv` writes dates as ISO 8601 does), unless the day is left out.
        const shown = new Intl.DateTimeFormat('sv', { timeZone });
        if (found.from === found.before) return;
        expect([found.from, found.before - 1].map((at) => shown.format(at))).toEqual([day, day]);
        expect(shown.format(found.from - 1) < day!).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
