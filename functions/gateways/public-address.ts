import { BlockList, isIP } from 'node:net';

/**
 * Addresses of IPv4 that are nobody's on the public internet: every block of the IANA registry that is not globally reachable,
 * those that lead elsewhere than they say (relays, AS112), multicast, and what is reserved.
 * https://www.iana.org/assignments/iana-ipv4-special-registry (RFC 6890)
 */
const SPECIAL_V4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local: metadata of machines, and of functions
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // multicast tunnels
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
] as const;

/** Of IPv6 only this was ever given out (https://www.iana.org/assignments/ipv6-unicast-address-assignments): all else is refused unseen. */
const GLOBAL_V6 = ['2000::/3'] as const;

/**
 * And within it what is special (https://www.iana.org/assignments/iana-ipv6-special-registry). What carries an address of
 * IPv4 inside (mapped `::ffff:0:0/96`, NAT64 `64:ff9b::/96` and `64:ff9b:1::/48`) lies outside of it already.
 */
const SPECIAL_V6 = [
  '2001::/23', // protocol assignments; Teredo, benchmarks and ORCHID in it
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: an address of IPv4 inside
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
] as const;

const listOf = (subnets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = '', prefix = ''] = subnet.split('/');
    list.addSubnet(net, Number(prefix), family);
  }
  return list;
};
const specialV4 = listOf(SPECIAL_V4, 'ipv4');
const globalV6 = listOf(GLOBAL_V6, 'ipv6');
const specialV6 = listOf(SPECIAL_V6, 'ipv6');
const loopbackV4 = listOf(['127.0.0.0/8'], 'ipv4');
const loopbackV6 = listOf(['::1/128'], 'ipv6');

/** Whether an address, as the resolver writes it, is one of the public internet. What is no address is not. */
export const isPublicAddress = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return !specialV4.check(address, 'ipv4');
    case 6:
      // A zone (`fe80::1%eth0`) names an interface of this machine.
      return !address.includes('%') && globalV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6');
    default:
      return false;
  }
};

/** Whether an address is this machine itself. */
export const isLoopbackAddress = (address: string): boolean =>
  (isIP(address) === 4 && loopbackV4.check(address, 'ipv4')) ||
  (isIP(address) === 6 && loopbackV6.check(address, 'ipv6'));
