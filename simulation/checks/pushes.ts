import { scope } from '#table/entity.ts';
import { MemberEntity } from '#table/member.ts';
import type { Queue } from '../cloud/queue.ts';
import type { RestReply, RestRequest } from '../cloud/rest.ts';
import { STALEST } from '../cloud/setting.ts';
import type { Socket, Sockets } from '../cloud/sockets.ts';
import type { Clock } from '../engine/clock.ts';
import { Violation } from '../history.ts';
import type { Table } from '../table/table.ts';

const SEND = /^\/conversations\/([^/]+)\/messages$/;
/** Age (ms) of a message up to which a repetition of its send pushes it again, less what clocks differ by. */
const REPUSHED = 55_000;
/** Frames of a socket that are looked through from before a send began: one that is repeated may have been pushed already. */
const BEFORE = 200;

/** A socket that was open when a send began, and how many frames it had taken by then. */
interface Open {
  readonly socket: Socket;
  readonly taken: number;
}

/** What of a world it looks at. */
interface Looked {
  readonly tenantId: string;
  readonly clock: Clock;
  readonly sockets: Sockets;
  readonly queue: Queue;
  readonly table: Table;
  readonly violate: (violation: Violation) => void;
}

/**
 * I3: when a send is answered, its message has been pushed, or left to the queue, to every socket that was open when the
 * send began. A socket, or a membership, younger than a stale read may be is excused: its client looks a second time.
 */
export class Pushes {
  readonly #world: Looked;

  constructor(world: Looked) {
    this.#world = world;
  }

  /** A request reaches its function; answers what to do when the function has answered. */
  readonly began = (_userId: string, { method, path }: RestRequest): ((reply: RestReply) => void) | undefined => {
    const conversationId = method === 'POST' ? SEND.exec(path)?.[1] : undefined;
    if (conversationId === undefined) return undefined;
    const { clock, sockets } = this.#world;
    const open = [...sockets.all.values()]
      .filter(
        (socket) =>
          socket.state === 'open' && clock.now - socket.openSince > STALEST && this.#listens(socket, conversationId),
      )
      .map((socket) => ({ socket, taken: socket.taken.length }));
    return (reply) => this.#replied(open, conversationId, reply);
  };

  #listens(socket: Socket, conversationId: string): boolean {
    const { table, tenantId, clock } = this.#world;
    const tenant = scope(tenantId);
    const { pk, sk } = MemberEntity.key(tenant, { conversationId, userId: String(socket.context?.userId) });
    const joined = table.peek(pk, sk)?.['joinedAt'];
    return joined !== undefined && 'N' in joined && clock.now - Number(joined.N) > 2 * STALEST;
  }

  #replied(open: readonly Open[], conversationId: string, { status, body }: RestReply): void {
    if (status !== 201 && status !== 200) return;
    const { clock, queue } = this.#world;
    const { id, seq, createdAt } = JSON.parse(body) as { id: string; seq: number; createdAt: string };
    if (status === 200 && clock.now - Date.parse(createdAt) > REPUSHED) return;
    const said = `"${id}"`;
    // A frame leaves the id of a message to its event's conversation and number.
    const carried = `"message:created","conversationId":"${conversationId}","seq":${seq},`;
    // What fits no frame is pointed to.
    const pointed = `"sync:pointer","conversationId":"${conversationId}","seq":${seq}`;
    for (const { socket, taken } of open) {
      if (socket.state !== 'open' || !this.#listens(socket, conversationId)) continue;
      const pushed = socket.taken
        .slice(Math.max(0, taken - BEFORE))
        .some((frame) => frame.includes(carried) || frame.includes(pointed));
      if (pushed) continue;
      const user = String(socket.context?.userId);
      const left = [...queue.waiting(), ...queue.dead].some(
        (waiting) => waiting.includes(said) && (waiting.includes(`"${socket.id}"`) || waiting.includes(`"${user}"`)),
      );
      if (!left)
        this.#world.violate(
          new Violation('I3 acknowledged means pushed', `${conversationId} ${seq} to ${socket.id} of ${user}`),
        );
    }
  }
}
