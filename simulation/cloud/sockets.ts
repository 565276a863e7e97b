import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { SignedRequest } from '#aws/signed-fetch.ts';
import { SOCKETS } from '#contract/entries.ts';
import { MAX_CONNECTION_HOURS } from '#contract/realtime.ts';
import { handler as authorize } from '../../functions/realtime/authorizer.lambda.ts';
import { handler as command } from '../../functions/realtime/command.lambda.ts';
import { handler as connected } from '../../functions/realtime/connect.lambda.ts';
import { handler as disconnected } from '../../functions/realtime/disconnect.lambda.ts';
import { handler as fanOut } from '../../functions/realtime/fan-out.lambda.ts';
import type { Functions } from './functions.ts';
import type { Reply } from './network.ts';
import type { Setting } from './setting.ts';

type SocketEvent = Parameters<typeof connected>[0];
type Context = NonNullable<SocketEvent['requestContext']['authorizer']>;

/** What a client's end of a socket hears. */
export interface Ears {
  readonly opened: () => void;
  readonly heard: (frame: string) => void;
  readonly closed: (code: number) => void;
}

/** A socket as the gateway keeps it. */
export interface Socket {
  readonly id: string;
  readonly ears: Ears;
  context: Context | undefined;
  state: 'opening' | 'open' | 'closed';
  /** When `$connect` had returned (ms). */
  openSince: number;
  /** The client's end is gone and the gateway does not know. */
  vanished: boolean;
  lastUsed: number;
  /** When the last frame arrives at the client, so that the next does not come before it. */
  arrives: number;
  /** Frames the gateway took, for whoever looks whether something was pushed. */
  readonly taken: string[];
}

const IDLE = 600_000;
const LONGEST = MAX_CONNECTION_HOURS * 3_600_000;

export const FAN_OUT_HANDLER = fanOut;

/** API Gateway's WebSocket API, from both sides. */
export class Sockets {
  readonly #setting: Setting;
  readonly #functions: Functions;
  readonly all = new Map<string, Socket>();
  #ids = 0;

  constructor(setting: Setting, functions: Functions) {
    this.#setting = setting;
    this.#functions = functions;
  }

  /** Somebody opens a socket at an address with a ticket; what becomes of it, their ears tell. */
  connect(url: string, ears: Ears): Socket {
    const { clock, chance } = this.#setting;
    const socket: Socket = {
      id: `sock${this.#ids++}=`,
      ears,
      context: undefined,
      state: 'opening',
      openSince: Number.POSITIVE_INFINITY,
      vanished: false,
      lastUsed: clock.now,
      arrives: 0,
      taken: [],
    };
    this.all.set(socket.id, socket);
    clock.after(chance.between(2, 60), () => {
      this.#open(socket, new URL(url).searchParams.get('ticket') ?? '').catch(() => this.#drop(socket, 1006));
    });
    return socket;
  }

  async #open(socket: Socket, ticket: string): Promise<void> {
    const { clock, step } = this.#setting;
    const { authorizer, connect } = SOCKETS;
    const { policyDocument, context } = await this.#functions.invoke('authorizer', authorizer.timeoutSeconds, () =>
      authorize({
        queryStringParameters: { ticket },
        methodArn: 'arn:sim:execute-api:sim:0:socket/chat/$connect',
        requestContext: { requestId: socket.id },
      } as unknown as APIGatewayRequestAuthorizerEvent),
    );
    step('connect', `${socket.id} ${policyDocument.Statement[0]?.Effect}`);
    if (policyDocument.Statement[0]?.Effect !== 'Allow' || !context) return this.#drop(socket, 1006);
    socket.context = context;
    const { statusCode } = await this.#functions.invoke('connect', connect.timeoutSeconds, () =>
      connected(this.#event(socket, 'CONNECT')),
    );
    if (statusCode !== 200 || socket.state === 'closed') return this.#drop(socket, 1006);
    socket.state = 'open';
    socket.openSince = clock.now;
    this.#use(socket);
    this.#tell(socket, () => socket.ears.opened());
    clock.after(LONGEST, () => this.close(socket, 1001));
    this.#watchIdle(socket);
  }

  #event(socket: Socket, eventType: SocketEvent['requestContext']['eventType'], body?: string): SocketEvent {
    return {
      requestContext: { eventType, connectionId: socket.id, requestId: socket.id, authorizer: socket.context ?? null },
      ...(body === undefined ? {} : { body }),
    };
  }

  #use(socket: Socket): void {
    socket.lastUsed = this.#setting.clock.now;
  }

  #watchIdle(socket: Socket): void {
    const { clock } = this.#setting;
    clock.after(socket.lastUsed + IDLE - clock.now, () => {
      if (socket.state !== 'open') return;
      if (clock.now - socket.lastUsed >= IDLE) this.close(socket, 1001);
      else this.#watchIdle(socket);
    });
  }

  /** Tells the client's end something, in order, unless there is none any more. */
  #tell(socket: Socket, tell: () => void): void {
    const { clock, chance } = this.#setting;
    socket.arrives = Math.max(socket.arrives, clock.now + chance.between(1, 40));
    clock.after(socket.arrives - clock.now, () => {
      if (!socket.vanished) tell();
    });
  }

  /** A frame of the client's. */
  say(socket: Socket, frame: string): void {
    const { clock, chance, step } = this.#setting;
    clock.after(chance.between(1, 40), () => {
      if (socket.state !== 'open' || socket.vanished) return;
      this.#use(socket);
      step('frame', `${socket.id} ${frame.length}`);
      this.#functions
        .invoke('command', SOCKETS.command.timeoutSeconds, () => command(this.#event(socket, 'MESSAGE', frame)))
        .catch(() => undefined);
    });
  }

  /** The client closes its end. */
  hangUp(socket: Socket): void {
    if (socket.vanished) return;
    socket.vanished = true;
    this.#setting.clock.after(this.#setting.chance.between(1, 40), () => this.close(socket, 1000));
  }

  /** The network between the client and the gateway is gone: the client finds out, the gateway does not. */
  vanish(socket: Socket): void {
    const { clock, chance } = this.#setting;
    if (socket.vanished || socket.state === 'closed') return;
    socket.vanished = true;
    clock.after(chance.spread(100, 60_000), () => socket.ears.closed(1006));
  }

  /** The gateway closes a socket. */
  close(socket: Socket, code: number): void {
    if (socket.state !== 'open') return;
    this.#drop(socket, code);
    const { clock, chance, faults } = this.#setting;
    if (faults.strike('disconnect unheard')) return;
    const disconnect = (): void => {
      this.#setting.step('disconnect', socket.id);
      this.#functions
        .invoke('disconnect', SOCKETS.disconnect.timeoutSeconds, () => disconnected(this.#event(socket, 'DISCONNECT')))
        .catch(() => undefined);
    };
    const late = faults.strike('disconnect late') ? chance.spread(1_000, 3_600_000) : chance.between(5, 200);
    clock.after(late, disconnect);
    if (faults.strike('disconnect twice')) clock.after(late + chance.spread(1, 10_000), disconnect);
  }

  #drop(socket: Socket, code: number): void {
    if (socket.state === 'closed') return;
    socket.state = 'closed';
    this.#tell(socket, () => socket.ears.closed(code));
  }

  /** Every socket there is closes at once. */
  closeAll(): void {
    for (const socket of this.all.values()) this.close(socket, 1001);
  }

  /** `@connections`. */
  readonly handle = ({ method, url, body }: SignedRequest): Reply => {
    const { clock, chance, faults, step } = this.#setting;
    const id = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    const socket = this.all.get(id);
    const answer = (status: number): Reply => {
      step(method === 'POST' ? 'post' : 'close', `${id} ${status}`);
      return { status, text: '{}' };
    };
    if (faults.strike('post 429')) return answer(429);
    if (faults.strike('post 500')) return answer(500);
    // Until `$connect` has returned the gateway does not know the socket either.
    if (socket?.state !== 'open') return answer(410);
    if (method === 'DELETE') {
      this.close(socket, 1000);
      return answer(200);
    }
    if (faults.strike('socket closed')) this.close(socket, 1001);
    else if (faults.strike('socket vanished')) this.vanish(socket);
    else if (faults.strike('all sockets closed')) this.closeAll();
    const frame = Buffer.from(body as Uint8Array).toString();
    socket.taken.push(frame);
    this.#use(socket);
    // One post may overtake another on its way through the service.
    const way = faults.strike('post slow') ? chance.spread(20, 3_000) : 0;
    if (way === 0) this.#tell(socket, () => socket.ears.heard(frame));
    else clock.after(way, () => this.#tell(socket, () => socket.ears.heard(frame)));
    return answer(faults.strike('post 500, though delivered') ? 500 : 200);
  };
}
