import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { SignatureV4 } from '@smithy/signature-v4';
import { ENV } from '#contract/environment.ts';

/** The search engine did not answer, or said that it cannot now (429, 5xx). Another try may succeed. */
export class SearchUnavailable extends Error {
  override readonly name = 'SearchUnavailable';
}

/** The search engine refused the request; its error type and reason. */
export class SearchRefused extends Error {
  override readonly name = 'SearchRefused';
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, reason: string) {
    super(`${status} ${type}: ${reason}`);
    this.status = status;
    this.type = type;
  }
}

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** SHA-256 as the signer wants it, by Node's own crypto. */
class Sha256 {
  private readonly secret: Bytes | undefined;
  private hash: Hash | Hmac;

  constructor(secret?: Bytes) {
    this.secret = secret;
    this.hash = this.fresh();
  }

  private fresh(): Hash | Hmac {
    if (this.secret === undefined) return createHash('sha256');
    return createHmac('sha256', typeof this.secret === 'string' ? this.secret : bytesOf(this.secret));
  }

  update(chunk: Bytes): void {
    this.hash.update(typeof chunk === 'string' ? chunk : bytesOf(chunk));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    this.hash = this.fresh();
  }
}

const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);

let signer: SignatureV4 | undefined;

/** Credentials and region come from the environment, where Lambda puts them for the life of the process. */
const signerOf = (): SignatureV4 => {
  const region = process.env['AWS_REGION'];
  if (!region) throw new Error('AWS_REGION is not set: a signature names its region');
  signer ??= new SignatureV4({ service: 'es', region, credentials: fromEnv(), sha256: Sha256 });
  return signer;
};

export interface SearchRequest {
  readonly method: 'POST' | 'PUT';
  readonly path: `/${string}`;
  readonly query?: Readonly<Record<string, string>>;
  /** JSON, or NDJSON for a bulk. */
  readonly body: string;
  readonly contentType?: 'application/json' | 'application/x-ndjson';
  /** Milliseconds to wait for the whole answer. */
  readonly timeout: number;
}

const endpoint = (): URL => {
  const address = process.env[ENV.searchEndpoint];
  if (!address)
    throw new Error(`${ENV.searchEndpoint} is not set: the function was deployed without its search domain`);
  return new URL(address);
};

const explain = (body: unknown): { type: string; reason: string } => {
  const error = (body as { error?: { type?: unknown; reason?: unknown } | string } | undefined)?.error;
  if (typeof error !== 'object') return { type: 'unknown', reason: String(error ?? body).slice(0, 500) };
  return { type: String(error.type), reason: String(error.reason) };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/**
 * One request to the search domain, signed with Signature Version 4 (an engine without IAM ignores the signature), and its
 * JSON answer. Raises `SearchUnavailable` when there is no answer in time, for 429 and 5xx; `SearchRefused` for other errors.
 */
export async function searchRequest(request: SearchRequest): Promise<unknown> {
  const base = endpoint();
  const signed = await signerOf().sign({
    method: request.method,
    protocol: base.protocol,
    hostname: base.hostname,
    path: request.path,
    query: { ...request.query },
    headers: { host: base.host, 'content-type': request.contentType ?? 'application/json' },
    body: request.body,
  });
  const { host: _, ...headers } = signed.headers;
  const url = new URL(request.path, base);
  url.search = new URLSearchParams(request.query).toString();
  const signal = AbortSignal.timeout(request.timeout);
  const { method, body } = request;
  const send = async () => {
    const response = await fetch(url, { method, headers, body, signal });
    return { status: response.status, answer: parse(await response.text()) };
  };
  // A function that was frozen may find its kept-alive connection closed; whatever is asked here may be asked twice.
  const { status, answer } = await send()
    .catch((error: unknown) => (signal.aborted ? Promise.reject(error) : send()))
    .catch((cause: unknown) => Promise.reject(new SearchUnavailable('the search engine does not answer', { cause })));
  if (status < 300) return answer;
  const { type, reason } = explain(answer);
  if (status === 429 || status >= 500)
    throw new SearchUnavailable(`the search engine says ${status} ${type}: ${reason}`);
  throw new SearchRefused(status, type, reason);
}
