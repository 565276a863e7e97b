import type { Mutant } from './mutant.ts';

const download = 'functions/domain/download.ts';
const bandwidth = 'functions/domain/bandwidth.ts';
const account = 'functions/table/bandwidth.ts';
const address = 'functions/table/address.ts';
const tracked = 'functions/table/download.ts';
const url = 'functions/gateways/download-url.ts';
const cdn = 'functions/gateways/cdn-url.ts';
const logs = 'functions/domain/cdn-log.ts';
const served = 'functions/table/served.ts';
const wanted = 'functions/api/downloads/wanted.ts';
const mint = 'functions/api/downloads/mint.ts';
const pay = 'functions/api/downloads/pay.ts';
const list = 'functions/api/downloads/list-downloads.ts';

const SERVED = 'I12 served only as checked and encoded anew';
const FOREIGN = 'I9 foreign and missing look the same';
const SAVED = 'I12 other files only as attachments';
const BUDGET = 'Bandwidth budgets are exact';
const ONCE = 'A download is counted once';

const ADDRESS = { test: 'test/table/download-address.test.ts', needs: 'emulator' } as const;
const API = { test: 'test/table/downloads.test.ts', needs: 'emulator' } as const;
const TABLE = { test: 'test/table/bandwidth.test.ts', needs: 'emulator' } as const;

/** Guards of addresses, of what is counted and of budgets. */
export const DOWNLOADS_MUTANTS: readonly Mutant[] = [
  {
    name: 'download-servable',
    invariant: SERVED,
    guard: 'an address is given out for what is ready only',
    file: wanted,
    from: 'if (media.missing || !isServable(media.state) || !objectVersion)',
    to: 'if (!objectVersion)',
    ...ADDRESS,
  },
  {
    name: 'download-stranger',
    invariant: FOREIGN,
    guard: 'an address is given to whoever may read the media',
    file: wanted,
    from: 'await findReadable(tenant, mediaId, userId, at)',
    to: "await findReadable(tenant, mediaId, 'ada', at)",
    ...ADDRESS,
  },
  {
    name: 'download-type',
    invariant: SERVED,
    guard: 'a browser gets the server’s content type, not a stored one',
    file: url,
    from: "    {\n      'response-content-type': contentType,\n",
    to: '    {\n',
    ...ADDRESS,
  },
  {
    name: 'download-disposition',
    invariant: SAVED,
    guard: 'how it is answered is signed',
    file: url,
    from: "      'response-content-disposition': disposition,\n      'response-cache-control'",
    to: "      'response-cache-control'",
    ...ADDRESS,
  },
  {
    name: 'download-attachment',
    invariant: SAVED,
    guard: 'what was uploaded is only saved',
    file: download,
    from: "rendition.name === 'original'\n",
    to: 'false\n',
    test: 'test/domain/download.test.ts',
  },
  {
    name: 'download-plain-name',
    invariant: SAVED,
    guard: 'a name cannot leave its quotes',
    file: download,
    from: '[^A-Za-z0-9 ._()+@=,-]',
    to: '[^\\x20-\\x7e]',
    test: 'test/domain/download.test.ts',
  },
  {
    name: 'download-exact-name',
    invariant: SAVED,
    guard: 'the exact name is encoded to the last quote',
    file: download,
    from: ".replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)",
    to: '',
    test: 'test/domain/download.test.ts',
  },
  {
    name: 'download-long-address',
    invariant: 'An address works no longer than it must',
    guard: 'six hours at most',
    file: download,
    from: 'Math.min(MOST_SECONDS, ',
    to: 'Math.max(0, ',
    test: 'test/domain/download.test.ts',
  },
  {
    name: 'download-expiry',
    invariant: 'An address works no longer than it must',
    guard: 'its time is signed',
    file: url,
    from: '    { from, seconds },',
    to: '    { from, seconds: seconds * 288 },',
    ...ADDRESS,
  },
  {
    name: 'download-repeat',
    invariant: ONCE,
    guard: 'an address that is good is given again',
    file: mint,
    from: 'if (isGood(each, address)) return await toldOf(each, address);',
    to: '',
    ...API,
  },
  {
    name: 'download-race',
    invariant: ONCE,
    guard: 'of many requests at once one notes its address',
    file: address,
    from: "seen ? 'attribute_not_exists(pk) OR #id = :seen' : 'attribute_not_exists(pk)'",
    to: "seen ? 'attribute_not_exists(pk) OR #id = :seen' : 'attribute_not_exists(none)'",
    ...API,
  },
  {
    name: 'download-unpaid',
    invariant: BUDGET,
    guard: 'who lost that race gets back what they paid',
    file: mint,
    from: '    await unpay(caller, rules, bytes, at);\n',
    to: '',
    ...API,
  },
  {
    name: 'download-owner',
    invariant: FOREIGN,
    guard: 'who downloaded is told to the owner and to admins',
    file: list,
    from: "media.ownerId !== userId && !roles.includes('admin')",
    to: 'false',
    ...API,
  },
  {
    name: 'download-kept',
    invariant: 'Who downloaded what is kept for a while',
    guard: 'what is kept no longer is not told',
    file: tracked,
    from: "':first': join('DL', digits(since)),",
    to: "':first': join('DL', digits(0)),",
    ...API,
  },
  {
    name: 'bandwidth-day',
    invariant: BUDGET,
    guard: 'the bytes of a day are in the condition of the update',
    file: account,
    from: "'(attribute_not_exists(#bytes) OR #bytes <= :most)'",
    to: "'(attribute_not_exists(none) OR #bytes <= :most)'",
    ...TABLE,
  },
  {
    name: 'bandwidth-larger',
    invariant: BUDGET,
    guard: 'what is larger than the budget is refused on an empty day too',
    file: account,
    from: 'mostBytes < 0 ?',
    to: 'mostBytes < -1e15 ?',
    ...TABLE,
  },
  {
    name: 'bandwidth-pace',
    invariant: BUDGET,
    guard: 'so is the pace',
    file: account,
    from: "'(#paid > :now AND #paid <= :latest)'",
    to: "'(#paid > :now AND #paid <> :latest)'",
    ...TABLE,
  },
  {
    name: 'bandwidth-pace-fraction',
    invariant: BUDGET,
    guard: 'a fraction of a microsecond is rounded up',
    file: bandwidth,
    from: 'Math.ceil((bytes * MINUTE * MICROS) / bytesPerMinute)',
    to: 'Math.floor((bytes * MINUTE * MICROS) / bytesPerMinute / 2)',
    test: 'test/domain/bandwidth.test.ts',
  },
  {
    name: 'bandwidth-tenant',
    invariant: BUDGET,
    guard: 'the tenant pays too',
    file: pay,
    from: 'accountAt(at, userId), charge: chargeOf(user, bytes, at) } as const,\n    ofTenant,',
    to: 'accountAt(at, userId), charge: chargeOf(user, bytes, at) } as const,',
    ...API,
  },
  {
    name: 'bandwidth-back',
    invariant: BUDGET,
    guard: 'what the tenant cannot bear is given back to the user',
    file: pay,
    from: 'for (const { id: paid, charge: taken } of made) await giveBack(caller.tenant, paid, taken, downloads);',
    to: '',
    ...API,
  },
  {
    name: 'cdn-time',
    invariant: 'An address works no longer than it must',
    guard: 'its time is in what the CDN’s signature is over',
    file: cdn,
    from: "'AWS:EpochTime': expires }",
    to: "'AWS:EpochTime': 2e9 }",
    test: 'test/gateways/cdn-url.test.ts',
  },
  {
    name: 'cdn-query',
    invariant: SAVED,
    guard: 'so is how it is answered',
    file: cdn,
    from: 'Buffer.from(cannedPolicy(url, expires))',
    to: "Buffer.from(cannedPolicy(url.split('?')[0]!, expires))",
    test: 'test/gateways/cdn-url.test.ts',
  },
  {
    name: 'cdn-key-made',
    invariant: 'Keys of the CDN rotate at any moment',
    guard: 'a key that is not deployed signs nothing',
    file: cdn,
    from: 'const id = deployed[fingerprintOf(privateKey)];',
    to: 'const id = Object.values(deployed)[0];',
    test: 'test/gateways/cdn-url.test.ts',
  },
  {
    name: 'cdn-star',
    invariant: 'An address is for one object',
    guard: 'no star in what is signed',
    file: url,
    from: ".replaceAll('*', '%2A')",
    to: '',
    test: 'test/gateways/cdn-url.test.ts',
  },
  {
    name: 'cdn-log-refused',
    invariant: BUDGET,
    guard: 'a refusal is nobody’s download',
    file: logs,
    from: ' || !SERVED.has(status)',
    to: '',
    test: 'test/domain/cdn-log.test.ts',
  },
  {
    name: 'cdn-log-guess',
    invariant: BUDGET,
    guard: 'the log takes the place of the charge',
    file: logs,
    from: 'servedBefore === undefined ? bytes - charged : bytes',
    to: 'bytes',
    test: 'test/domain/cdn-log.test.ts',
  },
  {
    name: 'cdn-log-twice',
    invariant: BUDGET,
    guard: 'a part of a log is applied once',
    file: served,
    from: "            ConditionExpression: 'attribute_not_exists(pk)',\n",
    to: '',
    test: 'test/table/cdn-logs.test.ts',
    needs: 'emulator',
  },
  {
    name: 'cdn-log-race',
    invariant: BUDGET,
    guard: 'two logs that speak of the same download see each other',
    file: served,
    from: "'attribute_not_exists(#served)' : '#served = :before'",
    to: "'attribute_exists(pk)' : ':before = :before'",
    test: 'test/table/cdn-logs.test.ts',
    needs: 'emulator',
  },
];
