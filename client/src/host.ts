/** An open WebSocket as far as the client uses one; what browsers, Node and the `ws` package have fits. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

/** An answer over HTTPS as far as the client reads one. */
export interface ResponseLike {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

export interface RequestLike {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Blob;
  readonly signal?: AbortSignal;
}

/** An XMLHttpRequest as far as an upload uses one. */
export interface UploadingLike {
  readonly upload: { onprogress: ((event: never) => void) | null };
  readonly status: number;
  onload: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  open(method: string, url: string): void;
  send(body: Blob): void;
  abort(): void;
  setRequestHeader(name: string, value: string): void;
}

/** Everything that comes from outside: network, time and chance. The client takes them from here and from nowhere else. */
export interface Host {
  fetch(url: string, request: RequestLike): Promise<ResponseLike>;
  readonly WebSocket: new (url: string) => SocketLike;
  /** Milliseconds since 1970, by this machine's clock. */
  now(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** From 0 up to 1. */
  random(): number;
  randomBytes(count: number): Uint8Array;
  /** Uploads with progress, in browsers. */
  readonly XMLHttpRequest?: new () => UploadingLike;
  /** Calls back when the network or the page has come back; answers how to stop that. */
  onWake?(run: () => void): () => void;
}

/** What of the browser's window tells that it has come back. */
interface Window {
  addEventListener?(type: string, run: () => void): void;
  removeEventListener?(type: string, run: () => void): void;
  readonly document?: Window & { readonly visibilityState?: string };
}

function onWake(run: () => void): () => void {
  const window = globalThis as unknown as Window;
  const seen = (): void => {
    if (window.document?.visibilityState !== 'hidden') run();
  };
  window.addEventListener?.('online', run);
  window.document?.addEventListener?.('visibilitychange', seen);
  return () => {
    window.removeEventListener?.('online', run);
    window.document?.removeEventListener?.('visibilitychange', seen);
  };
}

/** What browsers and Node offer, with some of it replaced. Node before 22 has no WebSocket: give one. */
export function hostWith(given: Partial<Host> = {}): Host {
  const { WebSocket, XMLHttpRequest } = globalThis as unknown as Partial<Host>;
  const socket = given.WebSocket ?? WebSocket;
  if (!socket) throw new Error('There is no WebSocket here: give one as host.WebSocket.');
  return {
    fetch: (url, request) => globalThis.fetch(url, request),
    now: () => Date.now(),
    setTimeout: (run, ms) => globalThis.setTimeout(run, ms),
    clearTimeout: (timer) => globalThis.clearTimeout(timer as ReturnType<typeof setTimeout>),
    random: () => Math.random(),
    randomBytes: (count) => globalThis.crypto.getRandomValues(new Uint8Array(count)),
    onWake,
    ...(XMLHttpRequest ? { XMLHttpRequest } : {}),
    ...given,
    WebSocket: socket,
  };
}
