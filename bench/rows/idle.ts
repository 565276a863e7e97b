import { ParleyClient } from '#client/client.ts';
import { ModelServer } from '#test/client/model-server.ts';
import { type Network, seeded, VirtualTime, virtualHost } from '#test/client/virtual-host.ts';
import { mean, type Row } from '../row.ts';

/** Virtual milliseconds. */
const [MINUTE, HOUR] = [60_000, 3_600_000];

/** Clients, each with chance of its own: when it pings is jittered. */
const CLIENTS = 20;

/** Hours of a whole day, its planned reconnects included. */
const DAY = 24;

interface Frames {
  said: number;
  heard: number;
}

/** What a client that nobody writes to says and hears: in its first quiet hour, and in a mean hour of a day. */
async function idle(seed: number): Promise<{ readonly hour: Frames; readonly day: Frames }> {
  const time = new VirtualTime();
  const random = seeded(seed);
  const server = new ModelServer(time, random);
  let frames: Frames = { said: 0, heard: 0 };
  const network: Network = {
    fetch: (url, request) => server.fetch(url, request),
    connect: (url, socket) => {
      server.connect(url, socket);
      const { onFrame } = socket;
      const send = socket.send.bind(socket);
      socket.onFrame = (text) => {
        frames.said += 1;
        onFrame(text);
      };
      socket.send = (text) => {
        frames.heard += 1;
        send(text);
      };
    },
  };
  const host = virtualHost(time, random, network);
  const client = new ParleyClient({ url: 'https://model', getToken: () => 'ada', host });
  const connecting = client.connect();
  await time.until(() => client.state.connection.phase === 'online' && client.state.listed !== undefined);
  await connecting;
  await time.pass(MINUTE);
  frames = { said: 0, heard: 0 };
  await time.pass(HOUR);
  const hour = { ...frames };
  await time.pass((DAY - 1) * HOUR);
  const closing = client.close();
  await time.pass(MINUTE);
  await closing;
  return { hour, day: { said: frames.said / DAY, heard: frames.heard / DAY } };
}

/** An idle client's frames, by the project's own client in virtual time. */
export async function idleRows(): Promise<Row[]> {
  const runs: Awaited<ReturnType<typeof idle>>[] = [];
  for (let seed = 1; seed <= CLIENTS; seed++) runs.push(await idle(seed));
  const most = (which: keyof Frames): number => Math.max(...runs.map(({ hour }) => hour[which]));
  const daily = (which: keyof Frames): string => mean(runs.map(({ day }) => day[which])).toFixed(1);
  return (
    [
      ['said', 'says'],
      ['heard', 'hears'],
    ] as const
  ).map(([which, verb]) => ({
    name: `Frames that an idle client ${verb} in an hour, at most`,
    measured: most(which),
    unit: 'frames',
    budget: 7,
    note: `${CLIENTS} clients in virtual time; a mean hour of a day with its planned reconnects: ${daily(which)}`,
  }));
}
