/** URLs and names by which somebody could try to make the service speak to itself or to its neighbours. */
import { describe, expect, it } from 'vitest';
import { refusalOfUrl } from '#domain/webhook.ts';
import { postWebhook, type Resolve } from '#gateways/webhook-post.ts';

const MESSAGE = { headers: {}, body: '{}' };

/** Spellings of addresses that a URL parser takes for one. */
const HOSTS = [
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '0x7f.0x0.0x0.0x1',
  ],
  ...[
    '127.0.0.1.',
    '127.000.000.001',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '１２７.０.０.１',
    '127.0.0.01',
    '0177.1',
    '0x7F.0.1',
  ],
  ...['169.254.169.254', '2852039166', '0xa9fea9fe', '0xa9.0xfe.0xa9.0xfe', '0251.0376.0251.0376', '169.254.43518'],
  ...['169.254.170.2', '169.254.100.1', '169.254.169.123', '100.100.100.200', '192.0.0.192', '168.63.129.16'],
  ...['0', '0.0.0.0', '0x0', '00', '0.0', '10.0.0.1', '10.1', '167772161', '012.0.0.1', '172.16.0.1', '192.168.0.1'],
  ...[
    '192.168.1',
    '3232235777',
    '0xc0a80101',
    '0300.0250.1.1',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
  ],
  ...[
    '8.8.8.8',
    '134744072',
    '0x08080808',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
  ],
  ...['[::ffff:a9fe:a9fe]', '[::127.0.0.1]', '[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[fe80::1]', '[fc00::1]'],
  ...[
    '[fd00:ec2::254]',
    '[fd00::1]',
    '[ff02::1]',
    '[2001:db8::1]',
    '[2002:7f00:1::]',
    '[2606:4700:4700::1111]',
    '[::ffff:0:127.0.0.1]',
  ],
  ...['localhost', 'LOCALHOST', 'localhost.', 'LocalHost.', 'ⓛocalhost', 'app.localhost', 'a.b.localhost.', 'loopback'],
  ...['metadata', 'metadata.google.internal', 'instance-data.ec2.internal', 'ip-10-0-0-1.ec2.internal', 'kubernetes'],
  ...[
    'kubernetes.default.svc.cluster.local',
    'printer.local',
    'router.home.arpa',
    'intranet',
    'db',
    'x.test',
    'x.invalid',
  ],
  ...['foo.onion', 'foo.alt', 'host.example', 'redis', 'elasticsearch', 'sqs.internal', 'a.local.'],
];

/** What may stand around a host. */
const SHAPES: readonly ((host: string) => string)[] = [
  (host) => `https://${host}/`,
  (host) => `https://${host}:443/hook?x=https://hooks.example.com`,
  (host) => `https://${host}#@hooks.example.com/`,
];

const WRONG = [
  ...['http://hooks.example.com/', 'ftp://hooks.example.com/', 'file:///etc/passwd', 'gopher://hooks.example.com/'],
  ...[
    'data:text/plain,x',
    'javascript:alert(1)',
    'ws://hooks.example.com/',
    'wss://hooks.example.com/',
    'dict://x.example.com/',
  ],
  ...[
    'https://hooks.example.com:80/',
    'https://hooks.example.com:8443/',
    'https://hooks.example.com:22/',
    'https://hooks.example.com:6379/',
  ],
  ...[
    'https://hooks.example.com:0/',
    'https://user@hooks.example.com/',
    'https://user:word@hooks.example.com/',
    'https://:word@hooks.example.com/',
  ],
  ...[
    'https://hooks.example.com@127.0.0.1/',
    'https://127.0.0.1@hooks.example.com/',
    'https://hooks.example.com%40127.0.0.1/',
    'https://',
  ],
  ...[
    'https:///',
    '//hooks.example.com/',
    'hooks.example.com',
    '',
    'https://[',
    'https://hooks example.com/',
    'https://%zz/',
    'https://127.0.0.1\\@hooks.example.com/',
  ],
  ...[
    'http://127.0.0.1/',
    'http://localhost/',
    'http://[::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'unix:/var/run/docker.sock',
  ],
];

const urls = [...HOSTS.flatMap((host) => SHAPES.map((shape) => shape(host))), ...WRONG];

/** Addresses that a name of somebody's own may stand for. */
const ANSWERS: readonly (readonly string[])[] = [
  ...[
    '127.0.0.1',
    '127.0.0.53',
    '0.0.0.0',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.100.100.200',
    '169.254.169.254',
  ],
  ...[
    '169.254.170.2',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '198.18.0.1',
  ],
  ...[
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
  ],
  ...[
    '64:ff9b::7f00:1',
    '64:ff9b::808:808',
    'fe80::1',
    'fe80::1%lo',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
  ],
  ...['2001::1', '100::1', '3fff::1', '5f00::1'],
].map((address) => [address]);

/** A public one among them makes no difference: which one is taken is not ours to choose. */
const MIXED = ANSWERS.flatMap(([address]) => [
  ['8.8.8.8', address!],
  [address!, '2606:4700:4700::1111'],
]);

describe(`${urls.length} URLs`, () => {
  it('are more than two hundred', () => {
    expect(new Set(urls).size).toBeGreaterThan(200);
  });

  it.each(urls)('refuses %j without looking anything up', async (url) => {
    let asked = 0;
    const resolve: Resolve = async () => {
      asked += 1;
      return ['8.8.8.8'];
    };
    expect(refusalOfUrl(url, { loopback: false })).toBeDefined();
    expect(await postWebhook(url, MESSAGE, { loopback: false, resolve, timeout: 200 })).toEqual({
      ok: false,
      reason: 'url',
    });
    expect(asked).toBe(0);
  });
});

describe('a name of somebody’s own', () => {
  it.each([...ANSWERS, ...MIXED])('is not connected to where it stands for %j %j', async (...addresses) => {
    const resolve: Resolve = async () => addresses.filter((address) => typeof address === 'string');
    const posted = await postWebhook('https://hooks.example.com/', MESSAGE, { loopback: false, resolve, timeout: 200 });
    expect(posted).toEqual({ ok: false, reason: 'address' });
  });
});

it.each([
  'https://hooks.example.com/',
  'https://hooks.example.com:443/a?b=c',
  'https://HOOKS.Example.COM./',
  'https://xn--bcher-kva.example.com/',
  'https://bücher.example.com/',
  'https://127.0.0.1.nip.example.com/',
])('lets %s through', (url) => {
  expect(refusalOfUrl(url, { loopback: false })).toBeUndefined();
});
