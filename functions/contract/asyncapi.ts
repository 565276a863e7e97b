import { Command } from './commands.ts';
import { ERRORS, type ErrorCode } from './errors.ts';
import type { Event } from './events.ts';
import { LeanFrame } from './frames.ts';
import { components, exampleOf, type JsonSchema } from './json-schema.ts';
import { sendMessage } from './messages.ts';
import { addReaction, removeReaction } from './reactions.ts';
import { MAX_FRAME_BYTES, TICKET_SECONDS } from './realtime.ts';
import { markDelivered, markRead } from './receipts.ts';

const BASE = '#/components/schemas/';

type Action = Command['action'];
type EventType = Event['type'];

/** The events, as frames carry them. */
const EVENTS = LeanFrame.shape.events.element.options;

/** Codes that any command may be refused with. */
const COMMON_REFUSALS: readonly ErrorCode[] = [
  'frame.invalid',
  'frame.malformed',
  'frame.too_large',
  'frame.unknown_action',
  'caller.forbidden',
  'service.failed',
];

/** What a command is for, what answers it besides `sync:error`, and what else it may be refused with. */
interface Said {
  readonly summary: string;
  /** Empty: no answer means that it was done. */
  readonly answers: readonly EventType[];
  readonly refuses: readonly ErrorCode[];
}

const LOG_EVENTS: readonly EventType[] = [
  'message:created',
  'message:updated',
  'message:deleted',
  'reaction:added',
  'reaction:removed',
  'thread:created',
  'thread:updated',
  'pin:added',
  'pin:removed',
  'pin:moved',
  'participant:added',
  'participant:removed',
  'participant:updated',
  'conversation:updated',
  'settings:updated',
];

const SAID: Readonly<Record<Action, Said>> = {
  ping: {
    summary: 'Keep the socket open; with your cursor, hear where something happened since',
    answers: ['sync:changed', 'sync:pong'],
    refuses: ['request.cursor_invalid'],
  },
  resume: {
    summary: 'Say how far you are and hear what you missed',
    answers: [
      ...LOG_EVENTS,
      'sync:pointer',
      'sync:at',
      'sync:more',
      'sync:reset',
      'sync:left',
      'sync:changed',
      'sync:resumed',
    ],
    refuses: ['request.cursor_invalid'],
  },
  pause: { summary: 'Hear nothing more until you resume', answers: [], refuses: [] },
  'message.send': { summary: sendMessage.summary, answers: ['sync:done'], refuses: sendMessage.refuses },
  read: { summary: markRead.summary, answers: ['sync:done'], refuses: markRead.refuses },
  delivered: { summary: markDelivered.summary, answers: ['sync:done'], refuses: markDelivered.refuses },
  react: { summary: addReaction.summary, answers: ['sync:done'], refuses: addReaction.refuses },
  unreact: { summary: removeReaction.summary, answers: ['sync:done'], refuses: removeReaction.refuses },
  typing: {
    summary: 'Say that you are writing, or that you stopped; without a word more it ends by itself',
    answers: [],
    refuses: ['conversation.not_found', 'conversation.archived', 'message.forbidden'],
  },
  'presence.watch': {
    summary: 'Hear who of some users is online, now and whenever it changes',
    answers: ['presence'],
    refuses: [],
  },
};

/** A name that the document may refer to. */
const named = (type: string): string => type.replaceAll(':', '.');

const frameOf = (types: readonly EventType[]): JsonSchema => ({
  type: 'object',
  properties: {
    events: { type: 'array', minItems: 1, items: { oneOf: types.map((type) => ({ $ref: `${BASE}${named(type)}` })) } },
  },
  required: ['events'],
  additionalProperties: false,
});

/** One valid command of each action, without its `action`. */
export type CommandExamples = { readonly [A in Action]: Readonly<Record<string, unknown>> };

const refusalsOf = (codes: readonly ErrorCode[]): string =>
  codes.map((code) => `- \`${code}\`: ${ERRORS[code][1]}`).join('\n');

/**
 * The AsyncAPI 3.0 document of the socket, from the schemas that validate what is said on it and one example a command. As
 * AsyncAPI has it, the service is what receives and sends.
 */
export function asyncApiDocument(version: string, examples: CommandExamples) {
  const gathered = components(BASE);
  const events: Record<string, JsonSchema> = Object.fromEntries(
    EVENTS.map((event) => [named(event.shape.type.value), gathered.schemaOf(event, 'output')]),
  );
  const types = EVENTS.map(({ shape }) => shape.type.value);
  const commands = Command.options.map((command) => ({
    action: command.shape.action.value,
    payload: gathered.schemaOf(command, 'input'),
  }));

  const eventOf = (type: EventType): unknown => exampleOf(events[named(type)]!, gathered.all());
  const shown = (name: string, type: EventType) => ({ name, payload: { events: [eventOf(type)] } });
  const frame = {
    name: 'frame',
    title: 'A batch of events',
    summary: `Everything the service says is a frame of at most ${MAX_FRAME_BYTES.toLocaleString('en')} bytes.`,
    payload: { $ref: `${BASE}Frame` },
    examples: types.map((type) => shown(named(type), type)),
  };
  const messages = Object.fromEntries(
    commands.flatMap(({ action, payload }) => {
      const { summary, answers } = SAID[action];
      const all: readonly EventType[] = [...answers, 'sync:error'];
      const command = { name: action, title: action, summary, payload };
      const answer = {
        name: `${action}.answer`,
        title: `Answer to ${action}`,
        summary: answers.length > 0 ? 'In one frame or several, in this order.' : 'Only where it was refused.',
        payload: frameOf(all),
        examples: all.map((type) => shown(named(type), type)),
      };
      return [
        [action, { ...command, examples: [{ name: action, payload: { action, ...examples[action] } }] }],
        [`${action}.answer`, answer],
      ];
    }),
  );
  const inChannel = (name: string) => ({ $ref: `#/channels/chat/messages/${name}` });
  const channel = { $ref: '#/channels/chat' };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Parley, live',
      version,
      description: [
        'Open the socket with a ticket of `POST /realtime/tickets`, which is good once and for',
        `${TICKET_SECONDS} seconds. Each frame of yours is a command; each frame of the service is a batch of events. Events of a`,
        "conversation's log carry its id and their `seq`: apply `seq == last + 1`, ignore what you have, and pull what is missing.",
        'A refused command is answered with `sync:error` and its `id`, and the socket stays open.',
      ].join('\n'),
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      deployed: {
        host: '{api}.execute-api.{region}.amazonaws.com',
        protocol: 'wss',
        description: 'The stage of the deployed WebSocket API; the ticket comes with its whole address.',
        variables: {
          api: { description: 'Of the deployment', examples: ['a1b2c3d4e5'] },
          region: { description: 'Of the deployment', examples: ['eu-central-1'] },
        },
        security: [{ $ref: '#/components/securitySchemes/ticket' }],
      },
    },
    channels: {
      chat: {
        address: '/chat',
        title: 'The socket of a device',
        messages: Object.fromEntries(
          ['frame', ...Object.keys(messages)].map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
        bindings: {
          ws: {
            method: 'GET',
            query: {
              type: 'object',
              properties: { ticket: { type: 'string', description: 'Of `POST /realtime/tickets`' } },
              required: ['ticket'],
            },
            bindingVersion: '0.1.0',
          },
        },
      },
    },
    operations: {
      hear: {
        action: 'send',
        channel,
        title: 'What is told as it happens',
        summary: 'Events of the conversations that you are in, of your other devices, and of whom you watch',
        messages: [inChannel('frame')],
      },
      ...Object.fromEntries(
        commands.map(({ action }) => [
          action,
          {
            action: 'receive',
            channel,
            summary: SAID[action].summary,
            description: `Refused with:\n${refusalsOf([...new Set([...SAID[action].refuses, ...COMMON_REFUSALS])])}`,
            messages: [inChannel(action)],
            reply: { channel, messages: [inChannel(`${action}.answer`)] },
            'x-refuses': [...new Set([...SAID[action].refuses, ...COMMON_REFUSALS])],
          },
        ]),
      ),
    },
    components: {
      securitySchemes: {
        ticket: {
          type: 'httpApiKey',
          name: 'ticket',
          in: 'query',
          description: 'Single use; bound to user and device.',
        },
      },
      messages: { frame, ...messages },
      schemas: { Frame: frameOf(types), ...events, ...gathered.all() },
    },
  };
}
