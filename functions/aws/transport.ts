import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

/** A request as it leaves: everything that goes over the wire is in it. */
export interface WireRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal: AbortSignal;
}

export interface WireAnswer {
  readonly status: number;
  readonly text: () => Promise<string>;
  readonly bytes: () => Promise<Uint8Array>;
}

interface Library {
  readonly request: (url: URL, options: RequestOptions, answered: (answer: IncomingMessage) => void) => ClientRequest;
  readonly Agent: typeof Agent;
}

/** Connections kept open to one host; a large audience is posted to side by side. */
const SOCKETS = 128;

const libraries = new Map<string, { request: Library['request']; agent: Agent }>();

/**
 * Node's own library for a protocol, with connections that are kept alive. Got by name and not imported: an import of
 * `node:http` loads the whole of `fetch` with it, thirty milliseconds of CPU in a cold function.
 */
const libraryOf = (protocol: string) => {
  let known = libraries.get(protocol);
  if (!known) {
    const library = process.getBuiltinModule(protocol === 'http:' ? 'node:http' : 'node:https') as Library;
    known = { request: library.request, agent: new library.Agent({ keepAlive: true, maxSockets: SOCKETS }) };
    libraries.set(protocol, known);
  }
  return known;
};

const send = (url: URL, { method, headers, body, signal }: WireRequest): Promise<WireAnswer> =>
  new Promise((resolve, reject) => {
    const { request, agent } = libraryOf(url.protocol);
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asking = request(url, { method, headers: { ...headers, ...length }, agent, signal }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: answer.statusCode ?? 0, text: async () => bytes.toString(), bytes: async () => bytes });
      });
    });
    asking.on('error', reject);
    asking.end(body);
  });

/** The one way out to AWS. An object, so that a test or a meter can stand in the way. */
export const transport = { send };
