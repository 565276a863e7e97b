import { type Actor, as } from '../engine/stage.ts';
import { API, Line } from '../people/line.ts';
import type { World } from '../world.ts';
import type { Ground, Owner } from './ground.ts';

/** A world in this process, in which no more goes wrong than the actions do. */
export function virtualGround(world: World): Ground {
  const actors = new Map<string, Actor>();
  const actorOf = ({ device }: Owner): Actor => {
    const known = actors.get(device);
    if (known) return known;
    // Clocks of devices are off; those of the service are not.
    const skew = Math.round(world.chance.between(-600_000, 600_000));
    const who: Actor = { name: device, skew, dead: false, memory: new Map(), die: () => undefined };
    actors.set(device, who);
    return who;
  };
  return {
    looks: 1,
    now: () => world.clock.now,
    wait: (ms) => world.clock.wait(ms),
    as: (owner, run) => as(actorOf(owner), run),
    picture: () => new Blob([new Uint8Array(64)]),
    way: (owner, overheard) => {
      const roles = owner.moderator ? 'user,admin' : 'user';
      const line = new Line(world, owner.userId, { who: actorOf(owner), overheard, roles });
      return {
        url: API,
        host: line.host,
        getToken: () => 'token',
        cut: (unnoticed) => line.cut(unnoticed),
        wake: () => line.wake(),
      };
    },
  };
}
