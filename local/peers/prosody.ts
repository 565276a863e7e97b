import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningPeer } from '#bench/peers/running.ts';
import type { Instance } from '../instance.ts';
import { expectFree, start, untilHealthy } from '../processes.ts';
import { libraryFolder, unpackDebian } from './debian.ts';

const PACKAGES = ['prosody', 'lua5.4', 'lua-expat', 'lua-filesystem', 'lua-bitop', 'lua-socket', 'lua-sec'];
const LIBRARY = 'usr/lib/prosody';

const VIRTUAL_HOST = 'localhost';
const ROOMS = `rooms.${VIRTUAL_HOST}`;

/** Rooms that last and an archive of each; no limits, no federation, no encryption on the way over loopback. */
const configuration = (data: string, port: number): string => `
run_as_root = true
data_path = ${JSON.stringify(data)}
log = { warn = "*console" }
http_interfaces = { "127.0.0.1" }
http_ports = { ${port} }
https_ports = {}
c2s_ports = {}
modules_enabled = { "saslauth", "websocket", "register_ibr", "disco" }
modules_disabled = { "s2s" }
authentication = "internal_hashed"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_websocket_secure = true

VirtualHost "${VIRTUAL_HOST}"
  allow_registration = true

Component "${ROOMS}" "muc"
  modules_enabled = { "muc_mam" }
  muc_log_by_default = true
  muc_room_locking = false
  muc_room_default_persistent = true
`;

/** The start script with the folders it is to look in: as it comes it knows only those of an installed package. */
function launcher(root: string, folder: string): string {
  const script = readFileSync(join(root, 'usr/bin/prosody'), 'utf8')
    .replaceAll(`='/${LIBRARY}`, `='${join(root, LIBRARY)}`)
    .replace(/CFG_DATADIR='[^']*'/, `CFG_DATADIR='${folder}'`)
    .replace(/CFG_CONFIGDIR='[^']*'/, `CFG_CONFIGDIR='${folder}'`);
  const file = join(folder, 'prosody.lua');
  writeFileSync(file, script);
  return file;
}

/** Starts Prosody with a host and a service of archived rooms, both with nothing in them. */
export async function startProsody(
  instance: Instance,
  port: number,
  onNote: (note: string) => void,
): Promise<RunningPeer> {
  await expectFree(port, 'PARLEY_PEERS_PORT');
  const installed = existsSync(join('/', LIBRARY));
  const root = installed ? '/' : await unpackDebian('prosody', PACKAGES, onNote);
  const folder = join(instance.directory, 'prosody');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'certs'), { recursive: true });
  const config = join(folder, 'prosody.cfg.lua');
  writeFileSync(config, configuration(folder, port));
  onNote('starting');
  const share = join(root, 'usr/share/lua/5.4');
  const server = start(instance, {
    name: 'prosody',
    command: join(root, 'usr/bin/lua5.4'),
    args: [launcher(root, folder), '--config', config, '-F'],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      LUA_PATH: `${share}/?.lua;${share}/?/init.lua;;`,
      LUA_CPATH: `${libraryFolder(root)}/lua/5.4/?.so;;`,
    },
    cwd: folder,
  });
  const url = `http://127.0.0.1:${port}/xmpp-websocket`;
  await untilHealthy(url, { process: server, seconds: 30 });
  return {
    kind: 'prosody',
    version: readFileSync(join(root, LIBRARY, 'prosody.version'), 'utf8').trim(),
    url: url.replace(/^http/, 'ws'),
    host: VIRTUAL_HOST,
    rooms: ROOMS,
    parts: [{ name: 'Prosody', pid: server.pid }],
  };
}
