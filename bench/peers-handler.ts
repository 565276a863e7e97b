/**
 * Prints what the function that sends costs in processor time (milliseconds a message), in this process and nothing but this
 * process: `node bench/peers-handler.ts <members> <messages>`. The environment names the emulator; whoever answers the posts
 * to sockets runs elsewhere, and so does the table.
 */
import { writeSync } from 'node:fs';
import { memberOf, openRoom, say, textOf } from './actors.ts';
import { hush } from './world.ts';

const TEXT_BYTES = 120;

/** Messages until the just-in-time compiler has seen all of it. */
const WARM_UP = 150;

const [members = 0, messages = 0] = process.argv.slice(2).map(Number);
hush();
const room = await openRoom(members, { online: 'all' });
const text = textOf(TEXT_BYTES);
const senders = Math.min(8, members);
const sendAll = async (count: number): Promise<void> => {
  for (let sent = 0; sent < count; sent++) await say(room, text, memberOf(sent % senders));
};
await sendAll(WARM_UP);
const before = process.cpuUsage();
await sendAll(messages);
const { user, system } = process.cpuUsage(before);
writeSync(1, JSON.stringify({ sockets: room.sockets, cpuPerMessage: (user + system) / 1_000 / messages }));
process.exit(0);
