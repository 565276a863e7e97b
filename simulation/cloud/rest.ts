import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { api } from '#contract/api.ts';
import { SERVICES } from '#contract/entries.ts';
import { pathParameters, type Route } from '#contract/route.ts';
import { handler as conversations } from '../../functions/api/conversations/conversations.lambda.ts';
import { handler as downloads } from '../../functions/api/downloads/downloads.lambda.ts';
import { handler as invitations } from '../../functions/api/invitations/invitations.lambda.ts';
import { handler as media } from '../../functions/api/media/media.lambda.ts';
import { handler as messages } from '../../functions/api/messages/messages.lambda.ts';
import { handler as mine } from '../../functions/api/mine/mine.lambda.ts';
import { handler as moderation } from '../../functions/api/moderation/moderation.lambda.ts';
import { handler as participants } from '../../functions/api/participants/participants.lambda.ts';
import { handler as pins } from '../../functions/api/pins/pins.lambda.ts';
import { handler as reactions } from '../../functions/api/reactions/reactions.lambda.ts';
import { handler as realtime } from '../../functions/api/realtime/realtime.lambda.ts';
import { handler as receipts } from '../../functions/api/receipts/receipts.lambda.ts';
import { handler as scheduled } from '../../functions/api/scheduled/scheduled.lambda.ts';
import { handler as settings } from '../../functions/api/settings/settings.lambda.ts';
import { handler as sync } from '../../functions/api/sync/sync.lambda.ts';
import { handler as tenant } from '../../functions/api/tenant/tenant.lambda.ts';
import { handler as threads } from '../../functions/api/threads/threads.lambda.ts';
import { handler as users } from '../../functions/api/users/users.lambda.ts';
import { FunctionDied, type Functions } from './functions.ts';
import type { Setting } from './setting.ts';

type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** The services that the people of a simulation call: those that need no engine besides the table. */
const HANDLERS = {
  conversations,
  downloads,
  invitations,
  media,
  messages,
  mine,
  moderation,
  participants,
  pins,
  reactions,
  realtime,
  receipts,
  scheduled,
  settings,
  sync,
  tenant,
  threads,
  users,
} as const satisfies Record<string, Handler>;

export interface RestRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Of the user in the tenant; `user` where it is not said. */
  readonly roles?: string;
}

export interface RestReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Somebody who looks at requests: told when one reaches its function, and by what it answers then, when the function has answered. */
type Began = (userId: string, request: RestRequest) => ((reply: RestReply) => void) | undefined;

/** The connection broke before there was an answer. */
export class ConnectionLost extends TypeError {
  override readonly name = 'ConnectionLost';
}

interface Known {
  readonly service: keyof typeof HANDLERS;
  readonly method: string;
  readonly resource: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

const KNOWN: readonly Known[] = (Object.keys(HANDLERS) as (keyof typeof HANDLERS)[]).flatMap((service) =>
  Object.values<Route>(api[service]).flatMap((route) =>
    [route, ...(route.aliases ?? [])].map(({ method, path }) => ({
      service,
      method,
      resource: path,
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '([^/]+)')}$`),
      names: pathParameters(path),
    })),
  ),
);

/** API Gateway's REST API: finds the function, waits for it 29 seconds, carries requests and answers. */
export class Rest {
  readonly #setting: Setting;
  readonly #functions: Functions;
  readonly #tenantId: string;
  readonly #began: Began;
  #requests = 0;

  constructor(setting: Setting, functions: Functions, tenantId: string, began: Began) {
    this.#began = began;
    this.#setting = setting;
    this.#functions = functions;
    this.#tenantId = tenantId;
  }

  /** A user's request. Raises `ConnectionLost` when no answer comes. */
  request(userId: string, request: RestRequest): Promise<RestReply> {
    const { clock, chance, faults } = this.#setting;
    return new Promise((resolve, reject) => {
      const lost = faults.strike('request lost');
      const unheard = lost || faults.strike('reply lost');
      if (unheard) clock.after(chance.spread(200, 40_000), () => reject(new ConnectionLost('the connection is gone')));
      if (lost) return;
      clock.after(chance.between(2, 60), () => {
        this.#answer(userId, request).then(
          (reply) => !unheard && clock.after(chance.between(2, 60), () => resolve(reply)),
          reject,
        );
      });
    });
  }

  async #answer(userId: string, request: RestRequest): Promise<RestReply> {
    const url = new URL(request.path, 'https://api.sim');
    const found = KNOWN.map((known) => [known, known.pattern.exec(url.pathname)] as const).find(
      ([{ method }, match]) => match && method === request.method,
    );
    if (!found) throw new Error(`no function answers ${request.method} ${url.pathname}`);
    const [{ service, method, resource, names }, match] = found;
    const requestId = `request-${this.#requests++}`;
    const event = {
      httpMethod: method,
      resource,
      path: url.pathname,
      pathParameters: Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(match![at + 1]!)])),
      queryStringParameters: Object.fromEntries(url.searchParams),
      multiValueQueryStringParameters: Object.fromEntries(
        [...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name)]),
      ),
      headers: { ...(request.body === undefined ? {} : { 'content-type': 'application/json' }), ...request.headers },
      body: request.body ?? null,
      isBase64Encoded: false,
      requestContext: {
        requestId,
        authorizer: { tenantId: this.#tenantId, userId, roles: request.roles ?? 'user' },
      },
    } as unknown as APIGatewayProxyEvent;
    this.#setting.step(
      'request',
      `${requestId} ${userId} ${method} ${url.pathname} ${/"clientId":"([^"]+)"/.exec(request.body ?? '')?.[1] ?? ''}`,
    );
    const answered = this.#began(userId, request);
    try {
      const {
        statusCode,
        headers = {},
        body,
      } = await this.#functions.invoke(service, SERVICES[service].timeoutSeconds, () => HANDLERS[service](event));
      this.#setting.step('reply', `${requestId} ${statusCode}`);
      const reply = { status: statusCode, headers: headers as Record<string, string>, body };
      answered?.(reply);
      return reply;
    } catch (error) {
      if (!(error instanceof FunctionDied)) throw error;
      this.#setting.step('reply', `${requestId} 502`);
      return { status: 502, headers: {}, body: '{"message":"Internal server error"}' };
    }
  }
}
