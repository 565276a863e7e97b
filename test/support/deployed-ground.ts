import sharp from 'sharp';
import { WebSocket } from 'ws';
import type { Host } from '#client/host.ts';
import { mintToken } from '#local/issuer/tokens.ts';
import type { Ground } from '#simulation/equal/ground.ts';
import { instance, stack } from './deployed.ts';

/** Times faster than in a world of its own: people do not wait as long, and nothing is slow for long. */
const FASTER = 25;

const PICTURE = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#112233' } })
  .png()
  .toBuffer();

/** The deployed app, for the users of one tenant. */
export const deployedGround = (tenant: string): Ground => ({
  now: () => Date.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms / FASTER)),
  as: (_, run) => run(),
  looks: 100,
  picture: () => new Blob([new Uint8Array(PICTURE)]),
  way: ({ userId, moderator }, ears) => {
    const open = new Set<WebSocket>();
    const wakers = new Set<() => void>();
    class Overheard extends WebSocket {
      constructor(url: string) {
        super(url);
        open.add(this);
        this.on('message', (data) => ears.heard(String(data)));
        this.on('close', () => open.delete(this));
      }

      override send(frame: string): void {
        ears.said(frame);
        super.send(frame);
      }
    }
    const token = mintToken(instance, { tenant, user: userId, ...(moderator ? { roles: ['admin'] } : {}) });
    return {
      url: stack.restUrl,
      getToken: () => token,
      host: {
        WebSocket: Overheard as unknown as Host['WebSocket'],
        onWake: (run) => {
          wakers.add(run);
          return () => wakers.delete(run);
        },
      },
      cut: (unnoticed) => {
        for (const socket of open)
          if (unnoticed) socket.terminate();
          else socket.close();
      },
      wake: () => {
        for (const run of wakers) run();
      },
    };
  },
});
