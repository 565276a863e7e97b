import { NoAnswer } from '#aws/errors.ts';
import { type SignedAnswer, signedFetch } from '#aws/signed-fetch.ts';
import { ENV } from '#contract/environment.ts';

/**
 * What became of a post. `gone`: the gateway knows no such socket (410). `failing`: it may still be open (429, 5xx, no
 * answer in time, no right to post), so somebody has to try again; the frame may even have arrived.
 */
export type Posted =
  | { readonly outcome: 'delivered' | 'gone' }
  | { readonly outcome: 'failing'; readonly reason: string };

/** Milliseconds. A slow socket goes to the queue of stragglers: waiting for it here would hold up the sender's reply. */
const PATIENCE = 2_000;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html */
const ask = (method: 'POST' | 'DELETE', connectionId: string, body?: Uint8Array): Promise<SignedAnswer> => {
  const endpoint = process.env[ENV.socketsEndpoint];
  if (!endpoint) throw new Error(`${ENV.socketsEndpoint} is not set: the function was deployed without its sockets`);
  return signedFetch({
    service: 'execute-api',
    method,
    url: new URL(`${endpoint}/@connections/${encodeURIComponent(connectionId)}`),
    ...(body ? { body, headers: { 'content-type': 'application/octet-stream' } } : {}),
    timeout: PATIENCE,
  });
};

/** Posts one frame to one socket. Never throws for what the gateway or the network answers. */
export async function postFrame(connectionId: string, frame: Uint8Array): Promise<Posted> {
  try {
    const { status } = await ask('POST', connectionId, frame);
    if (status < 300) return { outcome: 'delivered' };
    return status === 410 ? { outcome: 'gone' } : { outcome: 'failing', reason: `status ${status}` };
  } catch (error) {
    if (error instanceof NoAnswer) return { outcome: 'failing', reason: error.name };
    throw error;
  }
}

/** Closes a socket; one that is closed already is no error. */
export async function closeSocket(connectionId: string): Promise<void> {
  const { status } = await ask('DELETE', connectionId);
  if (status >= 300 && status !== 410) throw new Error(`@connections answered ${status} to a close`);
}
