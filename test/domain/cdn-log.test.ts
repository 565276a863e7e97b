import { describe, expect, it } from 'vitest';
import { correctionOf, readCdnLog } from '#domain/cdn-log.ts';

const MEDIA = 'med_AZqYt2a0cK6fPpQ1mWk3Zg';
const FIELDS =
  '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end';

/** A line as the documentation shows them. */
const line = (bytes: string, path: string, status: string, query: string): string =>
  [
    ...['2026-11-21', '09:30:02', 'FRA56-P1', bytes, '192.0.2.10', 'GET', 'd111111abcdef8.cloudfront.net', path],
    ...[status, '-', 'Mozilla/5.0%20(Windows%20NT%2010.0)', query, '-', 'Hit'],
    ...['SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==', 'd111111abcdef8.cloudfront.net', 'https', '23'],
    ...['0.001', '-', 'TLSv1.3', 'TLS_AES_128_GCM_SHA256', 'Hit', 'HTTP/2.0', '-', '-', '11040', '0.001', 'Hit'],
    ...['image/webp', '78', '-', '-'],
  ].join('\t');
const path = (tenant = 'acme', name = 'display') => `/${tenant}/${MEDIA}/0123456789abcdef/${name}`;
const query = (mark: string) =>
  `response-content-type=image%252Fwebp&response-content-disposition=inline&d=${mark}&Expires=1795000300&Signature=x&Key-Pair-Id=K2&Hash-Algorithm=SHA256`;
const log = (...lines: string[]): string => ['#Version: 1.0', FIELDS, ...lines, ''].join('\n');

describe('a log of the CDN', () => {
  it('says what was fetched by each address, ranges and repeats together, in one order', () => {
    const lines = [
      line('1000', path(), '200', query('1795000000000.BBBBBBBBBBBB')),
      line('300', path(), '206', query('1795000000000.AAAAAAAAAAAA')),
      line('200', path(), '206', query('1795000000000.AAAAAAAAAAAA')),
      line('7', path('globex'), '304', query('1795000000000.AAAAAAAAAAAA')),
    ];
    const read = [
      { tenantId: 'acme', mediaId: MEDIA, at: 1_795_000_000_000, id: 'AAAAAAAAAAAA', bytes: 500 },
      { tenantId: 'acme', mediaId: MEDIA, at: 1_795_000_000_000, id: 'BBBBBBBBBBBB', bytes: 1_000 },
      { tenantId: 'globex', mediaId: MEDIA, at: 1_795_000_000_000, id: 'AAAAAAAAAAAA', bytes: 7 },
    ];
    expect(readCdnLog(log(...lines))).toEqual(read);
    expect(readCdnLog(log(...lines.toReversed()))).toEqual(read);
  });

  it('charges nobody for what was refused, for what is no address of ours, or for a line that is broken', () => {
    const mark = query('1795000000000.AAAAAAAAAAAA');
    const lines = [
      line('900', path(), '403', mark),
      line('900', path(), '000', mark),
      line('900', path(), '503', mark),
      line('900', '/', '200', mark),
      line('900', '/acme/other/x', '200', mark),
      line('900', path('a#b'), '200', mark),
      line('900', path(), '200', '-'),
      line('900', path(), '200', query('1795000000000.AAAA')),
      line('900', path(), '200', query('-1.AAAAAAAAAAAA')),
      line('-', path(), '200', mark),
      line('-900', path(), '200', mark),
      'nonsense',
    ];
    expect(readCdnLog(log(...lines))).toEqual([]);
  });

  it('is read by the names of its fields, whatever their order', () => {
    const text = [
      '#Fields: sc-status cs-uri-query sc-bytes cs-uri-stem',
      `206\t${query('12.AAAAAAAAAAAA')}\t5\t${path()}`,
    ];
    expect(readCdnLog(text.join('\n'))).toEqual([
      { tenantId: 'acme', mediaId: MEDIA, at: 12, id: 'AAAAAAAAAAAA', bytes: 5 },
    ]);
    expect(() => readCdnLog('#Fields: date time\n')).toThrow('lacks one of');
    expect(() => readCdnLog(line('1', path(), '200', ''))).toThrow('does not say its fields');
    expect(readCdnLog(log())).toEqual([]);
  });
});

it('a correction takes the place of the guess once, and adds what comes later', () => {
  expect(correctionOf(1_000, undefined, 300)).toBe(-700);
  expect(correctionOf(1_000, undefined, 1_500)).toBe(500);
  expect(correctionOf(1_000, 300, 700)).toBe(700);
  expect(correctionOf(1_000, 0, 5)).toBe(5);
});
