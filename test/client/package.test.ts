import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ParleyClient } from '#client/client.ts';
import { buildClient, compressedBytes } from '../../tools/client-package.ts';
import { ROOT, run } from '../../tools/step.ts';
import { ModelServer } from './model-server.ts';
import { realTime } from './real-time.ts';
import { seeded, socketsOf } from './virtual-host.ts';

const CLIENT = join(ROOT, 'client');

/** A project that has installed the client. */
let project: string;
let installed: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'parley-project-'));
  installed = join(project, 'node_modules', '@parley', 'client');
  mkdirSync(installed, { recursive: true });
  cpSync(join(CLIENT, 'package.json'), join(installed, 'package.json'));
  expect((await buildClient(join(installed, 'dist'))).problems).toEqual([]);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));
afterEach(() => void vi.unstubAllGlobals());

describe('the package', () => {
  it('has 25 KB at most, as a browser fetches it', () => {
    expect(compressedBytes(join(installed, 'dist'))).toBeLessThanOrEqual(25_000);
  });

  it('needs no other package, and exports what is there', () => {
    const { dependencies, peerDependencies, exports } = JSON.parse(readFileSync(join(CLIENT, 'package.json'), 'utf8'));
    expect([dependencies, peerDependencies]).toEqual([undefined, undefined]);
    for (const file of Object.values<Record<string, string>>(exports).flatMap((paths) => Object.values(paths)))
      expect(existsSync(join(installed, file)), file).toBe(true);
    for (const file of globSync('dist/**/*.js', { cwd: installed }))
      expect(readFileSync(join(installed, file), 'utf8')).not.toMatch(/from\s*["'][^.]/);
  });

  it('takes time and chance from its host alone', () => {
    for (const file of globSync('src/**/*.ts', { cwd: CLIENT }).filter((name) => !name.endsWith('host.ts')))
      expect(readFileSync(join(CLIENT, file), 'utf8'), file).not.toMatch(
        /Date\.now|new Date\(\)|Math\.random|(?<![.#\w])(?:setTimeout|setInterval|fetch)\(/,
      );
  });

  it.each(['nodenext', 'bundler'])('brings its types along, for resolution as in %s', async (moduleResolution) => {
    const uses = `
      import { ParleyClient } from '@parley/client';
      import type { Message } from '@parley/client/contract';
      import { IndexedDbStorage } from '@parley/client/indexed-db';
      const client = new ParleyClient({ url: '', getToken: () => '', storage: new IndexedDbStorage('ada') });
      export const message: Message = await client.call('getMessage', { messageId: 'msg' });
      export const seq: number = message.seq;
      // @ts-expect-error: there is no such operation
      await client.call('getMassage', { messageId: 'msg' });
      // @ts-expect-error: a message has no such part
      message.subject;
    `;
    writeFileSync(join(project, 'uses.ts'), uses);
    const module = moduleResolution === 'bundler' ? 'esnext' : 'nodenext';
    const lib = ['es2023', 'dom', 'dom.asynciterable'];
    const compilerOptions = { noEmit: true, strict: true, target: 'es2023', lib, module, moduleResolution, types: [] };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['uses.ts'] }));
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { output } = await run(process.execPath, [tsc, '-p', project]);
    expect(output).toBe('');
  });
});

describe('the example of its readme', () => {
  it('connects, opens a conversation, says something and shows it', async () => {
    const [, example] = readFileSync(join(CLIENT, 'README.md'), 'utf8').split(/^```.*\n/m);
    expect(example!.trim().split('\n').length).toBeLessThanOrEqual(20);
    const server = new ModelServer(realTime, seeded(1));
    const room = server.room(`cnv_${'a'.repeat(22)}`, ['ada', 'bob']);
    server.send(room, 'bob', null, 'Anybody here?');
    vi.stubGlobal('WebSocket', socketsOf(server));
    vi.stubGlobal('fetch', async (url: string, request: RequestInit) =>
      url === 'https://app.example.com/chat-token'
        ? { text: async () => 'ada' }
        : server.fetch(url.replace('/v1/', '/'), request as never),
    );
    const printed: unknown[][] = [];
    const shown = new Promise<void>((resolve) => {
      vi.spyOn(console, 'log').mockImplementation((...line) => {
        printed.push(line);
        if (String(line[0]).includes('Good morning.') && room.members.get('ada')!.read === 1) resolve();
      });
    });
    const file = join(project, 'example.mjs');
    writeFileSync(file, `${example}\nexport { client };\n`);
    const { client } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { client: ParleyClient };
    await shown;
    await client.close();
    expect(printed.at(-1)).toEqual(['bob: Anybody here?\nada: Good morning.', '(0 unread)']);
  });
});
