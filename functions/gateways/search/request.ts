import { signedFetch } from '#aws/signed-fetch.ts';
import { ENV } from '#contract/environment.ts';

/** The search engine did not answer, or said that it cannot now (429, 5xx). Another try may succeed. */
export class SearchUnavailable extends Error {
  override readonly name: string = 'SearchUnavailable';
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

export interface SearchRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: `/${string}`;
  readonly query?: Readonly<Record<string, string>>;
  /** JSON, or NDJSON for a bulk. */
  readonly body?: string;
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
  const url = new URL(request.path, endpoint());
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
  const { method, body, contentType = 'application/json', timeout } = request;
  const send = async () => {
    const { status, text } = await signedFetch({
      service: 'es',
      method,
      url,
      timeout,
      ...(body === undefined ? {} : { headers: { 'content-type': contentType }, body }),
    });
    return { status, answer: parse(text) };
  };
  const { status, answer } = await send().catch((cause: unknown) =>
    Promise.reject(new SearchUnavailable('the search engine does not answer', { cause })),
  );
  if (status < 300) return answer;
  const { type, reason } = explain(answer);
  if (status === 429 || status >= 500)
    throw new SearchUnavailable(`the search engine says ${status} ${type}: ${reason}`);
  throw new SearchRefused(status, type, reason);
}
