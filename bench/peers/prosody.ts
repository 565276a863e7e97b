import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { eachOf, type OnText, type Peer, type Room } from './peer.ts';

/** How many users are made and let in side by side. */
const LANES = 4;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
  });

/** A text as it may stand in an element or an attribute. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

/**
 * The text of a frame that is a message of a room; undefined when it is anything else, an error among it. One frame is one
 * element (RFC 7395), and a room's subject comes without a body.
 */
export function textIn(frame: string): string | undefined {
  const tag = /^<message\b[^>]*>/.exec(frame)?.[0];
  if (tag === undefined || !/\stype=(["'])groupchat\1/.test(tag)) return undefined;
  const body = /<body(?:\s[^>]*)?>([^<]*)<\/body>/.exec(frame)?.[1];
  return body === undefined ? undefined : unescaped(body);
}

/** Whether a frame is a presence of the one that its own sender gets back when it has entered a room (status 110). */
export const isOwnPresence = (frame: string): boolean =>
  frame.startsWith('<presence') && /<status\s[^>]*code=(["'])110\1/.test(frame);

const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** A connection: asks one thing after another, and tells the texts of its rooms. */
class Stream {
  private readonly socket: WebSocket;
  private readonly waiting: { wanted: (frame: string) => boolean; found: (frame: string) => void }[] = [];
  onText: (text: string) => void = () => {};
  /** Own texts that have not come back yet. */
  readonly taken = new Map<string, () => void>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const frame = String(data);
      const text = textIn(frame);
      if (text !== undefined) return this.onText(text);
      const [next] = this.waiting;
      if (next?.wanted(frame)) {
        this.waiting.shift();
        next.found(frame);
      }
    });
  }

  static async open(url: string, host: string): Promise<Stream> {
    const socket = new WebSocket(url, 'xmpp', { perMessageDeflate: false });
    const stream = new Stream(socket);
    await once(socket, 'open');
    await stream.begin(host);
    return stream;
  }

  /** Begins the stream, anew after signing in. */
  async begin(host: string): Promise<void> {
    await this.ask(`<open xmlns="${FRAMING}" to="${host}" version="1.0"/>`, (frame) => frame.includes('features'));
  }

  /** Sends and waits for the first frame that is wanted. Raises after 30 seconds. */
  ask(frame: string, wanted: (frame: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${frame}`)), 30_000);
      this.waiting.push({
        wanted,
        found: (answer) => {
          clearTimeout(timer);
          if (/\btype=(["'])error\1|<failure/.test(answer)) reject(new Error(`${frame} answered ${answer}`));
          else resolve(answer);
        },
      });
      this.socket.send(frame);
    });
  }

  async iq(id: string, content: string): Promise<void> {
    await this.ask(`<iq xmlns="jabber:client" type="set" id="${id}">${content}</iq>`, (frame) =>
      frame.startsWith('<iq'),
    );
  }

  send(frame: string): void {
    this.socket.send(frame);
  }

  end(): void {
    this.socket.terminate();
  }
}

async function signIn(url: string, host: string): Promise<Stream> {
  const stream = await Stream.open(url, host);
  const user = `u${randomBytes(8).toString('hex')}`;
  const password = randomBytes(8).toString('hex');
  await stream.iq(
    'register',
    `<query xmlns="jabber:iq:register"><username>${user}</username><password>${password}</password></query>`,
  );
  const proof = Buffer.from(`\0${user}\0${password}`).toString('base64');
  await stream.ask(
    `<auth xmlns="${SASL}" mechanism="PLAIN">${proof}</auth>`,
    (frame) => frame.includes('<success') || frame.includes('<failure'),
  );
  await stream.begin(host);
  await stream.iq('bind', '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>');
  return stream;
}

/** XMPP over WebSocket: a multi-user room with its archive. The answer to a send is the message itself, sent back. */
export const prosody = ({ url, host, rooms }: { url: string; host: string; rooms: string }): Peer => ({
  async openRoom(size: number, onText: OnText): Promise<Room> {
    const room = `r${randomBytes(8).toString('hex')}@${rooms}`;
    const streams = await eachOf(Array.from({ length: size }), LANES, () => signIn(url, host));
    for (const [index, stream] of streams.entries()) {
      const enter = `<presence xmlns="jabber:client" to="${room}/m${index}"><x xmlns="http://jabber.org/protocol/muc"><history maxstanzas="0"/></x></presence>`;
      await stream.ask(enter, (frame) => isOwnPresence(frame) || /^<presence[^>]*type=(["'])error/.test(frame));
      stream.onText = (text) => {
        onText(index, text);
        stream.taken.get(text)?.();
        stream.taken.delete(text);
      };
    }
    return {
      members: streams.map((stream) => ({
        send: (text) =>
          new Promise((resolve) => {
            stream.taken.set(text, resolve);
            const body = `<body>${escaped(text)}</body>`;
            stream.send(`<message xmlns="jabber:client" type="groupchat" to="${room}">${body}</message>`);
          }),
      })),
      repeated: () => 0,
      close: async () => {
        for (const stream of streams) stream.end();
      },
    };
  },
});
