import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { ENV } from '#contract/environment.ts';

/**
 * What became of a post. `gone`: the gateway knows no such socket (410). `failing`: it may still be open (429, 5xx, no
 * answer in time, no right to post), so somebody has to try again; the frame may even have arrived.
 */
export type Posted =
  | { readonly outcome: 'delivered' | 'gone' }
  | { readonly outcome: 'failing'; readonly reason: string };

let client: ApiGatewayManagementApiClient | undefined;

const sockets = (): ApiGatewayManagementApiClient => {
  const endpoint = process.env[ENV.socketsEndpoint];
  if (!endpoint) throw new Error(`${ENV.socketsEndpoint} is not set: the function was deployed without its sockets`);
  client ??= new ApiGatewayManagementApiClient({
    endpoint,
    // A slow socket goes to the queue of stragglers: waiting for it here would hold up the sender's reply.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, httpsAgent: { maxSockets: 128 } },
  });
  return client;
};

const isGone = (error: unknown): boolean => error instanceof GoneException;

/** Posts one frame to one socket. Never throws for what the gateway or the network answers. */
export async function postFrame(connectionId: string, frame: Uint8Array): Promise<Posted> {
  const api = sockets();
  try {
    await api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }));
    return { outcome: 'delivered' };
  } catch (error) {
    if (isGone(error)) return { outcome: 'gone' };
    return { outcome: 'failing', reason: error instanceof Error ? error.name : 'unknown' };
  }
}

/** Closes a socket; one that is closed already is no error. */
export async function closeSocket(connectionId: string): Promise<void> {
  try {
    await sockets().send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
