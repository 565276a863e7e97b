import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Problem } from '../problem.ts';

/** Where the API is and who speaks. */
export interface Access {
  readonly url: string;
  /** A token that is good now; asked again after a 401. */
  readonly token: () => Promise<string>;
}

/** Posts one request, again after a lost connection or a passing failure. Raises a `Problem` for a refusal. */
export type Send = (path: string, body: unknown) => Promise<unknown>;

/** Attempts of one request; the last waits are some seconds long, so that a restart of the service is outlived. */
const ATTEMPTS = 8;
const PASSING = new Set([429, 500, 502, 503, 504]);

const Refused = z.object({ code: z.string(), title: z.string() });

/** A `Send` that posts JSON over one kept-alive connection. `pause` waits between two attempts (milliseconds). */
export function sender(access: Access, pause: (ms: number) => Promise<unknown> = sleep): Send {
  let token: string | undefined;
  let renewed = false;

  return async (path, body) => {
    let failure = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await pause(Math.random() * Math.min(8_000, 200 * 2 ** attempt));
      token ??= await access.token();
      let response: Response;
      let text: string;
      try {
        response = await fetch(`${access.url}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(60_000),
        });
        text = await response.text();
      } catch (error) {
        // The request may have been served: every request of an import can be repeated.
        const { message, cause } = error as Error;
        failure = cause instanceof Error ? `${message}: ${cause.message}` : message;
        continue;
      }
      if (response.ok) {
        renewed = false;
        return JSON.parse(text) as unknown;
      }
      failure = explain(response.status, text);
      if (response.status === 401 && !renewed) {
        renewed = true;
        token = undefined;
        continue;
      }
      if (!PASSING.has(response.status)) break;
    }
    throw new Problem(`POST ${path} failed (${failure}). Run the import again: it goes on where it stopped.`);
  };
}

function explain(status: number, text: string): string {
  try {
    const { code, title } = Refused.parse(JSON.parse(text));
    return `${status} ${code}: ${title}`;
  } catch {
    // Not a problem document: a gateway or a proxy answered.
    return `${status} ${text.slice(0, 200)}`;
  }
}
