import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { refusalOfUrl } from '#domain/webhook.ts';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

/** Milliseconds for all of it: finding the host, connecting, posting, and the answer's status. */
const TIMEOUT_MS = 5_000;

/** Bytes read of an answer; only its status counts. */
const MOST_ANSWER = 16 * 1024;

/** What a post came to. `status`: what the host answered. */
export interface Posted {
  readonly ok: boolean;
  readonly status?: number;
  /** Why it is not `ok`: short, and without anything that the host said. */
  readonly reason?: 'url' | 'unresolved' | 'address' | 'timeout' | 'connection' | 'redirect' | 'status';
}

/** Addresses that a host's name stands for. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const byDns: Resolve = async (host) =>
  (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);

interface Options {
  /** On a laptop this machine itself may be posted to, over plain HTTP. */
  readonly loopback: boolean;
  readonly resolve?: Resolve;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Answers Node's question for a name with addresses that were looked at, whatever the name stands for by now. */
const answering =
  (addresses: readonly string[]): LookupFunction =>
  (_, { all, family }, done) => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }));
    const fitting = family === 4 || family === 6 ? found.filter((one) => one.family === family) : found;
    const [first] = fitting;
    if (!first) done(Object.assign(new Error('no address of this family'), { code: 'ENOTFOUND' }), '', 4);
    else if (all) done(null, fitting);
    else done(null, first.address, first.family);
  };

const send = (
  url: URL,
  {
    headers,
    body,
    addresses,
    signal,
  }: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly addresses: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<number> =>
  new Promise((resolve, reject) => {
    const request = url.protocol === 'http:' ? requestHttp : requestHttps;
    const asking = request(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        // A connection of its own: none that is left over from an address looked at earlier.
        agent: false,
        lookup: answering(addresses),
        signal,
      },
      (answer) => {
        resolve(answer.statusCode ?? 0);
        // Read on, so that the host is not cut off in the middle of a short answer; what comes of it no longer matters.
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MOST_ANSWER) answer.destroy();
        });
        answer.on('error', () => undefined);
      },
    );
    asking.on('error', reject);
    asking.end(body);
  });

/**
 * Posts a body to a URL that somebody else named. The host is looked up once, every address it stands for has to be public,
 * and the connection goes to one of those: what the name stands for a moment later makes no difference. Redirects are not
 * followed. Never raises for what the host does.
 */
export async function postWebhook(
  url: string,
  message: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  { loopback, resolve = byDns, timeout = TIMEOUT_MS }: Options,
): Promise<Posted> {
  if (refusalOfUrl(url, { loopback })) return { ok: false, reason: 'url' };
  const target = new URL(url);
  const signal = AbortSignal.timeout(timeout);
  const timedOut = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  timedOut.catch(() => undefined);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  let addresses: readonly string[];
  try {
    addresses = isIP(host) ? [host] : await Promise.race([resolve(host), timedOut]);
  } catch {
    return { ok: false, reason: signal.aborted ? 'timeout' : 'unresolved' };
  }
  const may = target.protocol === 'http:' ? isLoopbackAddress : isPublicAddress;
  if (addresses.length === 0) return { ok: false, reason: 'unresolved' };
  if (!addresses.every(may)) return { ok: false, reason: 'address' };
  try {
    const status = await Promise.race([send(target, { ...message, addresses, signal }), timedOut]);
    if (status >= 200 && status < 300) return { ok: true, status };
    return { ok: false, status, reason: status >= 300 && status < 400 ? 'redirect' : 'status' };
  } catch {
    return { ok: false, reason: signal.aborted ? 'timeout' : 'connection' };
  }
}
