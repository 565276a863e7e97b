import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopbackAddress, isPublicAddress } from '#gateways/public-address.ts';

/** From the registries of IANA, first and last address of each block by hand. */
const SPECIAL_V4: readonly (readonly [first: string, last: string])[] = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['169.254.0.0', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255'],
  ['192.31.196.0', '192.31.196.255'],
  ['192.52.193.0', '192.52.193.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['192.175.48.0', '192.175.48.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.255'],
  ['224.0.0.0', '255.255.255.255'],
];
const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const addressOf = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
const isSpecial = (number: number): boolean =>
  SPECIAL_V4.some(([first, last]) => number >= numberOf(first) && number <= numberOf(last));

const REFUSED_V6 = [
  ...['::', '::1', '::ffff:8.8.8.8', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:a9fe:a9fe', '::8.8.8.8', '::7f00:1'],
  ...['64:ff9b::808:808', '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1', '100::1', '100:0:0:1::1'],
  ...['2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:2::1', '2001:10::1', '2001:20::1', '2001:db8::1'],
  ...['2002:7f00:1::1', '2002:a9fe:a9fe::1', '2002:808:808::1', '2620:4f:8000::1', '3fff::1', '5f00::1'],
  ...['fc00::1', 'fd00:ec2::254', 'fd12:3456:789a::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', 'ff0e::1'],
  ...['4000::1', '1fff:ffff::1', '2606:4700::1%eth0'],
];
const PUBLIC_V6 = [
  '2606:4700:4700::1111',
  '2001:4860:4860::8888',
  '2a00:1450:4001:82b::200e',
  '2600:1f18::1',
  '2003::1',
];

describe('an address', () => {
  it('of IPv4 is public where no registry says otherwise', () => {
    const near = fc
      .tuple(fc.constantFrom(...SPECIAL_V4.flat()), fc.integer({ min: -2, max: 2 }))
      .map(([edge, off]) => Math.min(2 ** 32 - 1, Math.max(0, numberOf(edge) + off)));
    const any = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(fc.oneof(near, any), (number) => {
        expect(isPublicAddress(addressOf(number))).toBe(!isSpecial(number));
      }),
      { numRuns: 20_000 },
    );
  });

  it.each(REFUSED_V6)('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(PUBLIC_V6)('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each(['', 'localhost', '1', '8.8.8', '8.8.8.8.8', '010.0.0.1', '0x08080808', '8.8.8.8 ', '[2606:4700::1]'])(
    '%j is none, so it is not public',
    (text) => {
      expect(isPublicAddress(text)).toBe(false);
      expect(isLoopbackAddress(text)).toBe(false);
    },
  );

  it('is this machine itself in 127/8 and ::1, and nowhere else', () => {
    for (const address of ['127.0.0.1', '127.255.255.254', '::1']) expect(isLoopbackAddress(address)).toBe(true);
    for (const address of ['126.255.255.255', '128.0.0.0', '::2', '::', '0.0.0.0', '169.254.169.254'])
      expect(isLoopbackAddress(address)).toBe(false);
  });
});
