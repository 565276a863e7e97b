import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { transport, type WireRequest } from '#aws/transport.ts';

/** The services that our functions call without an SDK client. */
export type StubbedService = 'dynamodb' | 'sqs' | 'secretsmanager' | 'execute-api';

// biome-ignore lint/suspicious/noExplicitAny: tests look into inputs of every operation
type Loose = any;
/** An SDK command class; only its name matters here. */
type Command = { readonly name: string };
type Behaviour = (input: Loose) => unknown;

const DOCUMENT_COMMANDS: Readonly<Record<string, string>> = {
  GetCommand: 'GetItem',
  PutCommand: 'PutItem',
  UpdateCommand: 'UpdateItem',
  DeleteCommand: 'DeleteItem',
  QueryCommand: 'Query',
  BatchGetCommand: 'BatchGetItem',
  TransactWriteCommand: 'TransactWriteItems',
};
const operationOf = ({ name }: Command): string => DOCUMENT_COMMANDS[name] ?? name.replace(/Command$/, '');

/** Every attribute map inside a value, turned by `turn`; the rest as it is. */
const VALUES = new Set([
  'Key',
  'Item',
  'Attributes',
  'ExpressionAttributeValues',
  'ExclusiveStartKey',
  'LastEvaluatedKey',
]);
const LISTS = new Set(['Items', 'Keys']);
const turned = (value: Loose, turn: (map: Loose) => unknown, within = ''): Loose => {
  if (Array.isArray(value)) return value.map((each) => (LISTS.has(within) ? turn(each) : turned(each, turn)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      part === undefined
        ? undefined
        : VALUES.has(name)
          ? turn(part)
          : name === 'Responses'
            ? Object.fromEntries(
                Object.entries(part as Loose).map(([table, items]) => [table, (items as Loose[]).map(turn)]),
              )
            : turned(part, turn, name),
    ]),
  );
};

interface Made {
  readonly args: [{ readonly input: Loose; readonly constructor: { readonly name: string } }];
}

/** Stands in for one AWS service at the wire: says what each operation answers and keeps what was asked. */
export class ServiceStub {
  readonly #behaviours = new Map<string, Behaviour[]>();
  #any: Behaviour | undefined;
  #calls: { operation: string; input: Loose }[] = [];

  reset(): void {
    this.#behaviours.clear();
    this.#any = undefined;
    this.#calls = [];
  }

  /** Forgets what was asked, not what is answered. */
  resetHistory(): void {
    this.#calls = [];
  }

  /** Every operation fails. */
  rejects(error: unknown): void {
    this.#behaviours.clear();
    this.#any = () => Promise.reject(error);
  }

  on(command: Command, fits: Readonly<Record<string, unknown>> = {}) {
    if (Object.keys(fits).length > 0) throw new Error('this stub does not tell inputs apart');
    const operation = operationOf(command);
    const once: Behaviour[] = [];
    const set = (behaviour: Behaviour, lasting: boolean) => {
      if (lasting) this.#behaviours.set(operation, [...once, behaviour]);
      else {
        once.push(behaviour);
        this.#behaviours.set(operation, [...once, ...(this.#behaviours.get(operation)?.slice(-1) ?? [])]);
      }
      return chain;
    };
    const chain = {
      resolves: (answer: unknown) => set(() => answer, true),
      resolvesOnce: (answer: unknown) => set(() => answer, false),
      rejects: (error: unknown) => set(() => Promise.reject(error), true),
      rejectsOnce: (error: unknown) => set(() => Promise.reject(error), false),
      callsFake: (fake: Behaviour) => set(fake, true),
      callsFakeOnce: (fake: Behaviour) => set(fake, false),
      on: (next: Command) => this.on(next),
    };
    return chain;
  }

  onAnyCommand() {
    return {
      resolves: (answer: unknown) => {
        this.#any = () => answer;
      },
      rejects: (error: unknown) => {
        this.#any = () => Promise.reject(error);
      },
    };
  }

  calls(): Made[] {
    return this.#calls.map(({ operation, input }) => ({
      args: [{ input, constructor: { name: `${operation}Command` } }],
    }));
  }

  commandCalls(command: Command): Made[] {
    return this.calls().filter(({ args }) => args[0].constructor.name === `${operationOf(command)}Command`);
  }

  /** Answers a call, as the service would on the wire. */
  async answer(operation: string, input: Loose): Promise<unknown> {
    this.#calls.push({ operation, input });
    const behaviours = this.#behaviours.get(operation);
    const behaviour = (behaviours && behaviours.length > 1 ? behaviours.shift() : behaviours?.[0]) ?? this.#any;
    return behaviour ? await behaviour(input) : {};
  }
}

const stubs = new Map<StubbedService, ServiceStub>();
type Send = typeof transport.send;
const realSend = transport.send;

/** What a thrown error looks like on the wire: its name is the service's code, its own fields the answer's. */
const wireError = (error: Loose): Response => {
  const status: number = error?.$metadata?.httpStatusCode ?? error?.status ?? 400;
  return Response.json({ ...error, __type: error?.name ?? 'Error', message: error?.message }, { status });
};

const respond = async (url: URL, init: WireRequest): Promise<Response | undefined> => {
  const headers = new Headers(init.headers);
  const target = headers.get('x-amz-target');
  const body = init.body;
  const socket = /\/@connections\/([^/]+)$/.exec(url.pathname)?.[1];
  const [service, operation]: [StubbedService, string] | [undefined, ''] = socket
    ? ['execute-api', init.method === 'POST' ? 'PostToConnection' : 'DeleteConnection']
    : target?.startsWith('DynamoDB')
      ? ['dynamodb', target.split('.')[1]!]
      : target?.startsWith('AmazonSQS')
        ? ['sqs', target.split('.')[1]!]
        : target?.startsWith('secretsmanager')
          ? ['secretsmanager', target.split('.')[1]!]
          : [undefined, ''];
  const stub = service && stubs.get(service);
  if (!stub) return undefined;
  const input = socket ? { ConnectionId: decodeURIComponent(socket), Data: body } : (JSON.parse(String(body)) as Loose);
  const isTable = service === 'dynamodb';
  try {
    const answer = (await stub.answer(operation, isTable ? turned(input, unmarshall) : input)) ?? {};
    const options = { removeUndefinedValues: true };
    return Response.json(isTable ? turned(answer, (map) => marshall(map, options)) : answer);
  } catch (error) {
    return wireError(error);
  }
};

/** Stubs a service for this test file. Calls of services without a stub go where they went before. */
export function stubService(service: StubbedService): ServiceStub {
  const stub = stubs.get(service) ?? new ServiceStub();
  stubs.set(service, stub);
  return stub;
}

/** The way out that stubs are asked through; `otherwise` answers what none of them knows. */
export const stubbedSend =
  (otherwise: Send = realSend): Send =>
  async (url, request) =>
    (await respond(url, request)) ?? otherwise(url, request);

transport.send = stubbedSend();
