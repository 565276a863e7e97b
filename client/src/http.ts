import type { Operations } from './contract.ts';
import { asParleyError, ParleyError } from './errors.ts';
import type { Host, ResponseLike } from './host.ts';
import { ROUTES } from './routes.ts';
import { Closed, type Timers } from './timers.ts';

/** Milliseconds after which an answer is no longer waited for: API Gateway gives up before. */
const TIMEOUT_MS = 30_000;

/** Gives the user's token. `expired`: the last one was refused, so a kept one is of no use. */
export type TokenProvider = (why: { readonly expired: boolean }) => string | Promise<string>;

export interface CallOptions {
  /** The same key any number of times does it once. */
  readonly idempotencyKey?: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Any operation of the API, as a call. */
export type Call = <K extends keyof Operations>(
  operation: K,
  input: Operations[K]['input'],
  options?: CallOptions,
) => Promise<Operations[K]['output']>;

const requestOf = (operation: keyof Operations, input: Fields) => {
  const [method, template] = ROUTES[operation].split(' ') as [string, string];
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest.get(name);
    rest.delete(name);
    return encodeURIComponent(String(value));
  });
  if (method !== 'GET' && method !== 'DELETE') return { method, path, body: JSON.stringify(Object.fromEntries(rest)) };
  const query = [...rest].map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
  return { method, path: query ? `${path}?${query}` : path, body: undefined };
};

/** The refusal in an answer; an answer of somebody between us and the server says little. */
export function refusalOf(response: ResponseLike, text: string): ParleyError {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(retryAfter) ? retryAfter * 1_000 : undefined;
  try {
    const { type: _, title, status: __, code, requestId, issues, ...details } = JSON.parse(text);
    if (typeof code === 'string')
      return new ParleyError({ status: response.status, code, title, requestId, issues, details, retryAfterMs });
  } catch {
    // Not ours: said below.
  }
  const title = `The answer ${response.status} is no problem document.`;
  return new ParleyError({ status: response.status, code: 'network.failed', title, retryAfterMs });
}

/** The API over HTTPS, as the user whose token the provider gives. Raises `ParleyError`. */
export class Http {
  readonly #host: Host;
  readonly #timers: Timers;
  readonly #url: string;
  readonly #getToken: TokenProvider;

  constructor(
    host: Host,
    timers: Timers,
    { url, getToken }: { readonly url: string; readonly getToken: TokenProvider },
  ) {
    this.#host = host;
    this.#timers = timers;
    this.#url = url.replace(/\/+$/, '');
    this.#getToken = getToken;
  }

  /** Carries out an operation, once; a token that is refused is replaced, once. */
  readonly call: Call = async (operation, input, options = {}) => {
    const request = requestOf(operation, input as Fields);
    for (let expired = false; ; expired = true) {
      const headers: Record<string, string> = {
        authorization: `Bearer ${await this.#getToken({ expired })}`,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.idempotencyKey ? { 'idempotency-key': options.idempotencyKey } : {}),
      };
      const { response, text } = await this.#exchange(request, headers);
      if (response.status < 300) return text === '' ? undefined : JSON.parse(text);
      const refusal = refusalOf(response, text);
      if (refusal.status !== 401 || expired) throw refusal;
    }
  };

  async #exchange(
    { method, path, body }: ReturnType<typeof requestOf>,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ response: ResponseLike; text: string }> {
    const abort = new AbortController();
    return new Promise((resolve, reject) => {
      const timeout = { status: 0, code: 'network.timeout', title: 'There was no answer in time.' };
      const stop = this.#timers.after(
        TIMEOUT_MS,
        () => {
          reject(new ParleyError(timeout));
          abort.abort();
        },
        () => {
          reject(new Closed());
          abort.abort();
        },
      );
      const exchange = async (): Promise<{ response: ResponseLike; text: string }> => {
        const init = { method, headers, signal: abort.signal, ...(body === undefined ? {} : { body }) };
        const response = await this.#host.fetch(`${this.#url}${path}`, init);
        return { response, text: await response.text() };
      };
      exchange()
        .then(resolve, (error: unknown) => reject(asParleyError(error)))
        .finally(stop);
    });
  }
}
